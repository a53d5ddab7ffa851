// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/timings.h"

#include <algorithm>
#include <ctime>
#include <fstream>
#include <string>

namespace runnel::bench {

namespace {

double microseconds(clockid_t clock) {
    timespec time{};
    ::clock_gettime(clock, &time);
    return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

}  // namespace

Stopwatch::Stopwatch()
    : wall_(microseconds(CLOCK_MONOTONIC)), cpu_(microseconds(CLOCK_PROCESS_CPUTIME_ID)) {}

Stopwatch::Spent Stopwatch::stop() const {
    return {microseconds(CLOCK_MONOTONIC) - wall_, microseconds(CLOCK_PROCESS_CPUTIME_ID) - cpu_};
}

void Timings::add(const Stopwatch::Spent& spent) {
    sum_.wall += spent.wall;
    sum_.cpu += spent.cpu;
    walls_.push_back(spent.wall);
}

double Timings::percentile(double part) const {
    if (walls_.empty()) return 0;
    std::vector<double> sorted = walls_;
    std::sort(sorted.begin(), sorted.end());
    const auto at = static_cast<std::size_t>(part * static_cast<double>(sorted.size()));
    return sorted[std::min(at, sorted.size() - 1)];
}

double residentMegabytes() {
    std::ifstream status("/proc/self/status");
    std::string word;
    while (status >> word) {
        double kilobytes = 0;
        if (word == "VmRSS:" && status >> kilobytes) return kilobytes / 1024;
    }
    return 0;
}

}  // namespace runnel::bench
