// SPDX-License-Identifier: Apache-2.0
#include "simulator_network.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

namespace runnel::simulator {

namespace {

using std::chrono::milliseconds;

// After the downlink was handed over: how long until a gateway sends it, until the device answers.
constexpr milliseconds kUntilSent{20};
constexpr milliseconds kUntilAnswered{50};

constexpr std::size_t kMaxEvents = 3 * 1024;  // three per downlink

// Above 1,000 uplinks per second the thread wakes once per millisecond and publishes several.
constexpr milliseconds kShortestWait{1};

std::string runName(Instant now) {
    return std::to_string(now.time_since_epoch().count());
}

}  // namespace

SimulatorNetwork::SimulatorNetwork(Host& host, NetworkHost& network, const Settings& settings)
    : host_(host), network_(network), source_(settings, runName(host.now())) {}

SimulatorNetwork::~SimulatorNetwork() {
    stop();
}

Status SimulatorNetwork::start() {
    began_ = Clock::now();
    network_.connected(true);
    thread_ = std::thread([this] { run(); });
    return Done{};
}

/// Nothing to acknowledge: a simulated device never sends again.
void SimulatorNetwork::committed(std::span<const Ticket> /*tickets*/) {}

void SimulatorNetwork::resume() {
    const std::lock_guard lock(mutex_);
    ++resumes_;
    changed_.notify_all();
}

Status SimulatorNetwork::send(const Downlink& downlink) {
    if (!source_.hasDevice(downlink.device)) {
        return Error{"DeviceEUI", "is no device of the simulator, found " + text(downlink.device)};
    }
    const auto now = Clock::now();
    const std::lock_guard lock(mutex_);
    if (isStopping_) return Error{"", "the simulator is stopping"};
    if (events_.size() + 3 > kMaxEvents) return Error{"", "too many downlinks at once"};
    const std::uint64_t number = downlinks_++;
    events_.emplace(now, source_.event(Kind::Queued, downlink, number));
    events_.emplace(now + kUntilSent, source_.event(Kind::Sent, downlink, number));
    if (downlink.isConfirmed) {
        const Kind answer = source_.isLost(number) ? Kind::NotAcknowledged : Kind::Acknowledged;
        events_.emplace(now + kUntilAnswered, source_.event(answer, downlink, number));
    }
    changed_.notify_all();
    return Done{};
}

void SimulatorNetwork::stop() {
    {
        const std::lock_guard lock(mutex_);
        isStopping_ = true;
        changed_.notify_all();
    }
    if (thread_.joinable()) thread_.join();
}

void SimulatorNetwork::run() {
    while (publishDueEvents() && publishDueUplinks()) waitForWork();
}

/// False when stopping.
bool SimulatorNetwork::publishDueEvents() {
    for (;;) {
        Message message;
        {
            const std::lock_guard lock(mutex_);
            if (isStopping_) return false;
            if (events_.empty() || events_.begin()->first > Clock::now()) return true;
            message = std::move(events_.begin()->second);
            events_.erase(events_.begin());
        }
        if (!publish(std::move(message))) return false;
    }
}

/// One millisecond's share at most, so that events and stop() are not kept waiting. False when
/// stopping.
bool SimulatorNetwork::publishDueUplinks() {
    constexpr std::uint64_t kBatch = 256;
    const std::uint64_t end = std::min(dueUplinks(), nextNumber_ + kBatch);
    while (nextNumber_ < end) {
        if (!publish(source_.uplink(nextNumber_))) return false;
        ++nextNumber_;
    }
    return true;
}

/// Waits while the broker is busy. False when stopping: then the message was not taken.
bool SimulatorNetwork::publish(Message&& message) {
    message.networkTime = host_.now();
    for (;;) {
        std::uint64_t seen = 0;
        {
            const std::lock_guard lock(mutex_);
            if (isStopping_) return false;
            seen = resumes_;
        }
        // Ticket 0: nobody waits for the commit. Refused messages are counted by the broker.
        const Admission admission = network_.publish(std::move(message), 0);
        if (admission.verdict != Admission::Verdict::Busy) return true;
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return isStopping_ || resumes_ != seen; });
    }
}

/// How many uplinks should have been published by now.
std::uint64_t SimulatorNetwork::dueUplinks() const {
    const std::chrono::duration<double> elapsed = Clock::now() - began_;
    const Settings& settings = source_.settings();
    const auto due = static_cast<std::uint64_t>(elapsed.count() * settings.rate);
    return settings.count == 0 ? due : std::min(due, settings.count);
}

SimulatorNetwork::Clock::time_point SimulatorNetwork::nextUplink() const {
    const Settings& settings = source_.settings();
    if (settings.count != 0 && nextNumber_ >= settings.count) return Clock::time_point::max();
    const std::chrono::duration<double> since(static_cast<double>(nextNumber_ + 1) / settings.rate);
    return began_ + std::chrono::ceil<Clock::duration>(since);
}

void SimulatorNetwork::waitForWork() {
    const auto now = Clock::now();
    auto due = nextUplink();
    std::unique_lock lock(mutex_);
    if (!events_.empty()) due = std::min(due, events_.begin()->first);
    if (isStopping_ || due <= now) return;
    // A new downlink wakes the thread early and is seen in the next round.
    if (due == Clock::time_point::max()) {
        changed_.wait(lock, [&] { return isStopping_ || !events_.empty(); });
    } else {
        const auto wanted = events_.size();
        changed_.wait_until(lock, std::max(due, now + kShortestWait),
                            [&] { return isStopping_ || events_.size() != wanted; });
    }
}

}  // namespace runnel::simulator
