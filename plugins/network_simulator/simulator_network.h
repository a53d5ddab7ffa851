// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <thread>

#include "runnel/network.h"
#include "runnel/plugin.h"
#include "uplink_source.h"

namespace runnel::simulator {

/// A network server without a radio: publishes the uplinks of an UplinkSource at a steady pace and
/// answers downlinks with events. One thread publishes everything. What falls behind (a high rate,
/// a Busy broker) is caught up as fast as the broker takes it; no number is skipped. Thread safety:
/// as Network demands.
class SimulatorNetwork final : public Network {
  public:
    SimulatorNetwork(Host& host, NetworkHost& network, const Settings& settings);
    ~SimulatorNetwork() override;

    Status start() override;
    void committed(std::span<const Ticket> tickets) override;
    void resume() override;
    Status send(const Downlink& downlink) override;
    void stop() override;

  private:
    using Clock = std::chrono::steady_clock;

    void run();
    bool publishDueEvents();
    bool publishDueUplinks();
    bool publish(Message&& message);
    std::uint64_t dueUplinks() const;
    Clock::time_point nextUplink() const;
    void waitForWork();

    Host& host_;
    NetworkHost& network_;
    const UplinkSource source_;
    Clock::time_point began_{};
    std::uint64_t nextNumber_ = 0;  // the publishing thread's

    std::mutex mutex_;
    std::condition_variable changed_;
    bool isStopping_ = false;                           // guarded by mutex_
    std::uint64_t resumes_ = 0;                         // guarded by mutex_
    std::uint64_t downlinks_ = 0;                       // guarded by mutex_
    std::multimap<Clock::time_point, Message> events_;  // guarded by mutex_; by due time
    std::thread thread_;
};

}  // namespace runnel::simulator
