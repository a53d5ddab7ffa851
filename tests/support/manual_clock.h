// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>

#include "base/clock.h"

namespace runnel {

/// Stands still until a test moves it. Thread safety: any thread.
class ManualClock final : public Clock {
  public:
    Instant now() const override { return Instant(std::chrono::milliseconds(now_)); }
    void advance(std::chrono::milliseconds by) { now_ += by.count(); }

  private:
    std::atomic<std::int64_t> now_{1'700'000'000'000};
};

}  // namespace runnel
