// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <vector>

#include "mqtt/client.h"
#include "network_mqtt/calm_log.h"
#include "runnel/network.h"

namespace runnel::network_mqtt {

/// Hands messages to the core, in order. What a busy core does not take waits here, and the client
/// reads nothing meanwhile: so it is at most one message from the broker, and one event per
/// downlink. What the core refuses is wrong for ever: acknowledged and logged.
/// Thread safety: the loop's thread.
class Publisher final {
  public:
    Publisher(NetworkHost& network, mqtt::Client& client, CalmLog& log)
        : network_(network), client_(client), log_(log) {}

    /// The ticket is the receipt of the broker's message, 0: none.
    void publish(Message&& message, Ticket ticket);
    /// The core has room again.
    void resume();
    bool isBusy() const { return !waiting_.empty(); }

  private:
    struct Waiting {
        Message message;
        Ticket ticket{};
    };
    bool offer(Message& message, Ticket ticket);

    NetworkHost& network_;
    mqtt::Client& client_;
    CalmLog& log_;
    std::deque<Waiting> waiting_;
};

}  // namespace runnel::network_mqtt
