// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pthread.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>

struct JSContext;

namespace runnel::javascript {

/// Interrupts a script that computes for more than kLimit. It is the processor's time that counts:
/// on a busy machine a script does not fail for what others do. A thread looks every kStep while a
/// call runs, so a call costs no system call; it sleeps while there is nothing to watch.
/// Thread safety: begin, end by the engine's thread, which also makes the object.
class TimeLimit final {
  public:
    static constexpr std::chrono::milliseconds kLimit{50};
    static constexpr std::chrono::milliseconds kStep{5};

    explicit TimeLimit(JSContext* context);
    ~TimeLimit();
    TimeLimit(const TimeLimit&) = delete;
    TimeLimit& operator=(const TimeLimit&) = delete;

    void begin() {
        ++call_;
        if (isAsleep_) wake();
    }
    /// Whether the call was stopped.
    bool end() {
        const bool wasOver = isOver();
        ++call_;
        return wasOver;
    }
    /// Whether the call that runs has had its time.
    bool isOver() const { return over_ == call_; }

  private:
    void watch();
    void wake();
    std::chrono::nanoseconds used() const;  // processor time of the engine's thread

    JSContext* context_;
    clockid_t clock_{};
    std::atomic<std::uint64_t> call_{2};  // odd while a call runs
    std::atomic<std::uint64_t> over_{0};  // the newest call that was stopped
    std::atomic<bool> isAsleep_{false};
    std::mutex mutex_;
    std::condition_variable changed_;
    bool isStopping_ = false;  // guarded by mutex_
    std::thread thread_;
};

}  // namespace runnel::javascript
