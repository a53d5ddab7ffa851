// SPDX-License-Identifier: Apache-2.0
#include "observe/traffic_history.h"

namespace runnel {

Instant TrafficHistory::now() const {
    constexpr std::chrono::milliseconds kMillis = kStep;
    const Instant now = clock_.now();
    return now - now.time_since_epoch() % kMillis;
}

void TrafficHistory::add(const TrafficSample& sample) {
    auto ring = ring_.lock();
    while (ring->count > 0 && ring->at(ring->count - 1).time >= sample.time) --ring->count;
    if (ring->count == kMost) {
        ring->first = (ring->first + 1) % kMost;
        --ring->count;
    }
    ring->samples[(ring->first + ring->count++) % kMost] = sample;
}

std::vector<TrafficSample> TrafficHistory::samples() const {
    std::vector<TrafficSample> list;
    auto ring = ring_.lock();
    list.reserve(ring->count);
    for (std::size_t i = 0; i < ring->count; ++i) list.push_back(ring->at(i));
    return list;
}

}  // namespace runnel
