// SPDX-License-Identifier: Apache-2.0
#include "inbox.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace runnel::javascript {

Inbox::Inbox() : event_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (event_ < 0) throw std::system_error{errno, std::generic_category(), "eventfd"};
}

Inbox::~Inbox() {
    ::close(event_);
}

void Inbox::ring() const {
    const std::uint64_t one = 1;
    // Its only failure is a full counter, which wakes as well.
    [[maybe_unused]] const ssize_t size = write(event_, &one, sizeof one);
}

std::size_t Inbox::put(std::vector<Order>& orders) {
    std::size_t taken = 0;
    {
        const std::scoped_lock lock{mutex_};
        if (isStopping_) return 0;
        for (Order& order : orders) {
            const bool isJob = order.frame == Frame::Decode || order.frame == Frame::Encode;
            if (isJob && open_ >= kMaxOpen) break;
            if (isJob) ++open_;
            orders_.push_back(std::move(order));
            ++taken;
        }
    }
    ring();
    return taken;
}

void Inbox::close(std::size_t jobs) {
    const std::scoped_lock lock{mutex_};
    open_ -= jobs;
}

void Inbox::stop() {
    {
        const std::scoped_lock lock{mutex_};
        isStopping_ = true;
    }
    ring();
}

bool Inbox::isStopping() const {
    const std::scoped_lock lock{mutex_};
    return isStopping_;
}

std::vector<Order> Inbox::take() {
    std::uint64_t count = 0;
    [[maybe_unused]] const ssize_t size = read(event_, &count, sizeof count);
    const std::scoped_lock lock{mutex_};
    return std::exchange(orders_, {});
}

}  // namespace runnel::javascript
