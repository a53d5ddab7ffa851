// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/guarded.h"
#include "base/log.h"
#include "ingress/repeats.h"
#include "ingress/source.h"
#include "journal/journal.h"
#include "observe/histogram.h"
#include "registry/devices.h"
#include "runnel/network.h"

namespace runnel {

/// Takes messages from the network connectors, refuses what is impossible, resolves the
/// application, appends to the journal in groups and hands on what is safe. One thread: whatever
/// waits becomes one commit, so that a commit's cost is shared under load and nothing waits when
/// idle. Thread safety: publish and announce by any thread; start and stop by one.
class Ingress final {
  public:
    /// Messages that may wait for a commit; beyond it, and while an append fails, publish() says
    /// Busy.
    static constexpr std::size_t kMaxWaiting = 16'384;
    static constexpr std::size_t kMaxBatch = 4096;
    /// Between two commits, unless a whole batch waits: a commit has costs of its own.
    static constexpr std::chrono::milliseconds kCommitPeriod{5};

    using Batch = std::span<const std::shared_ptr<Message>>;
    struct Parts {
        Journal& journal;
        Devices& devices;
        const Clock& clock;
        Log& log;
        /// Called on the ingress thread with messages that are about to be journaled: the downlink
        /// stage recognises its events here. False: a repeat, to be dropped.
        std::function<bool(Message&)> identify;
        /// Called on the ingress thread with each committed batch, in order.
        std::function<void(Batch)> route;
        /// Called on the ingress thread between batches, at least once a second, and while an
        /// append fails: the journal's housekeeping. True: call again as soon as no message waits.
        std::function<bool()> maintain = [] { return false; };
        /// Observes, for each commit, how long its oldest message has waited for it. May be null.
        Histogram* committed = nullptr;
    };

    explicit Ingress(Parts parts);
    ~Ingress();

    /// Before start: a message of the past, so that its repeat is recognised.
    void remember(const Message& message);

    void start();
    /// Commits what was taken, then ends the thread. publish() says Busy from now on.
    void stop();

    /// As NetworkHost::publish. `source` outlives the ingress.
    Admission publish(Source& source, Message&& message, Ticket ticket);
    /// A message of the broker itself (a downlink expired): always taken, never refused.
    void announce(Message&& message);

    struct Counters {
        std::uint64_t taken = 0, refused = 0, repeats = 0, withoutPayload = 0, unresolved = 0;
    };
    Counters counters() const;

  private:
    struct Entry {
        std::shared_ptr<Message> message;  ///< null: only the ticket is to be named
        Source* source{};                  ///< null: the broker's own
        Ticket ticket{};
    };
    struct Queue {
        std::vector<Entry> entries;
        std::set<Source*> waiting;  ///< told Busy
        bool isOpen = false;
        bool isStuck = false;  ///< the journal does not take what was taken already
        std::chrono::steady_clock::time_point since{};  ///< of the oldest entry, or earlier
    };

    void run();
    bool nextBatch(std::vector<Entry>& batch);
    void resumeSources();
    void waitForEntries(Guarded<Queue>::Handle& queue);
    void process(std::vector<Entry>& batch);
    void dropRepeats(std::vector<Entry>& batch);
    void resolve(std::span<Entry> batch);
    void identify(std::span<Entry> batch);
    bool append(Batch messages);
    void reportUnresolved(const Message& message);
    static void confirm(std::span<const Entry> batch);

    Parts parts_;
    Guarded<Queue> queue_;
    std::condition_variable changed_;
    std::thread thread_;

    // The ingress thread's own.
    Repeats repeats_;
    std::chrono::steady_clock::time_point lastCommit_{};
    std::chrono::steady_clock::time_point batchSince_{};
    bool isMaintenanceDue_ = false;
    std::set<Eui> reported_;

    std::atomic<std::uint64_t> taken_{}, refused_{}, repeated_{}, withoutPayload_{}, unresolved_{};
};

/// Why a message cannot be what it says, or nullopt. Radio figures are never a reason.
std::optional<std::string> impossible(const Message& message);

}  // namespace runnel
