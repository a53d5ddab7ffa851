// SPDX-License-Identifier: Apache-2.0
#include "registry/tokens.h"

#include <algorithm>

namespace runnel {

namespace {

/// Tokens that files type have numbers of their own, above every row's, as long as they are there.
constexpr std::uint64_t kFirstTyped = std::uint64_t{1} << 48U;

}  // namespace

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

void Tokens::setSpec(State& state, std::uint64_t id, TokenSpec spec) {
    TokenSpec& known = state.records.at(id).spec;
    if (known.expires) state.expiries.erase({*known.expires, id});
    known = std::move(spec);
    if (known.expires) state.expiries.emplace(*known.expires, id);
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

bool Tokens::allows(const Holder& granted) const {
    if (granted.token == 0) return true;
    const Instant now = clock_.now();
    auto state = state_.lock();
    const auto found = state->records.find(granted.token);
    if (found == state->records.end()) return false;
    const TokenSpec& spec = found->second.spec;
    const bool isExpired = spec.expires && *spec.expires <= now;
    return !isExpired && (spec.mayReceive || !granted.mayReceive) &&
           (spec.maySend || !granted.maySend);
}

void Tokens::assign(const std::string& stream, std::uint64_t number) {
    state_.lock()->streams[stream].number = number;
}

const Tokens::Record* Tokens::recordOf(const State& state, const Digest& digest) {
    const auto found = state.byDigest.find(digest);
    return found == state.byDigest.end() ? nullptr : &state.records.at(found->second);
}

Status Tokens::setTyped(const std::string& stream, std::span<const TokenSpec> tokens) {
    std::vector<Digest> typed;
    for (const TokenSpec& token : tokens) typed.push_back(vault_.digest(token.text));
    auto state = state_.lock();
    for (const Digest& digest : typed) {
        const Record* known = recordOf(*state, digest);
        if (known != nullptr && known->stream->first != stream)
            return Error{"token", "is another stream's already; each stream needs its own"};
    }
    // A copy: erase() takes them out of the stream's list.
    const std::vector<std::uint64_t> before = state->streams[stream].tokens;
    for (const std::uint64_t id : before) {
        const Record& record = state->records.at(id);
        const bool stays = std::find(typed.begin(), typed.end(), record.digest) != typed.end();
        if (record.origin == Origin::File && !stays) erase(*state, id);
    }
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        const auto known = state->byDigest.find(typed[i]);
        if (known == state->byDigest.end()) {
            Record record;
            record.digest = typed[i];
            record.spec = tokens[i];
            record.origin = Origin::File;
            record.created = clock_.now();
            insert(*state, kFirstTyped + ++state->lastTyped, stream, std::move(record));
        } else if (state->records.at(known->second).origin == Origin::File) {
            setSpec(*state, known->second, tokens[i]);
        }
    }
    return Done{};
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

void Tokens::forgetAll(const std::string& stream) {
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

}  // namespace runnel
