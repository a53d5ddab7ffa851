// SPDX-License-Identifier: Apache-2.0
#include "registry/api_keys.h"

#include <algorithm>

#include "registry/account_rules.h"

namespace runnel {

namespace {

constexpr std::string_view kPrefix = "rk_";
constexpr std::size_t kLength = 46;

std::int64_t millis(std::optional<Instant> time) {
    return time ? time->time_since_epoch().count() : 0;
}
std::optional<Instant> instant(std::int64_t millis) {
    if (millis == 0) return std::nullopt;
    return Instant(std::chrono::milliseconds(millis));
}

std::uint64_t insert(sqlite::Database& database, const ApiKey& key, const Vault::Digest& digest) {
    const std::string applications = applicationsText(key.rights.applications);
    sqlite::Statement row(database,
                          "insert into api_key(name, digest, role, applications, created, expires, "
                          "last_used) values(?, ?, ?, ?, ?, ?, 0) returning id");
    row.bind(1, key.name).bind(2, std::span<const std::uint8_t>(digest));
    row.bind(3, static_cast<std::int64_t>(key.rights.role)).bind(4, applications);
    row.bind(5, millis(key.created)).bind(6, millis(key.expires));
    static_cast<void>(row.step());
    const auto id = static_cast<std::uint64_t>(row.integer(0));
    row.reset();
    return id;
}

}  // namespace

ApiKeys::ApiKeys(RegistryFile& file, const Vault& vault, const Clock& clock)
    : file_(file), vault_(vault), clock_(clock) {
    auto keys = keys_.lock();
    file_.read([&](sqlite::Database& database) {
        sqlite::Statement rows(database,
                               "select id, name, role, applications, created, expires, last_used, "
                               "digest from api_key");
        while (rows.step()) {
            ApiKey key;
            key.id = static_cast<std::uint64_t>(rows.integer(0));
            key.name = rows.text(1);
            key.rights =
                storedRights(rows.integer(2), rows.text(3), "API key " + std::to_string(key.id));
            key.created = Instant(std::chrono::milliseconds(rows.integer(4)));
            key.expires = instant(rows.integer(5));
            key.lastUsed = instant(rows.integer(6));
            Vault::Digest digest{};
            if (rows.blob(7).size() != digest.size()) {
                throw sqlite::Failure::damage("the digest of API key " + std::to_string(key.id) +
                                              " has " + std::to_string(rows.blob(7).size()) +
                                              " bytes, expected 32");
            }
            std::ranges::copy(rows.blob(7), digest.begin());
            keys->byDigest.emplace(digest, key.id);
            keys->byId.emplace(key.id, std::move(key));
        }
    });
}

Result<ApiKeys::Made, AccountError> ApiKeys::add(Request request) {
    using Why = AccountError::Why;
    if (auto wrong = keyNameComplaint(request.name)) return *wrong;
    if (auto wrong = rightsComplaint(request.rights)) return *wrong;
    const Instant now = clock_.now();
    if (request.expires && *request.expires <= now) {
        return AccountError{Why::Wrong, "expires", "must be in the future; leave it out for never"};
    }
    Made made{.key = {.name = std::move(request.name),
                      .rights = std::move(request.rights),
                      .created = now,
                      .expires = request.expires,
                      .lastUsed = std::nullopt},
              .text = std::string(kPrefix) + makeSecret()};
    const Vault::Digest digest = vault_.digest(made.text);
    const std::lock_guard changing(changing_);
    if (keys_.lock()->byId.size() >= kMaxKeys) {
        return AccountError{Why::Full, "",
                            "there are " + std::to_string(kMaxKeys) +
                                " keys, as many as runnel keeps; remove one first"};
    }
    made.key.id = file_.change(
        [&](sqlite::Database& database) { return insert(database, made.key, digest); });
    auto keys = keys_.lock();
    keys->byDigest.emplace(digest, made.key.id);
    keys->byId.emplace(made.key.id, made.key);
    return made;
}

bool ApiKeys::remove(std::uint64_t id) {
    const std::lock_guard changing(changing_);
    if (!find(id)) return false;
    file_.change([&](sqlite::Database& database) {
        sqlite::Statement(database, "delete from api_key where id = ?")
            .bind(1, static_cast<std::int64_t>(id))
            .run();
    });
    auto keys = keys_.lock();
    keys->byId.erase(id);
    keys->used.erase(id);
    std::erase_if(keys->byDigest, [&](const auto& entry) { return entry.second == id; });
    return true;
}

std::optional<ApiKey> ApiKeys::find(std::uint64_t id) const {
    auto keys = keys_.lock();
    const auto found = keys->byId.find(id);
    if (found == keys->byId.end()) return std::nullopt;
    return found->second;
}

std::vector<ApiKey> ApiKeys::list(std::uint64_t after, std::size_t max) const {
    auto keys = keys_.lock();
    std::vector<ApiKey> out;
    for (auto at = keys->byId.upper_bound(after); at != keys->byId.end() && out.size() < max;
         ++at) {
        out.push_back(at->second);
    }
    return out;
}

std::optional<ApiKey> ApiKeys::lookUp(std::string_view text) {
    if (text.size() != kLength || !text.starts_with(kPrefix)) return std::nullopt;
    const Vault::Digest digest = vault_.digest(text);
    const Instant now = clock_.now();
    auto keys = keys_.lock();
    const auto found = keys->byDigest.find(digest);
    if (found == keys->byDigest.end()) return std::nullopt;
    ApiKey& key = keys->byId.at(found->second);
    if (key.expires && *key.expires <= now) return std::nullopt;
    key.lastUsed = now;
    keys->used.insert(key.id);
    return key;
}

void ApiKeys::saveUsed() {
    std::map<std::uint64_t, Instant> used;
    {
        auto keys = keys_.lock();
        for (const std::uint64_t id : keys->used) used[id] = *keys->byId.at(id).lastUsed;
        keys->used.clear();
    }
    if (used.empty()) return;
    try {
        file_.change([&](sqlite::Database& database) {
            sqlite::Statement row(database, "update api_key set last_used = ? where id = ?");
            for (const auto& [id, time] : used) {
                row.bind(1, millis(time)).bind(2, static_cast<std::int64_t>(id)).run();
            }
        });
    } catch (const RegistryError&) {
        auto keys = keys_.lock();
        for (const auto& [id, time] : used) {
            if (keys->byId.contains(id)) keys->used.insert(id);
        }
        throw;
    }
}

}  // namespace runnel
