// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/guarded.h"
#include "registry/registry_file.h"
#include "registry/vault.h"
#include "runnel/values.h"

namespace runnel::admin {

/// Browsers that are logged in, in memory and, so that a restart does not end them, in the
/// registry's file. A session's id is 32 random bytes in a cookie; only a keyed hash of it is kept.
/// It ends after kIdle without a request (a restart counts as one) and after kAbsolute in any case.
/// What the disk refuses counts in memory, and is tried again with the next change.
/// Thread safety: any thread; find() does not wait, the others may wait for the disk.
class Sessions final {
  public:
    static constexpr std::chrono::hours kAbsolute{12};
    static constexpr std::chrono::hours kIdle{1};
    static constexpr std::size_t kPerUser = 20;  ///< beyond it the user's longest idle one ends
    static constexpr std::size_t kMaxSessions = 10'000;  ///< and beyond this anybody's

    struct Session {
        std::string user;
        std::uint64_t credential{};  ///< User::credential of the login
        std::string csrf;            ///< what the X-CSRF-Token header has to say
        Instant expires{};           ///< when it ends in any case
    };
    struct Started {
        std::string id;  ///< the cookie's value
        Session session;
    };

    /// Goes on with those of the file. Throws RegistryError.
    Sessions(RegistryFile& file, const Vault& vault, const Clock& clock);

    Started start(std::string user, std::uint64_t credential);
    /// Nullopt: unknown or ended. Counts as a sign of life.
    std::optional<Session> find(std::string_view id);
    void end(std::string_view id);
    /// All of the user's sessions except `kept` ("" = none), which goes on under the user's new
    /// credential.
    void endAll(std::string_view user, std::string_view kept = {}, std::uint64_t credential = 0);
    /// Forgets those whose time is over; about once a minute.
    void sweep();

    std::size_t size() const;

  private:
    struct Entry {
        Session session;
        Instant lastSeen{};
        bool isStored = false;
    };
    using Entries = std::map<Vault::Digest, Entry>;
    using Gone = std::vector<Vault::Digest>;
    struct Row {
        Vault::Digest digest{};
        Session session;
    };

    static bool isOver(const Entry& entry, Instant now);
    template <class Match>
    static void drop(Entries& entries, Gone& gone, Match&& match);
    static void makeRoom(Entries& entries, Gone& gone, const Session& session, Instant now);
    void load();
    /// False: the disk refuses it; `gone` stays to be removed.
    bool store(Gone& gone, std::span<const Row> rows);

    RegistryFile& file_;
    const Vault& vault_;
    const Clock& clock_;
    /// Ended, and still in the file. Locked for the whole of a change, before entries_.
    Guarded<Gone> gone_;
    mutable Guarded<Entries> entries_;
};

/// The Set-Cookie header's value. HttpOnly, SameSite=Strict, Path=/, and Secure over TLS.
std::string sessionCookie(std::string_view id, bool isTls);
/// Makes the browser forget it.
std::string endedSessionCookie(bool isTls);
/// The session's id in a Cookie header; "" if there is none.
std::string_view sessionIdIn(std::string_view cookies);

}  // namespace runnel::admin
