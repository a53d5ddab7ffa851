// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cassert>
#include <optional>
#include <utility>

#include "mqtt/client.h"

/// What flows through a Client: messages in, publishes out, and their acknowledgements.
namespace runnel::mqtt {

void Client::subscribe() {
    if (subscriptions_.empty()) return;
    Subscribe packet;
    packet.packetId = outgoing_.spareId();
    for (const auto& [filter, qos] : subscriptions_) {
        packet.subscriptions.push_back({.filter = filter, .qos = qos});
    }
    send(packet);
}

/// No more at once than the server takes.
void Client::resendSome() {
    while (nextResend_ < resends_.size() && onWire_ < limit_ && state_ == State::Connected) {
        const Outgoing::Entry entry = resends_[nextResend_++];
        // A broker may acknowledge what it still knows from the connection before.
        if (outgoing_.tokenOf(entry.packetId) != entry.token) continue;
        ++onWire_;
        resendId_ = entry.packetId;
        events_.resend(entry.token);
        resendId_ = 0;
    }
}

void Client::take(const Publish& publish) {
    if (find(publish.properties, PropertyId::TopicAlias) != nullptr) {
        return fail(Reason::TopicAliasInvalid, "a topic alias came, though none is allowed");
    }
    if (publish.qos == 0) return events_.message(publish, 0);
    const Incoming::Arrival arrival = incoming_.arrived(publish.packetId, publish.qos);
    switch (arrival.is) {
        case Incoming::Arrival::Is::New:
            return events_.message(publish, arrival.receipt);
        case Incoming::Arrival::Is::Known:
            return sendAcks();
        case Incoming::Arrival::Is::TooMany:
            return fail(Reason::ReceiveMaximumExceeded,
                        "more unacknowledged messages than the receive maximum allows");
    }
}

void Client::take(const SubscribeAck& ack) {
    const std::size_t count = std::min(ack.reasons.size(), subscriptions_.size());
    for (std::size_t i = 0; i < count && !stopped_; ++i) {
        if (isFailure(ack.reasons[i])) events_.refused(subscriptions_[i].first, ack.reasons[i]);
    }
}

std::size_t Client::room() const {
    if (state_ != State::Connected || nextResend_ < resends_.size()) return 0;
    return outgoing_.room();
}

std::size_t Client::pendingBytes() const {
    return link_ ? link_->pendingBytes() : 0;
}

bool Client::hasWrittenAll() const {
    return link_ && link_->isOpen() && link_->pendingBytes() == 0;
}

bool Client::publish(Publish publish, std::uint64_t token) {
    assert(isConnected() && token != 0);
    const bool isTooBig =
        maxServerPacket_ != 0 && sizeOf(publish, settings_.version) > maxServerPacket_;
    if (publish.qos > 0 && resendId_ != 0) {
        publish.packetId = resendId_;
        publish.isDuplicate = isSessionPresent_;
        if (isTooBig) forget(token);
    } else if (publish.qos > 0 && !isTooBig) {
        assert(room() > 0);
        publish.packetId = outgoing_.add(token);
    }
    if (isTooBig) return false;
    send(publish);
    return true;
}

void Client::forget(std::uint64_t) {
    static_cast<void>(outgoing_.acknowledged(resendId_));
    --onWire_;
}

void Client::acknowledge(Receipt receipt, Reason reason) {
    incoming_.done(receipt, reason);
    if (state_ == State::Connected) sendAcks();
}

void Client::sendAcks() {
    while (const std::optional<Ack> ack = incoming_.next()) send(*ack);
}

void Client::pause() {
    isPaused_ = true;
    if (state_ != State::Connected) return;
    decoder_->pause();
    link_->pauseReading();
}

void Client::resume() {
    if (!std::exchange(isPaused_, false) || state_ != State::Connected) return;
    link_->resumeReading();
    decoder_->resume(*this);
    afterInput();
}

void Client::drained() {
    if (state_ == State::Connected && room() > 0) events_.writable();
}

}  // namespace runnel::mqtt
