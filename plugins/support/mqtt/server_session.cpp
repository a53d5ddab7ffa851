// SPDX-License-Identifier: Apache-2.0
#include "mqtt/server_session.h"

#include <algorithm>
#include <cassert>
#include <limits>
#include <utility>
#include <variant>

#include "mqtt/encoder.h"
#include "mqtt/reason.h"

namespace runnel::mqtt {

namespace {

/// The same, or what says most of it and may stand in this packet (MQTT 5, table 2-6).
Reason fitting(Reason reason, PacketType type) {
    if (isAllowed(reason, type)) return reason;
    const bool isAboutTokens = reason == Reason::BadUserNameOrPassword;
    const Reason other = isAboutTokens ? Reason::NotAuthorized : Reason::ServerUnavailable;
    const bool isKnown = isAboutTokens || reason == Reason::ServerShuttingDown;
    return isKnown && isAllowed(other, type) ? other : Reason::UnspecifiedError;
}

}  // namespace

ServerSession::ServerSession(net::EventLoop& loop, std::vector<std::uint8_t>& scratch,
                             ServerEvents& events)
    : loop_(loop),
      scratch_(scratch),
      events_(events),
      decoder_(Sender::Client, kMaxPacketBytes),
      incoming_(kReceiveMaximum),
      outgoing_(kWindow) {}

ServerSession::~ServerSession() {
    // Once its connection has ended it may be destroyed on any thread.
    if (deadline_ != net::TimerId::None) loop_.cancel(deadline_);
}

void ServerSession::begin(std::unique_ptr<Link> link, std::span<const std::uint8_t> unread) {
    link_ = std::move(link);
    lastSign_ = loop_.now();
    deadline_ = loop_.after(kConnectDeadline, [this] {
        deadline_ = net::TimerId::None;
        close("no CONNECT within " + std::to_string(kConnectDeadline.count()) + " s");
    });
    if (!unread.empty()) received(unread);
}

template <class AnyPacket>
void ServerSession::send(const AnyPacket& packet) {
    scratch_.clear();
    if constexpr (requires { append(scratch_, packet); }) {
        append(scratch_, packet);
    } else {
        append(scratch_, packet, version());
    }
    link_->send(scratch_);
}

void ServerSession::received(std::span<const std::uint8_t> bytes) {
    lastSign_ = loop_.now();
    decoder_.feed(bytes, *this);
    afterInput();
}

void ServerSession::afterInput() {
    if (decoder_.failure() && phase_ == Phase::Connecting) {
        return refuse(decoder_.failure()->reason, decoder_.failure()->text);
    }
    if (decoder_.failure()) return end(decoder_.failure()->reason, decoder_.failure()->text);
    if (phase_ == Phase::Open) events_.turned();
}

void ServerSession::packet(const Packet& packet) {
    if (phase_ == Phase::Connecting && !std::holds_alternative<Connect>(packet)) {
        return close("the first packet must be CONNECT");
    }
    std::visit([this](const auto& any) { take(any); }, packet);
}

void ServerSession::take(const Connect& connect) {
    if (phase_ != Phase::Connecting) return end(Reason::ProtocolError, "a second CONNECT came");
    keepAliveSeconds_ = connect.keepAliveSeconds;
    const std::uint32_t all = std::numeric_limits<std::uint16_t>::max();
    const std::uint32_t theirs = numberOr(connect.properties, PropertyId::ReceiveMaximum, all);
    outgoing_.setLimit(static_cast<std::uint16_t>(std::min<std::uint32_t>(theirs, kWindow)));
    maxClientPacket_ = numberOr(connect.properties, PropertyId::MaximumPacketSize, 0);
    if (find(connect.properties, PropertyId::AuthenticationMethod) != nullptr) {
        return refuse(Reason::BadAuthenticationMethod,
                      "there is no extended authentication here: connect with user and password");
    }
    events_.connect(connect);
    assert(phase_ != Phase::Connecting);
}

void ServerSession::accept(const Welcome& welcome) {
    using enum PropertyId;
    loop_.cancel(std::exchange(deadline_, net::TimerId::None));
    phase_ = Phase::Open;
    const auto longest = static_cast<std::uint16_t>(welcome.longestKeepAlive.count());
    Connack connack;
    connack.isSessionPresent = welcome.isSessionPresent;
    const auto number = [&connack](PropertyId id, std::uint32_t value) {
        connack.properties.push_back({id, value, {}, {}});
    };
    number(SessionExpiryInterval, welcome.sessionExpirySeconds);
    number(ReceiveMaximum, kReceiveMaximum);
    number(MaximumPacketSize, kMaxPacketBytes);
    number(RetainAvailable, 0);
    number(SubscriptionIdentifierAvailable, 0);
    number(SharedSubscriptionAvailable, 0);
    // Only MQTT 5 can be told a limit; 3.1.1 has to be taken at its word.
    if (version() == Version::V5 && (keepAliveSeconds_ == 0 || keepAliveSeconds_ > longest)) {
        keepAliveSeconds_ = longest;
        number(ServerKeepAlive, longest);
    }
    if (!welcome.assignedClientId.empty()) {
        connack.properties.push_back({AssignedClientIdentifier, 0, welcome.assignedClientId, {}});
    }
    send(connack);
}

void ServerSession::refuse(Reason reason, std::string_view why) {
    if (phase_ != Phase::Connecting) return;
    Connack connack;
    connack.reason = fitting(reason, PacketType::Connack);
    connack.properties = inWords(why);
    send(connack);
    close(why);
}

/// As MQTT 5 demands, not where that makes the packet bigger than the client takes.
Properties ServerSession::inWords(std::string_view why) const {
    constexpr std::size_t kAround = 16;  // bytes of the rest of the packet, at most
    const bool fits = maxClientPacket_ == 0 || why.size() + kAround <= maxClientPacket_;
    if (version() != Version::V5 || !fits) return {};
    return {{PropertyId::ReasonString, 0, why, {}}};
}

void ServerSession::take(const Publish& publish) {
    if (publish.isRetained && version() == Version::V5) {
        return end(Reason::RetainNotSupported, "nothing is retained here");
    }
    if (find(publish.properties, PropertyId::TopicAlias) != nullptr) {
        return end(Reason::TopicAliasInvalid, "topic aliases are not taken");
    }
    if (publish.qos == 0) return events_.message(publish, 0);
    const Incoming::Arrival arrival = incoming_.arrived(publish.packetId, publish.qos);
    switch (arrival.is) {
        case Incoming::Arrival::Is::New:
            return events_.message(publish, arrival.receipt);
        case Incoming::Arrival::Is::Known:
            return sendAcks();
        case Incoming::Arrival::Is::TooMany:
            return end(Reason::ReceiveMaximumExceeded, "too many unacknowledged messages");
    }
}

void ServerSession::take(const Ack& ack) {
    if (ack.type == PacketType::Pubrel) return send(incoming_.released(ack.packetId));
    if (ack.type != PacketType::Puback) {
        return end(Reason::ProtocolError, "an answer to QoS 2, which is never sent");
    }
    if (const auto token = outgoing_.acknowledged(ack.packetId)) {
        events_.published(*token, ack.reason);
    }
}

void ServerSession::take(const Subscribe& subscribe) {
    if (find(subscribe.properties, PropertyId::SubscriptionIdentifier) != nullptr) {
        return end(Reason::SubscriptionIdentifiersNotSupported,
                   "subscription identifiers are not taken");
    }
    SubscribeAck ack;
    ack.packetId = subscribe.packetId;
    ack.reasons = events_.subscribe(subscribe);
    for (Reason& reason : ack.reasons) reason = fitting(reason, PacketType::Suback);
    if (phase_ == Phase::Open) send(ack);
}

void ServerSession::take(const Unsubscribe& unsubscribe) {
    SubscribeAck ack;
    ack.type = PacketType::Unsuback;
    ack.packetId = unsubscribe.packetId;
    ack.reasons = events_.unsubscribe(unsubscribe);
    if (phase_ == Phase::Open) send(ack);
}

void ServerSession::take(const Pingreq&) {
    send(Pingresp{});
}

void ServerSession::take(const Disconnect& disconnect) {
    close(disconnect.reason == Reason::Success
              ? "disconnected by the client"
              : "disconnected by the client: " + std::string(text(disconnect.reason)));
}

template <class Other>
void ServerSession::take(const Other&) {
    end(Reason::ProtocolError, "a packet came that no client sends here");
}

bool ServerSession::hasWrittenAll() const {
    return link_ && link_->isOpen() && link_->pendingBytes() == 0;
}

void ServerSession::sendNow() {
    if (link_) link_->sendNow();
}

bool ServerSession::publish(Publish publish, std::uint64_t token) {
    assert(isOpen());
    if (maxClientPacket_ != 0 && sizeOf(publish, version()) > maxClientPacket_) return false;
    if (publish.qos > 0) {
        assert(room() > 0);
        publish.packetId = outgoing_.add(token);
    }
    send(publish);
    return true;
}

void ServerSession::acknowledge(Receipt receipt, Reason reason) {
    incoming_.done(receipt, reason);
    if (isOpen()) sendAcks();
}

void ServerSession::sendAcks() {
    while (const std::optional<Ack> ack = incoming_.next()) send(*ack);
}

void ServerSession::pauseReading() {
    decoder_.pause();
    if (link_) link_->pauseReading();
}

void ServerSession::resumeReading() {
    if (!decoder_.isPaused() || !link_) return;
    lastSign_ = loop_.now();  // it could not be heard
    link_->resumeReading();
    decoder_.resume(*this);
    afterInput();
}

void ServerSession::drained() {
    if (phase_ == Phase::Open) events_.turned();
}

void ServerSession::checkKeepAlive(net::EventLoop::Clock::time_point now) {
    if (!isOpen() || keepAliveSeconds_ == 0 || decoder_.isPaused()) return;
    if (now - lastSign_ <= std::chrono::milliseconds(keepAliveSeconds_ * 1500)) return;
    end(Reason::KeepAliveTimeout, "nothing heard for one and a half times the keep-alive time");
}

void ServerSession::end(Reason reason, std::string_view why) {
    if (phase_ != Phase::Open) return close(why);
    if (version() == Version::V5) {
        send(Disconnect{fitting(reason, PacketType::Disconnect), inWords(why)});
    }
    close(why);
}

/// ended() comes later, from the link.
void ServerSession::close(std::string_view why) {
    if (phase_ == Phase::Closing || !link_) return;
    phase_ = Phase::Closing;
    why_ = why;
    loop_.cancel(std::exchange(deadline_, net::TimerId::None));
    decoder_.stop();
    link_->close();
}

void ServerSession::abort() {
    if (link_) link_->abort();
}

void ServerSession::closed(std::string_view why) {
    phase_ = Phase::Closing;
    loop_.cancel(std::exchange(deadline_, net::TimerId::None));
    link_.reset();
    const std::string reason = why_.empty() ? std::string(why) : std::move(why_);
    events_.ended(reason);
}

}  // namespace runnel::mqtt
