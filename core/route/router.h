// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <mutex>
#include <shared_mutex>
#include <span>
#include <unordered_map>
#include <vector>

#include "delivery/stream.h"

namespace runnel {

/// Finds every stream that covers a message: one hash look-up for its application, one for its
/// device, one per gateway, however many streams there are. Thread safety: route by one thread; add
/// and remove by any thread.
class Router {
  public:
    void add(std::shared_ptr<Stream> stream);
    /// Afterwards the stream gets nothing more but, at most, the batch that is on its way.
    void remove(std::uint64_t stream);

    /// Hands the messages, in order, to their streams: one call of Stream::deliver per stream.
    void route(std::span<const std::shared_ptr<Message>> batch) { routeAll(batch); }
    void route(std::span<const MessagePtr> batch) { routeAll(batch); }

    /// While the result lives no batch is being routed: what a stream knows is complete, up to the
    /// last batch. For moments only, and whoever has it calls no plugin: sessions are told of a
    /// batch while it is taken.
    [[nodiscard]] std::unique_lock<std::mutex> betweenBatches() { return std::unique_lock(batch_); }

    /// `visit(Stream&)` for each stream whose scope covers the message, perhaps twice for one. The
    /// streams live on while the router has them: call it where remove() cannot run meanwhile.
    template <class Visit>
    void visitCovering(const Message& message, Visit&& visit) const {
        const std::shared_lock lock(mutex_);
        const auto visitAll = [&](const Slots& slots, Eui eui) {
            const auto found = slots.find(eui);
            if (found == slots.end()) return;
            for (const auto& slot : found->second) visit(*slot->stream);
        };
        if (message.application) visitAll(applications_, *message.application);
        visitAll(devices_, message.device);
        for (const Reception& reception : message.receptions) {
            if (reception.gateway) visitAll(gateways_, *reception.gateway);
        }
    }

  private:
    struct Slot {
        std::shared_ptr<Stream> stream;
        std::vector<EncodedPtr> items;  ///< of the batch that is being routed
    };
    using Slots = std::unordered_map<Eui, std::vector<std::shared_ptr<Slot>>, EuiHash>;

    Slots& slotsOf(Scope::Level level);
    template <class Batch>
    void routeAll(Batch batch) {
        const auto isMine = betweenBatches();
        matchAll(batch);
        deliverAll();
    }
    template <class Batch>
    void matchAll(Batch batch) {
        const std::shared_lock lock(mutex_);
        for (const auto& message : batch) matchOne(message);
    }
    void matchOne(const MessagePtr& message);
    void deliverAll();
    void match(const Slots& slots, Eui eui, const MessagePtr& message);
    void share(DecodingPtr& decoding) const;
    EncodedPtr encodedFor(const StreamSetup& setup, const MessagePtr& message);

    std::mutex batch_;
    mutable std::shared_mutex mutex_;
    Slots applications_, devices_, gateways_;

    // The router thread's own, kept for their memory.
    std::vector<std::shared_ptr<Slot>> touched_;
    std::vector<EncodedPtr>
        encoded_;  ///< of the message that is being matched, one per format and view
};

}  // namespace runnel
