// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/guarded.h"
#include "registry/vault.h"
#include "runnel/values.h"

namespace runnel::admin {

/// Browsers that are logged in, in memory: a restart ends them. A session's id is 32 random bytes
/// in a cookie; only a keyed hash of it is kept. It ends after kIdle without a request and after
/// kAbsolute in any case.
/// Thread safety: any thread.
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

    Sessions(const Vault& vault, const Clock& clock) : vault_(vault), clock_(clock) {}

    Started start(std::string user, std::uint64_t credential);
    /// Nullopt: unknown or ended. Counts as a sign of life.
    std::optional<Session> find(std::string_view id);
    void end(std::string_view id);
    /// All of the user's sessions except `kept` ("" = none), which goes on under the user's new
    /// credential.
    void endAll(std::string_view user, std::string_view kept = {}, std::uint64_t credential = 0);

    std::size_t size() const;

  private:
    struct Entry {
        Session session;
        Instant lastSeen{};
    };
    using Entries = std::map<Vault::Digest, Entry>;
    static bool isOver(const Entry& entry, Instant now);
    static void makeRoom(Entries& entries, std::string_view user, Instant now);

    const Vault& vault_;
    const Clock& clock_;
    mutable Guarded<Entries> entries_;
};

/// The Set-Cookie header's value. HttpOnly, SameSite=Strict, Path=/, and Secure over TLS.
std::string sessionCookie(std::string_view id, bool isTls);
/// Makes the browser forget it.
std::string endedSessionCookie(bool isTls);
/// The session's id in a Cookie header; "" if there is none.
std::string_view sessionIdIn(std::string_view cookies);

}  // namespace runnel::admin
