// SPDX-License-Identifier: Apache-2.0
#include "net/admission.h"

#include <sys/resource.h>

#include <algorithm>

namespace runnel::net {

namespace {

std::size_t defaultConnections() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return 65536;
    return static_cast<std::size_t>(limit.rlim_cur) / 4 * 3;
}

}  // namespace

Admission::Admission(AdmissionLimits limits)
    : maxConnections_(limits.connections != 0 ? limits.connections : defaultConnections()),
      maxHandshakesPerAddress_(limits.handshakesPerAddress) {}

Admission::Key Admission::keyOf(const PeerAddress& peer) {
    Key key = peer.ip;
    const bool isV4 = key[10] == 0xFF && key[11] == 0xFF && key[0] == 0 && key[1] == 0;
    if (!isV4) std::fill(key.begin() + 8, key.end(), std::uint8_t{0});
    return key;
}

bool Admission::enter(const PeerAddress& peer) {
    const std::lock_guard lock(mutex_);
    if (connections_ >= maxConnections_) return false;
    const auto [entry, isNew] = pendingByAddress_.try_emplace(keyOf(peer), 0);
    if (entry->second >= maxHandshakesPerAddress_) {
        if (isNew) pendingByAddress_.erase(entry);
        return false;
    }
    ++entry->second;
    ++pending_;
    ++connections_;
    return true;
}

void Admission::handshakeDone(const PeerAddress& peer) {
    const std::lock_guard lock(mutex_);
    const auto found = pendingByAddress_.find(keyOf(peer));
    if (found == pendingByAddress_.end()) return;
    --pending_;
    if (--found->second == 0) pendingByAddress_.erase(found);
}

void Admission::leave() {
    const std::lock_guard lock(mutex_);
    --connections_;
}

std::size_t Admission::connections() const {
    const std::lock_guard lock(mutex_);
    return connections_;
}

std::size_t Admission::pendingHandshakes() const {
    const std::lock_guard lock(mutex_);
    return pending_;
}

}  // namespace runnel::net
