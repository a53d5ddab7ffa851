// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "net/event_loop.h"
#include "runnel/plugin.h"

namespace runnel::network_mqtt {

/// Warnings about what comes from outside, at most one per second with the number of those before
/// it: what is configured wrong repeats itself.
/// Thread safety: the loop's thread.
class CalmLog final {
  public:
    CalmLog(const net::EventLoop& loop, Host& host) : loop_(loop), host_(host) {}

    void warn(const std::string& what);
    /// All so far.
    std::uint64_t count() const { return count_; }

  private:
    const net::EventLoop& loop_;
    Host& host_;
    std::optional<net::EventLoop::Clock::time_point> last_;
    std::uint64_t unsaid_ = 0;
    std::uint64_t count_ = 0;
};

}  // namespace runnel::network_mqtt
