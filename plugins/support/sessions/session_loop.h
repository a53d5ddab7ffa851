// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "net/event_loop.h"
#include "runnel/protocol.h"
#include "sessions/inbox.h"
#include "sessions/loop_session.h"

namespace runnel::sessions {

/// One event loop's sessions and what they share: the vector that parcels are taken into, the inbox
/// and the coarse timers that stand in for a timer per session.
/// Thread safety: the loop's thread, or any one thread while the loop does not run.
class SessionLoop final {
  public:
    /// Asks each session for signs of life every `sweepPeriod`.
    SessionLoop(net::EventLoop& loop, std::chrono::milliseconds sweepPeriod);
    ~SessionLoop();
    SessionLoop(const SessionLoop&) = delete;
    SessionLoop& operator=(const SessionLoop&) = delete;

    net::EventLoop& loop() { return loop_; }
    const std::shared_ptr<Inbox>& inbox() { return inbox_; }
    std::vector<Parcel>& parcels() { return parcels_; }
    std::size_t sessions() const { return sessions_.size(); }

    /// Keeps the session alive until remove().
    void add(std::shared_ptr<LoopSession> session);
    void remove(LoopSession& session);
    /// Looks at the session again and again, several times a second, until its tick() says that
    /// nothing is left to wait for.
    void watch(LoopSession& session);

    void closeStream(std::uint64_t stream, CloseReason reason);
    /// Closes all sessions, cuts off after `patience` what is left, then calls `done`.
    void closeAll(CloseReason reason, std::chrono::milliseconds patience,
                  std::function<void()> done);

  private:
    void openInbox();
    void tick();
    void sweep();
    void abortAll();

    net::EventLoop& loop_;
    std::shared_ptr<Inbox> inbox_ = std::make_shared<Inbox>();
    Inbox::Content opened_;  // reused: what the inbox held
    std::vector<Parcel> parcels_;
    std::vector<std::shared_ptr<LoopSession>> sessions_;
    std::vector<std::shared_ptr<LoopSession>> watched_;
    net::TimerId ticking_ = net::TimerId::None;
    net::TimerId sweeping_ = net::TimerId::None;
    net::TimerId cutting_ = net::TimerId::None;
    std::function<void()> done_;
};

}  // namespace runnel::sessions
