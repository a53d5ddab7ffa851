// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.h"
#include "observe/histogram.h"

namespace runnel {

/// How long messages take within the broker. Thread safety: any thread.
struct Latencies {
    explicit Latencies(const Clock& brokerClock) : clock(brokerClock) {}

    const Clock& clock;
    /// From publish to committed: the oldest message of each commit.
    Histogram committed;
    /// From brokerTime to settled, live delivery only: the newest message of each settle call.
    Histogram settled;
};

}  // namespace runnel
