// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/guarded.h"

namespace runnel {

/// What happened within a step, and how things are at its end. Thread safety: a plain value.
struct TrafficSample {
    Instant time{};             ///< the step's end, a multiple of the step
    std::uint64_t taken = 0;    ///< messages taken in
    std::uint64_t settled = 0;  ///< by all streams
    std::uint64_t sessions = 0;
    std::uint64_t pending = 0;  ///< of all streams
};

/// The last hour of the broker's traffic, for a chart: a ring in memory. A step that was missed has
/// no sample, and what happened in it is part of the next one; a clock that is set back takes away
/// the samples of a time that is still to come.
/// Thread safety: look() on one thread, samples() on any.
class TrafficHistory final {
  public:
    static constexpr std::chrono::seconds kStep{10};
    static constexpr std::size_t kMost = 360;

    explicit TrafficHistory(const Clock& clock) : clock_(clock), last_(now()) {}

    /// Call it more often than the steps are long. Once for each step that has ended, `measure()`
    /// returns the sample of what happened since the call before; its time is filled in here.
    template <class Measure>
    void look(Measure&& measure) {
        const Instant end = now();
        if (end == std::exchange(last_, end)) return;
        TrafficSample sample = std::forward<Measure>(measure)();
        sample.time = end;
        add(sample);
    }
    /// Oldest first.
    std::vector<TrafficSample> samples() const;

  private:
    struct Ring {
        std::array<TrafficSample, kMost> samples;
        std::size_t first = 0;
        std::size_t count = 0;
        const TrafficSample& at(std::size_t place) const {
            return samples[(first + place) % kMost];
        }
    };
    /// The end of the newest step that has ended.
    Instant now() const;
    void add(const TrafficSample& sample);

    const Clock& clock_;
    Instant last_;
    mutable Guarded<Ring> ring_;
};

}  // namespace runnel
