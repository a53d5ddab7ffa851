// SPDX-License-Identifier: Apache-2.0
#include "child/time_limit.h"

#include <js/Interrupt.h>

#include <ctime>

namespace runnel::javascript {

TimeLimit::TimeLimit(JSContext* context) : context_(context) {
    pthread_getcpuclockid(pthread_self(), &clock_);
    thread_ = std::thread{[this] { watch(); }};
}

TimeLimit::~TimeLimit() {
    {
        const std::scoped_lock lock{mutex_};
        isStopping_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

void TimeLimit::wake() {
    // The lock makes sure that the watcher either sees the new call or already waits.
    { const std::scoped_lock lock{mutex_}; }
    changed_.notify_all();
}

std::chrono::nanoseconds TimeLimit::used() const {
    timespec time{};
    clock_gettime(clock_, &time);
    return std::chrono::seconds{time.tv_sec} + std::chrono::nanoseconds{time.tv_nsec};
}

void TimeLimit::watch() {
    std::uint64_t seen = 0;
    std::uint64_t idleAt = 0;
    std::chrono::nanoseconds since{};
    std::unique_lock lock{mutex_};
    while (!isStopping_) {
        const std::uint64_t call = call_.load();
        if (call != seen) {
            seen = call;
            since = used();
        } else if (call % 2 == 1 && used() - since >= kLimit - kStep) {
            over_ = call;
            JS_RequestInterruptCallback(context_);
        }
        if (call % 2 == 0 && call == idleAt) {
            isAsleep_ = true;
            changed_.wait(lock, [&] { return isStopping_ || call_.load() != call; });
            isAsleep_ = false;
        } else {
            idleAt = call;
            changed_.wait_for(lock, kStep);
        }
    }
}

}  // namespace runnel::javascript
