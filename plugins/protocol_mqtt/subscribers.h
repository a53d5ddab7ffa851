// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "mqtt/packet.h"

namespace runnel::mqtt {

class SubscriberSession;

/// One filter that a client has subscribed to.
struct Filter {
    std::string text;
    Qos qos{};
};
/// Shared by a session and by who remembers it; null: none.
using Filters = std::shared_ptr<const std::vector<Filter>>;

/// Who is there under which client identifier, and what clients that asked to be remembered had
/// subscribed to. A client identifier counts within its stream only, so that nobody can end
/// another's session. Messages are not kept here: the stream's cursor keeps them.
/// Thread safety: any thread.
class Subscribers final {
  public:
    /// More absent clients are not remembered; they have to subscribe again.
    static constexpr std::size_t kMaxRemembered = 10'000;
    using Time = std::chrono::steady_clock::time_point;
    using Key = std::pair<std::uint64_t, std::string>;  ///< stream, client identifier

    struct Arrival {
        std::shared_ptr<SubscriberSession>
            before;       ///< has the same identifier and has to go; null: nobody
        bool isKnown{};   ///< a session was kept
        Filters filters;  ///< of that session
    };
    /// `session` is the one under this key from now on. With `isCleanStart` what was kept is
    /// forgotten.
    Arrival arrive(const Key& key, const std::shared_ptr<SubscriberSession>& session,
                   bool isCleanStart, Time now);
    /// Keeps what a present client has subscribed to, for whoever comes next under its key.
    void note(const Key& key, const SubscriberSession& session, Filters filters);
    /// The connection has ended; what was noted is kept for `expiry`, not at all if that is 0.
    /// Ignored if another session has come under this key.
    void leave(const Key& key, const SubscriberSession& session, std::chrono::seconds expiry,
               Time now);

    /// Those of the stream that are present now.
    std::vector<std::shared_ptr<SubscriberSession>> present(std::uint64_t stream) const;
    std::size_t size() const;

  private:
    struct Client {
        std::weak_ptr<SubscriberSession> session;
        const SubscriberSession* address{};  ///< of the session, to be compared only; null: absent
        Filters filters;
        Time expires{};
    };
    void forgetExpired(Time now);

    mutable std::mutex mutex_;
    std::map<Key, Client> clients_;  ///< guarded by mutex_
    std::size_t absent_ = 0;         ///< guarded by mutex_
};

}  // namespace runnel::mqtt
