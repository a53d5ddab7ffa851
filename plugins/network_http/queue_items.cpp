// SPDX-License-Identifier: Apache-2.0
#include "queue_items.h"

namespace runnel::http {

void QueueItems::add(std::string queueItem, std::string downlinkId, Instant now) {
    const std::lock_guard lock(mutex_);
    const auto [place, isNew] = downlinks_.insert_or_assign(queueItem, std::move(downlinkId));
    if (isNew) oldestFirst_.emplace_back(now, std::move(queueItem));
    while (oldestFirst_.size() > kMost || now - oldestFirst_.front().first > kOldest) {
        downlinks_.erase(oldestFirst_.front().second);
        oldestFirst_.pop_front();
        if (oldestFirst_.empty()) return;
    }
}

std::string QueueItems::downlinkOf(const std::string& queueItem) const {
    const std::lock_guard lock(mutex_);
    const auto found = downlinks_.find(queueItem);
    return found == downlinks_.end() ? std::string() : found->second;
}

std::size_t QueueItems::size() const {
    const std::lock_guard lock(mutex_);
    return downlinks_.size();
}

}  // namespace runnel::http
