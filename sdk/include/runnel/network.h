// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "runnel/document.h"

/// The side towards the LoRaWAN network server.
namespace runnel {

/// What became of NetworkHost::publish.
struct Admission {
    enum class Verdict : std::uint8_t {
        Taken,   ///< acknowledge it when committed() names the ticket
        Busy,    ///< the message is untouched: stop reading, publish it again after resume()
        Refused  ///< wrong for ever, counted and logged: acknowledge it at once
    } verdict{};
    std::string reason;  ///< Refused: what was found and what was expected
};

/// What a network plugin may call. Thread safety: any thread, does not block.
class NetworkHost {
  public:
    /// Messages of one device: publish them in order. A downlink's fate is a message too
    /// (Kind::Sent …). Repeats (same originId within the last 65,536) are Taken, committed and
    /// dropped. Ticket 0: no committed() is wanted. Moved from only when Taken or Refused.
    virtual Admission publish(Message&& message, Ticket ticket) = 0;
    /// Whether downlinks can be handed over; they wait in the core while false, which is the start.
    virtual void connected(bool isConnected) = 0;

  protected:
    ~NetworkHost() = default;
};

/// A connector to network servers. Thread safety: start and stop by one thread; committed, resume
/// and send by any thread, also while publish() runs: note it and return, do not call publish from
/// within.
class Network {
  public:
    virtual ~Network() = default;

    virtual Status start() = 0;
    /// The tickets' messages are on disk: acknowledge them. One call per commit, in publish order.
    /// A failed commit is retried by the core, not reported.
    virtual void committed(std::span<const Ticket> tickets) = 0;
    /// After a Busy there is room again.
    virtual void resume() = 0;
    /// Takes a downlink (a copy) or says why it cannot; what becomes of it comes back by publish.
    /// Downlink::id is the network server's correlation id too, so that a repeat can be recognised.
    virtual Status send(const Downlink& downlink) = 0;
    /// Joins its threads, within 5 s; publishes nothing afterwards.
    virtual void stop() = 0;
};

}  // namespace runnel
