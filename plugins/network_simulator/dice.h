// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace runnel::simulator {

/// Well-mixed 64 bits from any 64 bits: the finaliser of SplitMix64 (Steele, Lea, Flood 2014). Used
/// instead of <random>, whose distributions differ between standard libraries.
constexpr std::uint64_t mix(std::uint64_t value) {
    value += 0x9E37'79B9'7F4A'7C15;
    value = (value ^ value >> 30U) * 0xBF58'476D'1CE4'E5B9;
    value = (value ^ value >> 27U) * 0x94D0'49BB'1331'11EB;
    return value ^ value >> 31U;
}

/// A deterministic sequence of random numbers. Thread safety: none.
class Dice final {
  public:
    explicit Dice(std::uint64_t seed) : state_(mix(seed)) {}

    std::uint64_t next() { return state_ = mix(state_); }
    /// 0 to `sides` - 1; `sides` > 0. The bias of the remainder is below 2^-40 for our sizes.
    std::uint64_t below(std::uint64_t sides) { return next() % sides; }
    /// 0 to just below 1.
    double share() { return static_cast<double>(next() >> 11U) * 0x1p-53; }

  private:
    std::uint64_t state_;
};

}  // namespace runnel::simulator
