// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "ingress/ingress.h"
#include "tests/support/forwarding_journal.h"
#include "tests/support/manual_clock.h"
#include "tests/support/recording_log.h"

namespace runnel::test {

/// What happened, in order, by any thread; a test waits for what it expects.
class Events {
  public:
    void add(std::string event) {
        const std::lock_guard lock(mutex_);
        all_.push_back(std::move(event));
        changed_.notify_all();
    }
    std::vector<std::string> all() {
        const std::lock_guard lock(mutex_);
        return all_;
    }
    /// Waits until `event` has come; false after 20 s.
    bool wait(const std::string& event) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, std::chrono::seconds(20), [&] {
            return std::find(all_.begin(), all_.end(), event) != all_.end();
        });
    }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::string> all_;
};

/// A journal whose next appends can be made to fail, or to wait until they are let go.
class FakeJournal final : public ForwardingJournal {
  public:
    explicit FakeJournal(Events& events)
        : ForwardingJournal(1000, MemoryJournal::kDefaultCapacity), events_(events) {}

    void failNext(int appends) { failures_ = appends; }
    void damage() { isDamaged_ = true; }
    bool isDamaged() const override { return isDamaged_; }
    Status replace() override {
        isDamaged_ = false;
        failures_ = 0;
        events_.add("replaced");
        return Done{};
    }
    void hold() {
        const std::lock_guard lock(mutex_);
        isHeld_ = true;
    }
    void letGo() {
        const std::lock_guard lock(mutex_);
        isHeld_ = false;
        changed_.notify_all();
    }

    Status append(std::span<const std::shared_ptr<Message>> batch) override {
        {
            std::unique_lock lock(mutex_);
            if (isHeld_) events_.add("held");
            changed_.wait(lock, [&] { return !isHeld_; });
        }
        if (failures_ > 0) {
            --failures_;
            events_.add("append failed");
            return Error{"", "disk full"};
        }
        sizes.push_back(batch.size());
        events_.add("append");
        return ForwardingJournal::append(batch);
    }

    std::vector<std::size_t> sizes;  ///< of the commits; read it after stop()

  private:
    Events& events_;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool isHeld_ = false;
    std::atomic<int> failures_{0};
    std::atomic<bool> isDamaged_{};
};

class FakeSource final : public Source {
  public:
    FakeSource(std::string name, Events& events) : name_(std::move(name)), events_(events) {}

    const std::string& name() const override { return name_; }
    const std::map<std::string, Eui>& applications() const override { return map; }
    void committed(std::span<const Ticket> tickets) override {
        std::string text = name_ + " committed";
        for (const Ticket ticket : tickets) text += " " + std::to_string(ticket);
        events_.add(std::move(text));
    }
    void resume() override { events_.add(name_ + " resume"); }

    std::map<std::string, Eui> map;

  private:
    const std::string name_;
    Events& events_;
};

inline Message uplink(Eui device, std::uint32_t frameCounter = 0) {
    Message message;
    message.device = device;
    message.frameCounter = frameCounter;
    message.port = 1;
    message.payload = {1};
    return message;
}

/// An ingress with everything around it. `events` tells appends, routed frame counters ("route 7
/// 8"), committed tickets and resumes in the order in which they happened.
class IngressBench {
  public:
    Admission::Verdict publish(Message message, Ticket ticket) {
        return ingress.publish(source, std::move(message), ticket).verdict;
    }
    void route(Ingress::Batch batch) {
        std::string text = "route";
        for (const auto& message : batch) {
            text += " " + std::to_string(message->frameCounter);
            routed.push_back(message);
        }
        events.add(std::move(text));
    }

    Events events;
    FakeJournal journal{events};
    Devices devices;
    ManualClock clock;
    RecordingLog log;
    FakeSource source{"net", events};
    FakeSource other{"other", events};
    std::vector<std::shared_ptr<Message>> routed;  ///< read it after stop()
    std::function<bool(Message&)> identify = [](Message&) { return true; };
    std::function<bool()> maintain = [] { return false; };  ///< set it before start()
    Ingress ingress{{.journal = journal,
                     .devices = devices,
                     .clock = clock,
                     .log = log,
                     .identify = [this](Message& message) { return identify(message); },
                     .route = [this](Ingress::Batch batch) { route(batch); },
                     .maintain = [this] { return maintain(); }}};
};

}  // namespace runnel::test
