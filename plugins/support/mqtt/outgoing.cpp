// SPDX-License-Identifier: Apache-2.0
#include "mqtt/outgoing.h"

#include <algorithm>
#include <utility>

namespace runnel::mqtt {

std::uint16_t Outgoing::add(Token token) {
    assert(token != 0 && room() > 0);
    entries_.push_back(token);
    return idAt(size() - 1);
}

std::optional<Outgoing::Token> Outgoing::tokenOf(std::uint16_t packetId) const {
    if (packetId == 0 || placeOf(packetId) >= size()) return std::nullopt;
    const Token token = entries_[head_ + placeOf(packetId)];
    if (token == 0) return std::nullopt;
    return token;
}

std::optional<Outgoing::Token> Outgoing::acknowledged(std::uint16_t packetId) {
    const std::optional<Token> token = tokenOf(packetId);
    if (!token) return std::nullopt;
    entries_[head_ + placeOf(packetId)] = 0;
    trim();
    return token;
}

void Outgoing::trim() {
    while (head_ < entries_.size() && entries_[head_] == 0) {
        ++head_;
        firstId_ = firstId_ % kIds + 1;
    }
    if (head_ == entries_.size()) {
        entries_.clear();
        head_ = 0;
    } else if (head_ >= std::max<std::size_t>(entries_.size() / 2, 32)) {
        entries_.erase(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(head_));
        head_ = 0;
    }
}

}  // namespace runnel::mqtt
