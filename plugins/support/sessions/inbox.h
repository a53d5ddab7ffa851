// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "net/event_loop.h"
#include "sessions/loop_session.h"

namespace runnel::sessions {

/// How other threads reach the sessions of one loop: a list of sessions that have something to
/// take, and a list of orders. One lock per call, one wake-up per batch. Sessions share it with
/// their loop, so that a call which comes after the loop's end finds it shut.
/// Thread safety: any thread, except open and shut.
class Inbox final {
  public:
    using Order = std::function<void()>;
    struct Content {
        std::vector<std::shared_ptr<LoopSession>> ready;
        std::vector<Order> orders;
    };

    /// `wake` runs on the loop whenever the inbox has stopped being empty.
    void open(net::EventLoop& loop, Order wake);
    /// Drops what is in it and ignores what still comes.
    void shut();

    /// A session that is in the list already stays there once.
    void ready(std::shared_ptr<LoopSession> session);
    void order(Order order);
    /// Swaps the content with `empty`, whose memory is used from now on.
    void take(Content& empty);

  private:
    bool isEmpty() const { return content_.ready.empty() && content_.orders.empty(); }

    std::mutex mutex_;
    net::EventLoop* loop_ = nullptr;  // guarded by mutex_, as are the others; null: shut
    Order wake_;
    Content content_;
};

}  // namespace runnel::sessions
