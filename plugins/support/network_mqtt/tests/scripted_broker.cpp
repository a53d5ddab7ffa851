// SPDX-License-Identifier: Apache-2.0
#include "network_mqtt/tests/scripted_broker.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <type_traits>
#include <utility>

namespace runnel::mqtt::test {

namespace {

constexpr int kPatienceMs = 10'000;

[[noreturn]] void fail(const std::string& what) {
    throw std::runtime_error("scripted broker: " + what);
}

void waitFor(int fd, const char* what) {
    pollfd poll{fd, POLLIN, 0};
    if (::poll(&poll, 1, kPatienceMs) != 1) fail(std::string("waited in vain for ") + what);
}

Received copyOf(const Connect& connect) {
    Received received;
    received.type = PacketType::Connect;
    received.version = connect.version;
    received.clientId = connect.clientId;
    received.userName = connect.userName.value_or("");
    received.password = connect.password.value_or("");
    received.isCleanStart = connect.isCleanStart;
    return received;
}

Received copyOf(const Publish& publish) {
    Received received;
    received.type = PacketType::Publish;
    received.packetId = publish.packetId;
    received.topic = publish.topic;
    received.payload = publish.payload;
    received.qos = publish.qos;
    received.isDuplicate = publish.isDuplicate;
    return received;
}

Received copyOf(const Ack& ack) {
    Received received;
    received.type = ack.type;
    received.packetId = ack.packetId;
    received.reason = ack.reason;
    return received;
}

Received copyOf(const Subscribe& subscribe) {
    Received received;
    received.type = PacketType::Subscribe;
    received.packetId = subscribe.packetId;
    for (const Subscription& subscription : subscribe.subscriptions) {
        received.filters.emplace_back(subscription.filter);
        received.filterQos.push_back(subscription.qos);
    }
    return received;
}

Received copyOf(const Disconnect& disconnect) {
    Received received;
    received.type = PacketType::Disconnect;
    received.reason = disconnect.reason;
    return received;
}

template <class Other>
Received copyOf(const Other&) {
    fail("a packet came that no client sends here");
}

}  // namespace

ScriptedBroker::ScriptedBroker() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener_, generic, size) != 0 || ::listen(listener_, 8) != 0 ||
        ::getsockname(listener_, generic, &size) != 0) {
        fail("cannot listen");
    }
    port_ = ntohs(address.sin_port);
}

ScriptedBroker::~ScriptedBroker() {
    drop();
    ::close(listener_);
}

void ScriptedBroker::accept(bool isSessionPresent, Reason subscribed) {
    drop();
    waitFor(listener_, "a connection");
    peer_ = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (peer_ < 0) fail("cannot accept");
    const int on = 1;
    ::setsockopt(peer_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    decoder_.emplace(Sender::Client, std::size_t{1} << 20U);
    connect_ = expect(PacketType::Connect);
    send(Connack{isSessionPresent, Reason::Success, {}});
    subscribe_ = expect(PacketType::Subscribe);
    SubscribeAck ack;
    ack.packetId = subscribe_.packetId;
    ack.reasons.assign(subscribe_.filters.size(), subscribed);
    send(ack);
}

Received ScriptedBroker::expect(PacketType type) {
    while (received_.empty()) {
        waitFor(peer_, "a packet");
        std::array<std::uint8_t, 65536> bytes{};
        const ssize_t count = ::read(peer_, bytes.data(), bytes.size());
        if (count <= 0) fail("the client has hung up");
        decoder_->feed(std::span(bytes.data(), static_cast<std::size_t>(count)), *this);
        if (decoder_->failure()) fail(decoder_->failure()->text);
    }
    Received next = std::move(received_.front());
    received_.pop_front();
    if (next.type != type) {
        fail("expected packet type " + std::to_string(static_cast<int>(type)) + ", found " +
             std::to_string(static_cast<int>(next.type)) + ' ' + next.topic);
    }
    return next;
}

void ScriptedBroker::publish(std::string_view topic, std::string_view payload,
                             std::uint16_t packetId, Qos qos, bool isDuplicate) {
    Publish publish;
    publish.topic = topic;
    publish.payload = payload;
    publish.packetId = packetId;
    publish.qos = qos;
    publish.isDuplicate = isDuplicate;
    send(publish);
}

void ScriptedBroker::acknowledge(std::uint16_t packetId, Reason reason) {
    send(Ack{PacketType::Puback, packetId, reason, {}});
}

void ScriptedBroker::release() {
    isHeld_ = false;
    write();
}

void ScriptedBroker::drop() {
    if (peer_ >= 0) ::close(peer_);
    peer_ = -1;
    received_.clear();
    output_.clear();
}

void ScriptedBroker::packet(const Packet& packet) {
    if (std::holds_alternative<Pingreq>(packet)) return send(Pingresp{});
    received_.push_back(std::visit([](const auto& any) { return copyOf(any); }, packet));
}

template <class AnyPacket>
void ScriptedBroker::send(const AnyPacket& packet) {
    if constexpr (std::is_same_v<AnyPacket, Pingresp>) {
        append(output_, packet);
    } else {
        append(output_, packet, decoder_->version());
    }
    if (!isHeld_) write();
}

void ScriptedBroker::write() {
    std::size_t done = 0;
    while (done < output_.size()) {
        const ssize_t count =
            ::send(peer_, output_.data() + done, output_.size() - done, MSG_NOSIGNAL);
        if (count <= 0) fail("the client has hung up while it was written to");
        done += static_cast<std::size_t>(count);
    }
    output_.clear();
}

}  // namespace runnel::mqtt::test
