// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runnel/values.h"

namespace runnel {

/// Where "now" comes from, so that tests can set it. Thread safety: any thread.
class Clock {
  public:
    virtual ~Clock() = default;
    virtual Instant now() const = 0;
};

class SystemClock final : public Clock {
  public:
    Instant now() const override {
        return std::chrono::time_point_cast<std::chrono::milliseconds>(
            std::chrono::system_clock::now());
    }
};

}  // namespace runnel
