// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "delivery/streams.h"
#include "ingress/ingress.h"
#include "observe/traffic_history.h"

namespace runnel {

/// Keeps the history of the broker's traffic: adds up all streams when a step has ended.
/// Thread safety: one thread.
class TrafficWatch final {
  public:
    TrafficWatch(TrafficHistory& history, const Ingress& ingress, const Streams& streams)
        : history_(history), ingress_(ingress), streams_(streams) {}

    /// About once a second.
    void look() {
        history_.look([this] { return measure(); });
    }

  private:
    TrafficSample measure();

    TrafficHistory& history_;
    const Ingress& ingress_;
    const Streams& streams_;
    std::uint64_t taken_ = 0;
};

}  // namespace runnel
