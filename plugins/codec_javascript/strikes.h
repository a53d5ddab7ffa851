// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <unordered_map>

namespace runnel::javascript {

/// Scripts that had to be stopped kMaxStrikes times in a row are not called for kPause, so that
/// other devices' payloads are decoded in the meantime; then they have one more try. Child and
/// broker count alike: the child to answer what is queued there, the broker because a child may
/// end. Thread safety: none.
class Strikes {
  public:
    using Clock = std::chrono::steady_clock;
    static constexpr int kMaxStrikes = 3;
    static constexpr std::chrono::seconds kPause{10};

    void strike(std::uint32_t program, Clock::time_point now);
    void forgive(std::uint32_t program) {
        if (!strikes_.empty()) strikes_.erase(program);
    }
    bool isSuspended(std::uint32_t program, Clock::time_point now) const;

  private:
    struct Record {
        int count{};
        Clock::time_point until;
    };
    std::unordered_map<std::uint32_t, Record> strikes_;
};

}  // namespace runnel::javascript
