// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

namespace runnel::bench {

/// Wall clock and this process's CPU (user and system) between construction and stop().
class Stopwatch final {
  public:
    Stopwatch();
    struct Spent {
        double wall = 0;  ///< microseconds
        double cpu = 0;   ///< microseconds
    };
    Spent stop() const;

  private:
    double wall_;
    double cpu_;
};

/// Many times of the same thing.
class Timings final {
  public:
    void add(const Stopwatch::Spent& spent);
    double wall() const { return sum_.wall; }  ///< microseconds, all together
    double cpu() const { return sum_.cpu; }
    /// `part` of 1: 0.99 for the 99th percentile of the wall clock, in microseconds.
    double percentile(double part) const;

  private:
    Stopwatch::Spent sum_;
    std::vector<double> walls_;
};

/// VmRSS of this process.
double residentMegabytes();

}  // namespace runnel::bench
