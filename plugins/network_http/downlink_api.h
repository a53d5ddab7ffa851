// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

#include "api_call.h"
#include "api_client.h"
#include "queue_items.h"
#include "runnel/network.h"
#include "runnel/plugin.h"

namespace runnel::http {

/// Hands downlinks to the network server, one after the other on one thread, and publishes what
/// became of that: Queued as soon as the server has answered that it has it (The Things Stack says
/// so again by an event, which the broker recognises), Failed when the server refuses, Expired. A
/// server that cannot be reached is tried again with growing pauses until the downlink expires, or
/// three times; meanwhile later downlinks wait: at most 1,024. Thread safety: any thread; start and
/// stop by one.
class DownlinkApi final {
  public:
    /// `answered` is called after each answer of the server, on this object's thread.
    DownlinkApi(Host& host, NetworkHost& network, const ApiSettings& settings, QueueItems& items,
                std::function<void()> answered);
    ~DownlinkApi();

    void start();
    Status send(const Downlink& downlink);
    /// A call is under way: the id of a downlink's queue item may not be known yet.
    bool isCalling() const { return isCalling_; }
    /// The broker takes messages again.
    void resume();
    /// What is waiting is dropped; the core keeps it and sends it again after a restart.
    void stop();

  private:
    struct Job {
        Downlink downlink;
        ApiCall call;
        unsigned attempts = 0;
    };

    void run();
    bool waitForJob(Job& job);
    bool pause(std::chrono::milliseconds time);
    void carryOut(Job& job);
    bool isExpired(const Job& job) const;
    void finish(const Job& job, const ApiAnswer& answer);
    void report(const Job& job, Kind kind, std::string text);

    Host& host_;
    NetworkHost& network_;
    const ApiSettings settings_;
    QueueItems& items_;
    const std::function<void()> answered_;
    const std::string origin_;   ///< tells the events of this run from those of another
    std::uint64_t reports_ = 0;  // the thread's
    std::atomic<bool> isCalling_ = false;

    std::mutex mutex_;
    std::condition_variable changed_;
    bool isStopping_ = false;    // guarded by mutex_
    std::uint64_t resumes_ = 0;  // guarded by mutex_
    std::deque<Job> jobs_;       // guarded by mutex_
    ApiClient client_;
    std::thread thread_;
};

}  // namespace runnel::http
