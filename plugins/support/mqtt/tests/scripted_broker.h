// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "mqtt/decoder.h"
#include "net/event_loop.h"
#include "net/listener.h"
#include "plugins/support/mqtt/tests/packet_line.h"

namespace runnel::mqtt::test {

/// Runs the loop on the test's thread until this is so; false after ten seconds.
inline bool runUntil(net::EventLoop& loop, const std::function<bool()>& isDone,
                     std::chrono::milliseconds patience = std::chrono::seconds(10)) {
    const auto end = net::EventLoop::Clock::now() + patience;
    const net::TimerId tick = loop.every(std::chrono::milliseconds(1), [&loop] { loop.stop(); });
    while (!isDone() && net::EventLoop::Clock::now() < end) loop.run();
    loop.cancel(tick);
    return isDone();
}

/// A broker that does what the test says: it accepts CONNECT and SUBSCRIBE by itself unless told
/// otherwise, and everything that it gets stands in a list of lines. One client at a time; a new
/// connection takes the place of the one before.
/// Thread safety: the loop's thread.
class ScriptedBroker final : private net::ConnectionHandler, private PacketHandler {
  public:
    explicit ScriptedBroker(net::EventLoop& loop, Version version = Version::V5)
        : loop_(loop), version_(version) {
        listen("127.0.0.1:0");
    }

    std::string address() const { return address_; }
    void stopListening() { listener_.reset(); }
    void listenAgain() { listen(address_); }

    /// The next packet, as a line; "nothing" after ten seconds.
    std::string next() {
        if (!runUntil(loop_, [this] { return !lines.empty(); })) return "nothing";
        std::string line = std::move(lines.front());
        lines.pop_front();
        return line;
    }
    /// What comes before one that begins with `start` is dropped.
    std::string nextLike(const std::string& start) {
        std::string line = next();
        while (line != "nothing" && !line.starts_with(start)) line = next();
        return line;
    }
    /// CONNECT and, with subscriptions, SUBSCRIBE.
    void expect(const std::string& line) { EXPECT_EQ(next(), line); }

    template <class AnyPacket>
    void reply(const AnyPacket& packet) {
        ASSERT_TRUE(connection_);
        connection_->send(bytesOf(packet, version_));
    }
    void publish(const std::string& topic, const std::string& payload, Qos qos = 0,
                 std::uint16_t packetId = 0, bool isDuplicate = false) {
        reply(Publish{topic, payload, packetId, qos, false, isDuplicate, {}});
    }
    void ack(PacketType type, std::uint16_t packetId, Reason reason = Reason::Success,
             const std::string& words = {}) {
        Ack ack{type, packetId, reason, {}};
        if (!words.empty()) ack.properties = {{PropertyId::ReasonString, 0, words, {}}};
        reply(ack);
    }
    void replyRaw(const std::string& bytes) { connection_->send(bytes); }
    void hangUp() { connection_.reset(); }
    void pauseReading() { connection_->pauseReading(); }
    void resumeReading() { connection_->resumeReading(); }
    bool hasClient() const { return connection_ != nullptr; }

    std::deque<std::string> lines;
    std::vector<std::uint16_t> packetIds;  ///< of the publishes of QoS 1
    int connects = 0;
    std::function<void(const Connect&)> onConnect;
    std::function<void(const Publish&)> onPublish;
    Connack connack;        ///< the answer to CONNECT
    bool isSilent = false;  ///< no CONNACK
    bool isAnsweringPings = true;
    bool isAcknowledging = false;  ///< PUBACK at once
    Reason subscribed = Reason::GrantedQos1;

  private:
    void listen(const std::string& address) {
        listener_ = std::make_unique<net::Listener>(loop_, address, net::ListenerOptions{},
                                                    [this](net::Connection::Ptr connection) {
                                                        decoder_.emplace(Sender::Client, 1U << 20U);
                                                        connection_ = std::move(connection);
                                                        connection_->setHandler(*this);
                                                    });
        address_ = listener_->address();
    }
    void received(std::span<const std::uint8_t> bytes) override {
        decoder_->feed(bytes, *this);
        EXPECT_FALSE(decoder_->failure()) << decoder_->failure()->text;
    }
    void closed(net::CloseReason, std::string_view) override { connection_.reset(); }

    void packet(const Packet& packet) override {
        lines.push_back(lineOf(packet));
        std::visit([this](const auto& any) { answer(any); }, packet);
    }
    void answer(const Connect& connect) {
        ++connects;
        if (onConnect) onConnect(connect);
        if (!isSilent && connection_) reply(connack);
    }
    void answer(const Subscribe& subscribe) {
        SubscribeAck ack;
        ack.packetId = subscribe.packetId;
        ack.reasons.assign(subscribe.subscriptions.size(), subscribed);
        reply(ack);
    }
    void answer(const Publish& publish) {
        if (publish.qos > 0) packetIds.push_back(publish.packetId);
        if (onPublish) onPublish(publish);
        if (isAcknowledging && publish.qos == 1) ack(PacketType::Puback, publish.packetId);
    }
    void answer(const Pingreq&) {
        if (isAnsweringPings) reply(Pingresp{});
    }
    template <class Other>
    void answer(const Other&) {}

    net::EventLoop& loop_;
    const Version version_;
    std::string address_;
    std::unique_ptr<net::Listener> listener_;
    net::Connection::Ptr connection_;
    std::optional<Decoder> decoder_;
};

}  // namespace runnel::mqtt::test
