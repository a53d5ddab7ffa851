// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "mqtt/client.h"
#include "net/event_loop.h"
#include "network_mqtt/dialect.h"
#include "network_mqtt/publisher.h"
#include "runnel/network.h"
#include "runnel/plugin.h"

namespace runnel::network_mqtt {

/// Downlinks from the core to the broker: published with QoS 1 in the order of send(), again after
/// a lost connection until the broker acknowledges them. Each gets one event: Queued when the
/// broker has it, Failed when the broker refuses it or knows that nobody listens, Expired. What is
/// under way when the connector stops is dropped: the core sends it again.
/// Thread safety: send() by any thread, everything else on the loop's thread.
class Downlinks final {
  public:
    /// Under way at once.
    static constexpr std::size_t kMost = 1024;

    struct Parts {
        net::EventLoop& loop;
        Host& host;
        const Dialect& dialect;
        mqtt::Client& client;
        Publisher& publisher;
    };
    explicit Downlinks(const Parts& parts);

    /// As Network::send.
    Status send(const Downlink& downlink);
    /// Publishes what waits, as far as there is room.
    void pump();
    /// As mqtt::ClientEvents.
    void published(std::uint64_t token, mqtt::Reason reason, std::string_view text);
    void resend(std::uint64_t token);

  private:
    struct Job {
        Downlink downlink;
        Command command;
    };
    struct Arrivals {
        std::deque<Job> jobs;
        std::size_t underWay = 0;  ///< here, waiting, or on the way
    };

    bool isExpired(const Job& job) const;
    bool publish(const Job& job, std::uint64_t token);
    void report(const Job& job, Kind kind, std::string text);

    Parts parts_;
    const std::string origin_;   ///< tells the events of this run from those of another
    std::uint64_t reports_ = 0;  ///< also the events' numbers
    std::uint64_t lastToken_ = 0;
    std::deque<Job> waiting_;
    std::unordered_map<std::uint64_t, Job> onTheWay_;  ///< by token

    std::mutex mutex_;
    Arrivals arrivals_;  // guarded by mutex_
};

}  // namespace runnel::network_mqtt
