// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "runnel/values.h"

namespace runnel {

/// Something that just happened, for whoever watches.
struct LiveEvent {
    std::string kind;                ///< "message", "stream", "health"
    std::optional<Eui> application;  ///< whose it is; none: only for who sees everything
    std::string data;                ///< one line of JSON; no secrets
    std::uint64_t id = 0;            ///< counts up from 1; given by the feed
};

/// Passes events on to whoever watches at the moment, and forgets them. Slow watchers lose the
/// oldest events that wait for them, and are told how many; publishers never wait.
/// Thread safety: any thread. Subscriptions must not outlive the feed.
class LiveFeed final {
  public:
    /// Whether a watcher gets an event. Called under the feed's lock: quick, calls nothing back.
    using Filter = std::function<bool(const LiveEvent&)>;
    static constexpr std::size_t kMaxWaiting = 1000;  ///< events per watcher

    class Subscription;

    LiveFeed() = default;
    LiveFeed(const LiveFeed&) = delete;
    LiveFeed& operator=(const LiveFeed&) = delete;

    bool isWatched() const { return watchers_.load(std::memory_order_relaxed) != 0; }

    /// `make()` returns the LiveEvent; it is called only if somebody watches. Otherwise this costs
    /// one atomic load.
    template <class Make>
    void publish(Make&& make) {
        if (isWatched()) deliver(std::forward<Make>(make)());
    }

    /// From now on. `wake` is called, on a publisher's thread and under the feed's lock, when the
    /// first event waits (EventLoop::post is right, anything that waits is wrong).
    std::unique_ptr<Subscription> subscribe(Filter filter, std::function<void()> wake);

  private:
    void deliver(LiveEvent event);
    void remove(Subscription& subscription);

    std::atomic<std::size_t> watchers_ = 0;
    std::mutex mutex_;
    std::uint64_t lastId_ = 0;
    std::set<Subscription*> subscriptions_;
};

/// One watcher. Ends with its destruction: `wake` is not called any more then.
/// Thread safety: one thread at a time.
class LiveFeed::Subscription final {
  public:
    struct Batch {
        std::uint64_t lost = 0;  ///< so many were dropped, before these
        std::vector<std::shared_ptr<const LiveEvent>> events;
    };

    ~Subscription() { feed_.remove(*this); }
    Subscription(const Subscription&) = delete;
    Subscription& operator=(const Subscription&) = delete;

    /// At most `most` of what waits, oldest first; nothing, if nothing does. Only when it gave
    /// fewer than `most` is `wake` called again.
    Batch take(std::size_t most);

  private:
    friend class LiveFeed;
    Subscription(LiveFeed& feed, Filter filter, std::function<void()> wake)
        : feed_(feed), filter_(std::move(filter)), wake_(std::move(wake)) {}

    LiveFeed& feed_;
    const Filter filter_;
    const std::function<void()> wake_;
    std::deque<std::shared_ptr<const LiveEvent>> waiting_;  // guarded by feed_.mutex_, as below
    std::uint64_t lost_ = 0;
    bool isAwake_ = false;
};

}  // namespace runnel
