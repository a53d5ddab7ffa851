// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <ctime>

namespace runnel::test {

/// Processor time of the calling thread: what others do on this machine adds nothing to it.
/// Thread safety: any thread.
inline std::chrono::nanoseconds cpuTime() {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace runnel::test
