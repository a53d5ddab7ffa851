// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "net/event_loop.h"
#include "net/http_server.h"
#include "pending_answers.h"
#include "posted_event.h"
#include "queue_items.h"
#include "runnel/network.h"
#include "runnel/plugin.h"

namespace runnel::http {

/// From a request to a published message to its answer: 200 when the message is on disk, 422 when
/// the broker refuses it for ever, 400 when the document cannot be understood.
///
/// A busy broker: ChirpStack sends an event once and gives up after 5 s, so the request waits up to
/// 2 s for room (at most 1,024 of them, in order) before it is answered 503 with Retry-After.
///
/// An event about a downlink may overtake the answer that tells the downlink's queue item; while a
/// call to the server's API is under way, such an event waits for its end.
/// Thread safety: the loop's thread, except committed().
class EventIntake final : public net::HttpHandler {
  public:
    EventIntake(net::EventLoop& loop, Host& host, NetworkHost& network, std::string token);

    /// How to find an event's downlink; without it the connector has no way back.
    void setDownlinks(const QueueItems& items, std::function<bool()> isCalling);

    void handle(net::HttpRequest request, net::HttpResponder responder) override;
    /// Any thread, also while handle() runs.
    void committed(std::span<const Ticket> tickets);
    /// The broker has room again.
    void resume();
    /// A call to the API has ended.
    void callEnded();

  private:
    struct Waiting {
        NetworkEvent event;
        net::HttpResponder responder;
        net::EventLoop::Clock::time_point deadline;
    };

    bool findDownlink(NetworkEvent& event) const;
    void submit(NetworkEvent event, const net::HttpResponder& responder);
    bool publish(NetworkEvent& event, const net::HttpResponder& responder);
    void hold(NetworkEvent event, const net::HttpResponder& responder);
    void expire();
    void armExpiry();
    void note(const std::string& what);

    net::EventLoop& loop_;
    Host& host_;
    NetworkHost& network_;
    const std::string token_;
    const QueueItems* items_ = nullptr;
    std::function<bool()> isCalling_;
    PendingAnswers answers_;
    std::deque<Waiting> held_;       // for room in the broker, in order
    std::deque<Waiting> unmatched_;  // for the end of a call to the API
    bool isExpiryArmed_ = false;
    std::optional<net::EventLoop::Clock::time_point> lastNote_;
    std::uint64_t unnoted_ = 0;
};

}  // namespace runnel::http
