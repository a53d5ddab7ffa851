// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>

#include "child/time_limit.h"

struct JSContext;

namespace runnel::javascript {

/// SpiderMonkey with its limits: time (TimeLimit), heap, stack; no compiler to machine code, no
/// modules, no promise jobs. One per process. Thread safety: the thread that made it.
class Engine final {
  public:
    static constexpr std::size_t kHeap = 64 * 1024 * 1024;  ///< of all scripts together
    static constexpr std::size_t kHighWater = kHeap / 2;    ///< see isFull()
    static constexpr std::size_t kStack = 512 * 1024;

    Engine();
    ~Engine();
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    JSContext* context() { return context_; }
    TimeLimit& timeLimit() { return *timeLimit_; }

    /// Starts what the engine starts on first use (threads, time zone), so that it needs no system
    /// calls for it later.
    void warmUp();
    /// Whether memory ran out since the engine was made. The process should end then.
    bool isHungry() const { return isHungry_; }
    /// Whether scripts keep so much that others may run out; collects garbage to find out.
    bool isFull();

  private:
    JSContext* context_;
    bool isHungry_ = false;
    std::unique_ptr<TimeLimit> timeLimit_;
};

}  // namespace runnel::javascript
