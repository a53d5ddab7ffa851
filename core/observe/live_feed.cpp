// SPDX-License-Identifier: Apache-2.0
#include "observe/live_feed.h"

#include <algorithm>
#include <iterator>

namespace runnel {

std::unique_ptr<LiveFeed::Subscription> LiveFeed::subscribe(Filter filter,
                                                            std::function<void()> wake) {
    std::unique_ptr<Subscription> subscription(
        new Subscription(*this, std::move(filter), std::move(wake)));
    const std::lock_guard lock(mutex_);
    subscriptions_.insert(subscription.get());
    watchers_ = subscriptions_.size();
    return subscription;
}

void LiveFeed::remove(Subscription& subscription) {
    const std::lock_guard lock(mutex_);
    subscriptions_.erase(&subscription);
    watchers_ = subscriptions_.size();
}

void LiveFeed::deliver(LiveEvent event) {
    const std::lock_guard lock(mutex_);
    event.id = ++lastId_;
    const auto shared = std::make_shared<const LiveEvent>(std::move(event));
    for (Subscription* const watcher : subscriptions_) {
        if (!watcher->filter_(*shared)) continue;
        if (watcher->waiting_.size() == kMaxWaiting) {
            watcher->waiting_.pop_front();
            ++watcher->lost_;
        }
        watcher->waiting_.push_back(shared);
        if (!std::exchange(watcher->isAwake_, true)) watcher->wake_();
    }
}

LiveFeed::Subscription::Batch LiveFeed::Subscription::take(std::size_t most) {
    Batch batch;
    const std::lock_guard lock(feed_.mutex_);
    const auto count = static_cast<std::ptrdiff_t>(std::min(most, waiting_.size()));
    batch.events.assign(std::make_move_iterator(waiting_.begin()),
                        std::make_move_iterator(waiting_.begin() + count));
    waiting_.erase(waiting_.begin(), waiting_.begin() + count);
    batch.lost = std::exchange(lost_, 0);
    if (batch.events.size() < most) isAwake_ = false;
    return batch;
}

}  // namespace runnel
