// SPDX-License-Identifier: Apache-2.0
#include "registry/tokens.h"

#include <algorithm>

namespace runnel {

namespace {

/// Tokens that files type have numbers of their own, above every row's, as long as they are there.
constexpr std::uint64_t kFirstTyped = std::uint64_t{1} << 48U;

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

Error isAnothers() {
    return {"token", "is another stream's already; each stream needs its own"};
}

}  // namespace

Tokens::Tokens(RegistryFile& file, const Vault& vault, const Clock& clock)
    : file_(file), vault_(vault), clock_(clock) {
    auto state = state_.lock();
    state->lastTyped = kFirstTyped;
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

void Tokens::insert(State& state, std::uint64_t id, const std::string& stream, Record record) {
    auto& entry = *state.streams.try_emplace(stream).first;
    entry.second.tokens.push_back(id);
    record.stream = &entry;
    state.byDigest[record.digest] = id;
    if (record.spec.expires) state.expiries.emplace(*record.spec.expires, id);
    state.records.insert_or_assign(id, std::move(record));
}

void Tokens::erase(State& state, std::uint64_t id) {
    const auto found = state.records.find(id);
    if (found == state.records.end()) return;
    const Record& record = found->second;
    std::erase(record.stream->second.tokens, id);
    state.byDigest.erase(record.digest);
    if (record.spec.expires) state.expiries.erase({*record.spec.expires, id});
    state.records.erase(found);
}

std::optional<Tokens::Holder> Tokens::find(std::string_view token) {
    const Digest digest = vault_.digest(token);
    const Instant now = clock_.now();
    auto state = state_.lock();
    const auto found = state->byDigest.find(digest);
    if (found == state->byDigest.end()) return std::nullopt;
    Record& record = state->records.at(found->second);
    const std::uint64_t stream = record.stream->second.number;
    const bool isExpired = record.spec.expires && *record.spec.expires <= now;
    if (stream == 0 || isExpired) return std::nullopt;
    record.lastUsed = now;
    if (!std::exchange(record.isUsedUnsaved, true)) state->used.push_back(found->second);
    return Holder{found->second, stream, record.spec.mayReceive, record.spec.maySend};
}

bool Tokens::isValid(std::uint64_t token) const {
    if (token == 0) return true;
    const Instant now = clock_.now();
    auto state = state_.lock();
    const auto found = state->records.find(token);
    if (found == state->records.end()) return false;
    const auto& expires = found->second.spec.expires;
    return !expires || *expires > now;
}

void Tokens::assign(const std::string& stream, std::uint64_t number) {
    state_.lock()->streams[stream].number = number;
}

const Tokens::Record* Tokens::recordOf(const State& state, const Digest& digest) {
    const auto found = state.byDigest.find(digest);
    return found == state.byDigest.end() ? nullptr : &state.records.at(found->second);
}

Status Tokens::setTyped(const std::string& stream, std::span<const TokenSpec> tokens) {
    auto state = state_.lock();
    std::vector<Digest> digests;
    for (const TokenSpec& token : tokens) {
        digests.push_back(vault_.digest(token.text));
        const Record* known = recordOf(*state, digests.back());
        if (known != nullptr && known->stream->first != stream) return isAnothers();
    }
    // A copy: erase() takes them out of the stream's list.
    const std::vector<std::uint64_t> known = state->streams[stream].tokens;
    std::map<Digest, std::uint64_t> before;
    for (const std::uint64_t id : known) before[state->records.at(id).digest] = id;
    for (const std::uint64_t id : known) {
        const Record& record = state->records.at(id);
        const bool stays =
            std::find(digests.begin(), digests.end(), record.digest) != digests.end();
        if (record.origin == Origin::File && !stays) erase(*state, id);
    }
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        const auto same = before.find(digests[i]);
        if (same != before.end() && same->second < kFirstTyped) continue;  // the API has it too
        const std::uint64_t id = same != before.end() ? same->second : ++state->lastTyped;
        erase(*state, id);
        insert(*state, id, stream,
               {.stream = nullptr,
                .digest = digests[i],
                .spec = tokens[i],
                .origin = Origin::File,
                .created = clock_.now(),
                .lastUsed = {},
                .isUsedUnsaved = false});
    }
    return Done{};
}

std::uint64_t Tokens::store(sqlite::Database& database, const std::string& stream,
                            const TokenSpec& spec, const Digest& digest) const {
    const Vault::Sealed sealed = vault_.seal(spec.text, stream);
    sqlite::Statement insert(database,
                             "insert into token(stream, digest, sealed, label, scopes, created, "
                             "expires, last_used) values(?, ?, ?, ?, ?, ?, ?, 0) returning id");
    insert.bind(1, stream).bind(2, std::span<const std::uint8_t>(digest));
    insert.bind(3, std::span<const std::uint8_t>(sealed)).bind(4, spec.label);
    insert.bind(5, scopesOf(spec)).bind(6, millis(clock_.now())).bind(7, expiryOf(spec));
    static_cast<void>(insert.step());
    const std::int64_t id = insert.integer(0);
    insert.reset();
    return static_cast<std::uint64_t>(id);
}

Result<Tokens::Entry> Tokens::add(const std::string& stream, TokenSpec spec) {
    if (spec.text.empty()) spec.text = makeSecret();
    const Digest digest = vault_.digest(spec.text);
    if (recordOf(*state_.lock(), digest) != nullptr) return isAnothers();
    const std::uint64_t id = file_.change(
        [&](sqlite::Database& database) { return store(database, stream, spec, digest); });
    spec.text.clear();
    auto state = state_.lock();
    insert(*state, id, stream,
           {.stream = nullptr,
            .digest = digest,
            .spec = std::move(spec),
            .origin = Origin::Api,
            .created = clock_.now(),
            .lastUsed = {},
            .isUsedUnsaved = false});
    return entryOf(id, state->records.at(id));
}

std::vector<std::string> Tokens::makeMissing(std::span<const std::string> streams) {
    struct Made {
        std::string stream;
        Digest digest;
        std::uint64_t id = 0;
    };
    std::vector<Made> made;
    {
        auto state = state_.lock();
        for (const std::string& stream : streams) {
            if (state->streams[stream].tokens.empty()) made.push_back({stream, {}});
        }
    }
    if (made.empty()) return {};
    file_.change([&](sqlite::Database& database) {
        for (Made& one : made) {
            TokenSpec spec;
            spec.text = makeSecret();
            one.digest = vault_.digest(spec.text);
            one.id = store(database, one.stream, spec, one.digest);
        }
    });
    std::vector<std::string> names;
    auto state = state_.lock();
    for (const Made& one : made) {
        Record record;
        record.digest = one.digest;
        record.origin = Origin::Api;
        record.created = clock_.now();
        insert(*state, one.id, one.stream, std::move(record));
        names.push_back(one.stream);
    }
    return names;
}

bool Tokens::isTaken(std::string_view token, std::string_view stream) const {
    const Digest digest = vault_.digest(token);
    auto state = state_.lock();
    const Record* known = recordOf(*state, digest);
    return known != nullptr && known->stream->first != stream;
}

bool Tokens::isTakenByApi(std::string_view token, std::string_view stream) const {
    const Digest digest = vault_.digest(token);
    auto state = state_.lock();
    const Record* known = recordOf(*state, digest);
    return known != nullptr && known->stream->first != stream && known->origin == Origin::Api;
}

std::optional<std::uint64_t> Tokens::identify(std::string_view token) const {
    const Digest digest = vault_.digest(token);
    auto state = state_.lock();
    const auto found = state->byDigest.find(digest);
    if (found == state->byDigest.end()) return std::nullopt;
    return found->second;
}

void Tokens::change(std::uint64_t token, const TokenSpec& spec) {
    file_.change([&](sqlite::Database& database) {
        sqlite::Statement update(
            database, "update token set label = ?, scopes = ?, expires = ? where id = ?");
        update.bind(1, spec.label).bind(2, scopesOf(spec)).bind(3, expiryOf(spec));
        update.bind(4, static_cast<std::int64_t>(token)).run();
    });
    auto state = state_.lock();
    const auto found = state->records.find(token);
    if (found == state->records.end()) return;
    TokenSpec& known = found->second.spec;
    if (known.expires) state->expiries.erase({*known.expires, token});
    known.label = spec.label;
    known.mayReceive = spec.mayReceive;
    known.maySend = spec.maySend;
    known.expires = spec.expires;
    if (known.expires) state->expiries.emplace(*known.expires, token);
}

void Tokens::remove(std::uint64_t token) {
    file_.change([&](sqlite::Database& database) {
        sqlite::Statement(database, "delete from token where id = ?")
            .bind(1, static_cast<std::int64_t>(token))
            .run();
    });
    erase(*state_.lock(), token);
}

void Tokens::removeAll(const std::string& stream) {
    file_.change([&](sqlite::Database& database) {
        sqlite::Statement(database, "delete from token where stream = ?").bind(1, stream).run();
    });
    auto state = state_.lock();
    const auto found = state->streams.find(stream);
    if (found == state->streams.end()) return;
    const std::vector<std::uint64_t> tokens = found->second.tokens;
    for (const std::uint64_t id : tokens) erase(*state, id);
    state->streams.erase(found);
}

Tokens::Entry Tokens::entryOf(std::uint64_t id, const Record& record) {
    Entry entry{.id = id,
                .stream = record.stream->first,
                .spec = record.spec,
                .origin = record.origin,
                .created = record.created,
                .lastUsed = std::nullopt};
    entry.spec.text.clear();
    if (record.lastUsed != Instant{}) entry.lastUsed = record.lastUsed;
    return entry;
}

std::optional<Tokens::Entry> Tokens::get(std::uint64_t token) const {
    auto state = state_.lock();
    const auto found = state->records.find(token);
    if (found == state->records.end()) return std::nullopt;
    return entryOf(token, found->second);
}

std::vector<Tokens::Entry> Tokens::list(const std::string& stream) const {
    std::vector<Entry> entries;
    auto state = state_.lock();
    const auto found = state->streams.find(stream);
    if (found == state->streams.end()) return entries;
    for (const std::uint64_t id : found->second.tokens) {
        entries.push_back(entryOf(id, state->records.at(id)));
    }
    return entries;
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

std::vector<Tokens::Expired> Tokens::takeExpired() {
    std::vector<Expired> expired;
    const Instant now = clock_.now();
    auto state = state_.lock();
    while (!state->expiries.empty() && state->expiries.begin()->first <= now) {
        const std::uint64_t id = state->expiries.begin()->second;
        state->expiries.erase(state->expiries.begin());
        expired.push_back({id, state->records.at(id).stream->second.number});
    }
    return expired;
}

void Tokens::saveUsed() {
    std::vector<std::pair<std::uint64_t, Instant>> used;
    {
        auto state = state_.lock();
        for (const std::uint64_t id : std::exchange(state->used, {})) {
            const auto found = state->records.find(id);
            if (found == state->records.end()) continue;
            found->second.isUsedUnsaved = false;
            if (found->second.origin == Origin::Api) used.emplace_back(id, found->second.lastUsed);
        }
    }
    if (used.empty()) return;
    file_.change([&](sqlite::Database& database) {
        sqlite::Statement update(database, "update token set last_used = ? where id = ?");
        for (const auto& [id, time] : used) {
            update.bind(1, millis(time)).bind(2, static_cast<std::int64_t>(id)).run();
        }
    });
}

}  // namespace runnel
