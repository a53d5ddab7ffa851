// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <thread>

#include "base/guarded.h"

namespace runnel {

/// Calls a function every `period` on a thread of its own, until it is destroyed.
/// Thread safety: built and destroyed by one thread.
class Ticker {
  public:
    Ticker(std::chrono::milliseconds period, std::function<void()> call);
    ~Ticker();
    Ticker(const Ticker&) = delete;
    Ticker& operator=(const Ticker&) = delete;

  private:
    Guarded<bool> isStopping_{false};
    std::condition_variable changed_;
    std::thread thread_;
};

}  // namespace runnel
