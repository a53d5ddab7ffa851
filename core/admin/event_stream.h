// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <unordered_map>

#include "net/event_loop.h"
#include "net/http_server.h"
#include "observe/live_feed.h"

namespace runnel::admin {

class EventStream;

struct EventStreamLimits {
    std::size_t streams = 64;
    std::chrono::milliseconds beat{15'000};  ///< a comment, and a look whether the login is good
    int deafBeats = 4;  ///< so many without a byte taken by the client: it is gone
};

/// The connections that get live events (server-sent events, WHATWG HTML §9.2): "event: KIND",
/// "id: NUMBER", "data: JSON", and "event: lost" with {"count":N} after the client was too slow for
/// N events.
/// Thread safety: open() on any thread, the rest on the loop's.
class EventStreams final {
  public:
    struct Wish {
        LiveFeed::Filter filter;
        net::HttpHeaders headers;  ///< additional ones for the response's head
        /// Called at each beat: find out, on another thread if it takes time, whether the login
        /// is still good, and call `end` on any thread if not. May be empty.
        std::function<void(std::function<void()> end)> check;
    };

    EventStreams(net::EventLoop& loop, LiveFeed& feed, EventStreamLimits limits = {});
    /// Ends all of them.
    ~EventStreams();
    EventStreams(const EventStreams&) = delete;
    EventStreams& operator=(const EventStreams&) = delete;

    /// Answers 503 when there are too many already.
    void open(const net::HttpResponder& responder, Wish wish);
    std::size_t count() const { return streams_.size(); }

  private:
    friend class EventStream;
    void openNow(const net::HttpResponder& responder, Wish wish);
    void forget(EventStream& stream);

    net::EventLoop& loop_;
    LiveFeed& feed_;
    const EventStreamLimits limits_;
    std::unordered_map<EventStream*, std::shared_ptr<EventStream>> streams_;
};

}  // namespace runnel::admin
