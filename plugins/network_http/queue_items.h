// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>

#include "runnel/values.h"

namespace runnel::http {

/// Which of our downlinks has which id in the network server's queue, so that its later events find
/// their downlink. Keeps the newest 65,536 of at most 7 days, in memory: after a restart such an
/// event is published without downlinkId.
/// Thread safety: any thread.
class QueueItems final {
  public:
    void add(std::string queueItem, std::string downlinkId, Instant now);
    /// "" when it is not one of ours, or is forgotten.
    std::string downlinkOf(const std::string& queueItem) const;
    std::size_t size() const;

    static constexpr std::size_t kMost = 65'536;
    static constexpr std::chrono::hours kOldest{7 * 24};

  private:
    mutable std::mutex mutex_;
    std::unordered_map<std::string, std::string> downlinks_;   // guarded by mutex_
    std::deque<std::pair<Instant, std::string>> oldestFirst_;  // guarded by mutex_
};

}  // namespace runnel::http
