// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace runnel {

/// How long something took, counted in fixed buckets from 0.5 ms to 60 s. An observation is two
/// relaxed additions (about 10 ns); values read meanwhile may be one observation apart from each
/// other. Thread safety: any thread.
class Histogram {
  public:
    using Duration = std::chrono::microseconds;
    /// Upper bounds, each included; the last bucket has none.
    static constexpr std::array<Duration, 16> kBounds{
        Duration(500),       Duration(1'000),      Duration(2'500),      Duration(5'000),
        Duration(10'000),    Duration(25'000),     Duration(50'000),     Duration(100'000),
        Duration(250'000),   Duration(500'000),    Duration(1'000'000),  Duration(2'500'000),
        Duration(5'000'000), Duration(10'000'000), Duration(30'000'000), Duration(60'000'000)};

    /// Less than nothing (a clock was set back) counts as nothing.
    void observe(Duration duration);

    struct Values {
        std::array<std::uint64_t, kBounds.size() + 1> counts{};  ///< of each bucket, not summed up
        double seconds = 0;                                      ///< of all observations
    };
    Values values() const;

  private:
    std::array<std::atomic<std::uint64_t>, kBounds.size() + 1> counts_{};
    std::atomic<std::uint64_t> sum_{};  ///< microseconds
};

}  // namespace runnel
