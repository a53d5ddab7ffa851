// SPDX-License-Identifier: Apache-2.0
#include "broker/ticker.h"

namespace runnel {

Ticker::Ticker(std::chrono::milliseconds period, std::function<void()> call)
    : thread_([this, period, call = std::move(call)] {
          auto isStopping = isStopping_.lock();
          while (!changed_.wait_for(isStopping.underlying(), period, [&] { return *isStopping; })) {
              isStopping.underlying().unlock();
              call();
              isStopping.underlying().lock();
          }
      }) {}

Ticker::~Ticker() {
    *isStopping_.lock() = true;
    changed_.notify_one();
    thread_.join();
}

}  // namespace runnel
