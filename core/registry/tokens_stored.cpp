// SPDX-License-Identifier: Apache-2.0
// What registry.db knows of tokens: read at the start, written by each change.
#include <algorithm>

#include "registry/tokens.h"

namespace runnel {

namespace {

enum Scopes : std::uint8_t { Up = 1, Down = 2 };

std::int64_t scopesOf(const TokenSpec& spec) {
    return (spec.mayReceive ? Up : 0) | (spec.maySend ? Down : 0);
}

std::int64_t millis(Instant instant) {
    return instant.time_since_epoch().count();
}

Instant instant(std::int64_t millis) {
    return Instant(std::chrono::milliseconds(millis));
}

std::int64_t expiryOf(const TokenSpec& spec) {
    return spec.expires ? millis(*spec.expires) : 0;
}

}  // namespace

Tokens::Tokens(RegistryFile& file, const Vault& vault, const Clock& clock)
    : file_(file), vault_(vault), clock_(clock) {
    auto state = state_.lock();
    file_.read([&](sqlite::Database& database) {
        sqlite::Statement rows(
            database,
            "select id, stream, digest, label, scopes, created, expires, last_used from token");
        while (rows.step()) {
            Record record;
            const auto digest = rows.blob(2);
            if (digest.size() != record.digest.size()) continue;
            std::copy(digest.begin(), digest.end(), record.digest.begin());
            record.spec.label = rows.text(3);
            record.spec.mayReceive = (rows.integer(4) & Up) != 0;
            record.spec.maySend = (rows.integer(4) & Down) != 0;
            record.origin = Origin::Api;
            record.created = instant(rows.integer(5));
            if (rows.integer(6) != 0) record.spec.expires = instant(rows.integer(6));
            record.lastUsed = instant(rows.integer(7));
            insert(*state, static_cast<std::uint64_t>(rows.integer(0)), std::string(rows.text(1)),
                   std::move(record));
        }
    });
}

Tokens::Draft::Added Tokens::added(const std::string& stream, TokenSpec spec) const {
    if (spec.text.empty()) spec.text = makeSecret();
    const Digest digest = vault_.digest(spec.text);
    return {.stream = stream,
            .spec = std::move(spec),
            .digest = digest,
            .created = clock_.now(),
            .id = 0};
}

Tokens::Draft Tokens::draft(const std::string& stream, std::span<const TokenSpec> typed) const {
    Draft draft;
    bool hasAny = false;
    for (const TokenSpec& token : typed) {
        hasAny = true;
        Draft::Added one = added(stream, token);
        auto state = state_.lock();
        const auto known = state->byDigest.find(one.digest);
        if (known == state->byDigest.end()) {
            draft.added.push_back(std::move(one));
        } else if (state->records.at(known->second).origin == Origin::Api) {
            draft.changed.emplace_back(known->second, token);
        }
    }
    if (!hasAny && list(stream).empty()) draft.added.push_back(added(stream, {}));
    return draft;
}

void Tokens::store(sqlite::Database& database, Draft& draft) const {
    sqlite::Statement insert(database,
                             "insert into token(stream, digest, sealed, label, scopes, created, "
                             "expires, last_used) values(?, ?, ?, ?, ?, ?, ?, 0) returning id");
    for (Draft::Added& one : draft.added) {
        const Vault::Sealed sealed = vault_.seal(one.spec.text, one.stream);
        insert.bind(1, one.stream).bind(2, std::span<const std::uint8_t>(one.digest));
        insert.bind(3, std::span<const std::uint8_t>(sealed)).bind(4, one.spec.label);
        insert.bind(5, scopesOf(one.spec)).bind(6, millis(one.created));
        insert.bind(7, expiryOf(one.spec));
        static_cast<void>(insert.step());
        one.id = static_cast<std::uint64_t>(insert.integer(0));
        insert.reset();
    }
    sqlite::Statement update(database,
                             "update token set label = ?, scopes = ?, expires = ? where id = ?");
    for (const auto& [id, spec] : draft.changed) {
        update.bind(1, spec.label).bind(2, scopesOf(spec)).bind(3, expiryOf(spec));
        update.bind(4, static_cast<std::int64_t>(id)).run();
    }
}

void Tokens::apply(const Draft& draft) {
    auto state = state_.lock();
    for (const Draft::Added& one : draft.added) {
        Record record;
        record.digest = one.digest;
        record.spec = one.spec;
        record.spec.text.clear();
        record.origin = Origin::Api;
        record.created = one.created;
        insert(*state, one.id, one.stream, std::move(record));
    }
    for (const auto& [id, spec] : draft.changed) {
        if (!state->records.contains(id)) continue;
        TokenSpec changed = spec;
        changed.text.clear();
        setSpec(*state, id, std::move(changed));
    }
}

void Tokens::put(Draft& draft) {
    file_.change([&](sqlite::Database& database) { store(database, draft); });
    apply(draft);
}

Result<Tokens::Entry> Tokens::add(const std::string& stream, TokenSpec spec) {
    Draft draft;
    draft.added.push_back(added(stream, std::move(spec)));
    {
        auto state = state_.lock();
        if (const Record* known = recordOf(*state, draft.added[0].digest)) {
            const bool isOwn = known->stream->first == stream;
            return Error{"token", isOwn ? "this stream has it already"
                                        : "is another stream's already; each stream needs its own"};
        }
    }
    put(draft);
    return *get(draft.added[0].id);
}

std::vector<std::string> Tokens::makeMissing(std::span<const std::string> streams) {
    Draft draft;
    for (const std::string& stream : streams) {
        if (!hasOfApi(stream)) draft.added.push_back(added(stream, {}));
    }
    if (draft.added.empty()) return {};
    put(draft);
    std::vector<std::string> names;
    for (Draft::Added& one : draft.added) names.push_back(std::move(one.stream));
    return names;
}

bool Tokens::hasOfApi(const std::string& stream) const {
    auto state = state_.lock();
    const auto found = state->streams.find(stream);
    return found != state->streams.end() &&
           std::any_of(
               found->second.tokens.begin(), found->second.tokens.end(),
               [&](std::uint64_t id) { return state->records.at(id).origin == Origin::Api; });
}

void Tokens::change(std::uint64_t token, const TokenSpec& spec) {
    Draft draft;
    draft.changed.emplace_back(token, spec);
    put(draft);
}

void Tokens::remove(std::uint64_t token) {
    file_.change([&](sqlite::Database& database) {
        sqlite::Statement(database, "delete from token where id = ?")
            .bind(1, static_cast<std::int64_t>(token))
            .run();
    });
    erase(*state_.lock(), token);
}

std::string Tokens::text(std::uint64_t token) const {
    {
        auto state = state_.lock();
        const auto found = state->records.find(token);
        if (found == state->records.end()) return {};
        if (found->second.origin == Origin::File) return found->second.spec.text;
    }
    return file_.read([&](sqlite::Database& database) {
        sqlite::Statement row(database, "select stream, sealed from token where id = ?");
        row.bind(1, static_cast<std::int64_t>(token));
        const sqlite::Reading reading(row);
        if (!row.step()) return std::string();
        return vault_.open(row.blob(1), row.text(0)).value_or("");
    });
}

std::vector<std::pair<std::uint64_t, Instant>> Tokens::takeUsed() {
    std::vector<std::pair<std::uint64_t, Instant>> used;
    auto state = state_.lock();
    for (const std::uint64_t id : state->used) {
        const auto found = state->records.find(id);
        if (found == state->records.end()) continue;
        found->second.isUsedUnsaved = false;
        if (found->second.origin == Origin::Api) used.emplace_back(id, found->second.lastUsed);
    }
    state->used.clear();
    return used;
}

void Tokens::saveUsed() {
    const auto used = takeUsed();
    if (used.empty()) return;
    try {
        file_.change([&](sqlite::Database& database) {
            sqlite::Statement update(database, "update token set last_used = ? where id = ?");
            for (const auto& [id, time] : used) {
                update.bind(1, millis(time)).bind(2, static_cast<std::int64_t>(id)).run();
            }
        });
    } catch (const RegistryError&) {
        auto state = state_.lock();
        for (const auto& [id, time] : used) {
            const auto found = state->records.find(id);
            if (found == state->records.end()) continue;
            if (!std::exchange(found->second.isUsedUnsaved, true)) state->used.push_back(id);
        }
        throw;
    }
}

}  // namespace runnel
