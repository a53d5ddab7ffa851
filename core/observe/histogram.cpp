// SPDX-License-Identifier: Apache-2.0
#include "observe/histogram.h"

#include <algorithm>

namespace runnel {

void Histogram::observe(Duration duration) {
    duration = std::max(duration, Duration::zero());
    const auto bucket = std::lower_bound(kBounds.begin(), kBounds.end(), duration);
    counts_[static_cast<std::size_t>(bucket - kBounds.begin())].fetch_add(
        1, std::memory_order_relaxed);
    sum_.fetch_add(static_cast<std::uint64_t>(duration.count()), std::memory_order_relaxed);
}

Histogram::Values Histogram::values() const {
    Values values;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
        values.counts[i] = counts_[i].load(std::memory_order_relaxed);
    }
    values.seconds = static_cast<double>(sum_.load(std::memory_order_relaxed)) / 1e6;
    return values;
}

}  // namespace runnel
