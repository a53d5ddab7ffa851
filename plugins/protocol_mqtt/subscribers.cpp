// SPDX-License-Identifier: Apache-2.0
#include "subscribers.h"

#include <utility>

#include "subscriber_session.h"

namespace runnel::mqtt {

Subscribers::Arrival Subscribers::arrive(const Key& key,
                                         const std::shared_ptr<SubscriberSession>& session,
                                         bool isCleanStart, Time now) {
    const std::lock_guard lock(mutex_);
    Arrival arrival;
    const auto [place, isNew] = clients_.try_emplace(key);
    Client& client = place->second;
    if (!isNew) {
        const bool isAbsent = client.address == nullptr;
        if (isAbsent) --absent_;
        arrival.before = client.session.lock();
        arrival.isKnown = !isCleanStart && (!isAbsent || now < client.expires);
        if (arrival.isKnown) arrival.filters = client.filters;
    }
    if (!arrival.isKnown) client.filters.reset();
    client.session = session;
    client.address = session.get();
    return arrival;
}

void Subscribers::note(const Key& key, const SubscriberSession& session, Filters filters) {
    const std::lock_guard lock(mutex_);
    const auto found = clients_.find(key);
    if (found != clients_.end() && found->second.address == &session) {
        found->second.filters = std::move(filters);
    }
}

void Subscribers::leave(const Key& key, const SubscriberSession& session,
                        std::chrono::seconds expiry, Time now) {
    const std::lock_guard lock(mutex_);
    const auto found = clients_.find(key);
    if (found == clients_.end() || found->second.address != &session) return;
    if (absent_ == kMaxRemembered) forgetExpired(now);
    if (expiry.count() == 0 || !found->second.filters || absent_ == kMaxRemembered) {
        clients_.erase(found);
        return;
    }
    found->second.session.reset();
    found->second.address = nullptr;
    found->second.expires = now + expiry;
    ++absent_;
}

void Subscribers::forgetExpired(Time now) {
    absent_ -= std::erase_if(clients_, [now](const auto& entry) {
        return entry.second.address == nullptr && entry.second.expires <= now;
    });
}

std::vector<std::shared_ptr<SubscriberSession>> Subscribers::present(std::uint64_t stream) const {
    const std::lock_guard lock(mutex_);
    std::vector<std::shared_ptr<SubscriberSession>> sessions;
    for (auto place = clients_.lower_bound({stream, ""});
         place != clients_.end() && place->first.first == stream; ++place) {
        if (auto session = place->second.session.lock()) sessions.push_back(std::move(session));
    }
    return sessions;
}

std::size_t Subscribers::size() const {
    const std::lock_guard lock(mutex_);
    return clients_.size();
}

}  // namespace runnel::mqtt
