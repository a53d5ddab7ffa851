// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "delivery/streams.h"
#include "ingress/ingress.h"
#include "observe/health_board.h"
#include "observe/live_feed.h"

namespace runnel {

/// Tells whoever watches the broker what is new: messages as they are routed; once a second, which
/// streams have other sessions or another health than a second ago, and which parts of the broker
/// do. Costs nothing while nobody watches.
/// Thread safety: messages() by the ingress thread, look() by one other.
class LiveWatch final {
  public:
    LiveWatch(LiveFeed& feed, const Streams& streams, const HealthBoard& health)
        : feed_(feed), streams_(streams), health_(health) {}

    void messages(Ingress::Batch batch);
    void look();

  private:
    struct Seen {
        std::uint64_t number = 0;
        std::size_t sessions = 0;
        StreamHealth::Word word{};
        bool operator==(const Seen&) const = default;
    };
    void lookAtStreams(bool isFirst);
    void lookAtHealth(bool isFirst);

    LiveFeed& feed_;
    const Streams& streams_;
    const HealthBoard& health_;
    bool wasWatched_ = false;
    std::map<std::string, Seen> seen_;
    std::map<std::string, HealthBoard::Entry> parts_;
};

}  // namespace runnel
