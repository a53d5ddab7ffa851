// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/guarded.h"
#include "config/config.h"
#include "registry/origin.h"
#include "registry/registry_file.h"
#include "registry/vault.h"

namespace runnel {

/// The tokens of all streams: which stream one opens and what it allows. Look-ups are in memory, by
/// keyed hashes, so that their time tells nothing about tokens. Those that were made or added by
/// the API are in registry.db, sealed; those typed in files are not.
/// Thread safety: any thread. What writes the disk throws RegistryError and has changed nothing.
class Tokens {
  public:
    struct Holder {
        std::uint64_t token{};   ///< names the token
        std::uint64_t stream{};  ///< number
        bool mayReceive{};
        bool maySend{};
    };
    /// One token, for people; its text only by text().
    struct Entry {
        std::uint64_t id{};
        std::string stream;  ///< name
        TokenSpec spec;      ///< without its text
        Origin origin{};
        Instant created{};
        std::optional<Instant> lastUsed;
    };

    /// Reads what is there. The parts outlive it.
    Tokens(RegistryFile& file, const Vault& vault, const Clock& clock);

    /// Nullopt if no running stream has it, or if it has expired. Notes that it was used.
    std::optional<Holder> find(std::string_view token);
    /// Does the token still allow all that it granted? Token 0, a session that its protocol opened
    /// itself, always does.
    bool allows(const Holder& granted) const;

    /// The stream has this number from now on; 0: it is not running.
    void assign(const std::string& stream, std::uint64_t number);
    /// The tokens that files type for the stream, instead of those typed before. An error if one of
    /// them is another stream's: then nothing has changed.
    Status setTyped(const std::string& stream, std::span<const TokenSpec> tokens);
    /// Makes a token for each stream that has none of the API, in one transaction. Returns their
    /// names. Typed ones do not count: do not name streams that have some and keep them.
    std::vector<std::string> makeMissing(std::span<const std::string> streams);
    /// Is it the token of another stream than this one?
    bool isTaken(std::string_view token, std::string_view stream) const;
    /// The same, of a token that the API has made or added.
    bool isTakenByApi(std::string_view token, std::string_view stream) const;
    /// Its number, whether its stream runs or not.
    std::optional<std::uint64_t> identify(std::string_view token) const;

    /// A new token of the stream; made if `spec.text` is empty. An error if it is taken.
    Result<Entry> add(const std::string& stream, TokenSpec spec);
    /// Label, scopes and expiry of a token of the API.
    void change(std::uint64_t token, const TokenSpec& spec);
    void remove(std::uint64_t token);
    /// Of a stream that is removed: Objects has removed their rows with it.
    void forgetAll(const std::string& stream);

    /// What becomes of a stream's tokens when it is put: stored together with the stream, then,
    /// once that is on disk, applied.
    struct Draft {
        struct Added {
            std::string stream;
            TokenSpec spec;
            Vault::Digest digest{};
            Instant created{};
            std::uint64_t id{};  ///< once stored
        };
        std::vector<Added> added{};
        std::vector<std::pair<std::uint64_t, TokenSpec>> changed{};
    };
    /// Those of `typed` that the stream does not have yet are added, those that the API gave it may
    /// do what they say now; if it would have none, one is made. None of them is another stream's.
    Draft draft(const std::string& stream, std::span<const TokenSpec> typed) const;
    /// In the caller's transaction.
    void store(sqlite::Database& database, Draft& draft) const;
    void apply(const Draft& draft);

    std::optional<Entry> get(std::uint64_t token) const;
    /// Oldest first.
    std::vector<Entry> list(const std::string& stream) const;
    /// The token itself; "" if there is none, or if it was sealed with another key.
    std::string text(std::uint64_t token) const;

    /// Tokens of running streams that have expired since the last call.
    struct Expired {
        std::uint64_t token{};
        std::uint64_t stream{};  ///< number
    };
    std::vector<Expired> takeExpired();
    /// Saves when tokens were used, as far as that has changed.
    void saveUsed();

  private:
    using Digest = Vault::Digest;
    struct DigestHash {
        /// A keyed hash's bytes are spread already.
        std::size_t operator()(const Digest& digest) const {
            std::size_t start{};
            std::memcpy(&start, digest.data(), sizeof start);
            return start;
        }
    };
    struct StreamTokens {
        std::uint64_t number{};
        std::vector<std::uint64_t> tokens;
    };
    struct Record {
        std::pair<const std::string, StreamTokens>* stream{};
        Digest digest{};
        TokenSpec spec;  ///< with its text if it was typed in a file
        Origin origin{};
        Instant created{};
        Instant lastUsed{};  ///< 0: never
        bool isUsedUnsaved{};
    };
    struct State {
        std::unordered_map<Digest, std::uint64_t, DigestHash> byDigest;
        std::unordered_map<std::uint64_t, Record> records;
        std::unordered_map<std::string, StreamTokens> streams;
        std::set<std::pair<Instant, std::uint64_t>> expiries;
        std::vector<std::uint64_t> used;  ///< since they were saved
        std::uint64_t lastTyped{};        ///< how many were typed so far
    };

    std::vector<std::pair<std::uint64_t, Instant>> takeUsed();
    static void insert(State& state, std::uint64_t id, const std::string& stream, Record record);
    static void erase(State& state, std::uint64_t id);
    static Entry entryOf(std::uint64_t id, const Record& record);
    static void setSpec(State& state, std::uint64_t id, TokenSpec spec);
    static const Record* recordOf(const State& state, const Digest& digest);
    Draft::Added added(const std::string& stream, TokenSpec spec) const;
    void put(Draft& draft);
    bool hasOfApi(const std::string& stream) const;

    RegistryFile& file_;
    const Vault& vault_;
    const Clock& clock_;
    mutable Guarded<State> state_;
};

}  // namespace runnel
