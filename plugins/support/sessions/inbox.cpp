// SPDX-License-Identifier: Apache-2.0
#include "sessions/inbox.h"

#include <utility>

namespace runnel::sessions {

void Inbox::open(net::EventLoop& loop, Order wake) {
    const std::lock_guard lock(mutex_);
    loop_ = &loop;
    wake_ = std::move(wake);
}

void Inbox::shut() {
    Content dropped;  // destroyed without the lock: the orders' captures may end sessions
    const std::lock_guard lock(mutex_);
    loop_ = nullptr;
    std::swap(dropped, content_);
}

void Inbox::ready(std::shared_ptr<LoopSession> session) {
    if (session->membership().isListed.exchange(true)) return;
    const std::lock_guard lock(mutex_);
    if (loop_ == nullptr) return;
    if (isEmpty()) loop_->post(wake_);
    content_.ready.push_back(std::move(session));
}

void Inbox::order(Order order) {
    const std::lock_guard lock(mutex_);
    if (loop_ == nullptr) return;
    if (isEmpty()) loop_->post(wake_);
    content_.orders.push_back(std::move(order));
}

void Inbox::take(Content& empty) {
    const std::lock_guard lock(mutex_);
    std::swap(empty, content_);
}

}  // namespace runnel::sessions
