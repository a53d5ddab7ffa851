// SPDX-License-Identifier: Apache-2.0
#include "mqtt/incoming.h"

#include <algorithm>

namespace runnel::mqtt {

bool Incoming::isHeld(std::uint16_t packetId) const {
    return std::find(held_.begin(), held_.end(), packetId) != held_.end();
}

Incoming::Arrival Incoming::arrived(std::uint16_t packetId, Qos qos) {
    using enum Arrival::Is;
    if (qos == 2) {
        if (isHeld(packetId)) {
            if (again_.size() >= limit_) return {TooMany, 0};
            again_.push_back(packetId);
            return {Known, 0};
        }
        const auto first = entries_.begin() + static_cast<std::ptrdiff_t>(head_);
        const bool isUnderWay = std::any_of(first, entries_.end(), [packetId](const Entry& entry) {
            return entry.qos == 2 && entry.packetId == packetId;
        });
        if (isUnderWay) return {Known, 0};  // its PUBREC is still to come
    }
    // A PUBREC'd message counts until its PUBREL.
    if (unacknowledged() + held_.size() >= limit_) return {TooMany, 0};
    entries_.push_back({packetId, qos, false, Reason::Success});
    return {New, first_ + unacknowledged() - 1};
}

void Incoming::done(Receipt receipt, Reason reason) {
    if (receipt < first_ || receipt - first_ >= unacknowledged()) return;
    Entry& entry = entries_[head_ + static_cast<std::size_t>(receipt - first_)];
    entry.isDone = true;
    entry.reason = reason;
}

std::optional<Ack> Incoming::next() {
    if (!again_.empty()) {
        const std::uint16_t packetId = again_.front();
        again_.erase(again_.begin());
        return Ack{PacketType::Pubrec, packetId, Reason::Success, {}};
    }
    if (head_ == entries_.size() || !entries_[head_].isDone) return std::nullopt;
    const Entry entry = entries_[head_++];
    ++first_;
    if (head_ == entries_.size()) {
        entries_.clear();
        head_ = 0;
    } else if (head_ >= std::max<std::size_t>(entries_.size() / 2, 32)) {
        entries_.erase(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(head_));
        head_ = 0;
    }
    if (entry.qos == 1) return Ack{PacketType::Puback, entry.packetId, entry.reason, {}};
    // A failure ends the exchange: no PUBREL comes (MQTT 5 §4.3.3).
    if (!isFailure(entry.reason)) held_.push_back(entry.packetId);
    return Ack{PacketType::Pubrec, entry.packetId, entry.reason, {}};
}

Ack Incoming::released(std::uint16_t packetId) {
    const auto held = std::find(held_.begin(), held_.end(), packetId);
    if (held == held_.end()) {
        return {PacketType::Pubcomp, packetId, Reason::PacketIdentifierNotFound, {}};
    }
    held_.erase(held);
    return {PacketType::Pubcomp, packetId, Reason::Success, {}};
}

void Incoming::restart(bool isSessionPresent) {
    first_ += unacknowledged();
    entries_.clear();
    head_ = 0;
    again_.clear();
    if (!isSessionPresent) held_.clear();
}

}  // namespace runnel::mqtt
