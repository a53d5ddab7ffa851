// SPDX-License-Identifier: Apache-2.0
#include "broker/traffic_watch.h"

#include <utility>

namespace runnel {

TrafficSample TrafficWatch::measure() {
    const std::uint64_t taken = ingress_.counters().taken;
    TrafficSample sample;
    sample.taken = taken - std::exchange(taken_, taken);
    for (const Streams::Entry& entry : streams_.all()) {
        const StreamPace pace = entry.stream->pace();
        sample.settled += pace.settled;
        sample.pending += pace.pending;
        sample.sessions += pace.sessions;
    }
    return sample;
}

}  // namespace runnel
