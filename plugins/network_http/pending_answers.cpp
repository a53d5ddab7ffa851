// SPDX-License-Identifier: Apache-2.0
#include "pending_answers.h"

#include <utility>

namespace runnel::http {

Ticket PendingAnswers::add(const net::HttpResponder& responder) {
    const std::lock_guard lock(mutex_);
    if (responders_.size() >= kMost) return 0;
    responders_.emplace(++last_, responder);
    return last_;
}

std::vector<net::HttpResponder> PendingAnswers::take(std::span<const Ticket> tickets) {
    std::vector<net::HttpResponder> taken;
    taken.reserve(tickets.size());
    const std::lock_guard lock(mutex_);
    for (const Ticket ticket : tickets) {
        const auto found = responders_.find(ticket);
        if (found == responders_.end()) continue;
        taken.push_back(std::move(found->second));
        responders_.erase(found);
    }
    return taken;
}

void PendingAnswers::forget(Ticket ticket) {
    const std::lock_guard lock(mutex_);
    responders_.erase(ticket);
}

std::size_t PendingAnswers::size() const {
    const std::lock_guard lock(mutex_);
    return responders_.size();
}

}  // namespace runnel::http
