// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "mqtt/decoder.h"
#include "plugins/support/mqtt/tests/packet_line.h"
#include "tests/support/blocking_client.h"
#include "tests/support/websocket_frames.h"

namespace runnel::mqtt {

/// An MQTT client that does exactly what the test says, and shows what it gets as lines.
class TestClient final : private PacketHandler {
  public:
    enum class Over { Tcp, Tls, WebSocket };
    struct Wish {
        Version version = Version::V5;
        Over over = Over::Tcp;
        int receiveBuffer = 0;
    };

    explicit TestClient(const std::string& address) : TestClient(address, Wish{}) {}
    TestClient(const std::string& address, Wish wish)
        : wish_(wish),
          wire(address,
               wish.over == Over::Tls ? runnel::test::BlockingClient::Mode::Tls
                                      : runnel::test::BlockingClient::Mode::Plain,
               std::chrono::seconds(10), wish.receiveBuffer),
          decoder_(Sender::Server, std::size_t{1} << 20U) {
        decoder_.setVersion(wish.version);
        if (wish.over != Over::WebSocket) return;
        wire.write(
            "GET /mqtt HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            "Sec-WebSocket-Protocol: mqtt\r\n\r\n");
        upgrade = wire.readUntil("\r\n\r\n");
    }

    template <class AnyPacket>
    void send(const AnyPacket& packet) {
        const auto bytes = test::bytesOf(packet, wish_.version);
        sendRaw({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    }
    void sendRaw(std::string_view bytes) {
        if (wish_.over == Over::WebSocket) {
            wire.write(runnel::test::clientFrame(2, bytes));
        } else {
            wire.write(bytes);
        }
    }
    /// The next packet as a line; "end" when the connection has ended, or after ten seconds.
    std::string next() {
        while (lines_.empty()) {
            const std::string bytes = readSome();
            if (bytes.empty()) return "end";
            decoder_.feed({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()},
                          *this);
            EXPECT_FALSE(decoder_.failure()) << decoder_.failure()->text;
        }
        std::string line = std::move(lines_.front());
        lines_.pop_front();
        return line;
    }

    /// CONNECT with the token as user name; the line of its CONNACK.
    std::string connect(const std::string& token, const std::string& id = "me") {
        Connect packet;
        packet.version = wish_.version;
        packet.clientId = id;
        packet.userName = token;
        return connect(packet);
    }
    std::string connect(Connect packet) {
        packet.version = wish_.version;
        send(packet);
        return next();
    }
    std::string subscribe(const std::string& filter, Qos qos = 1) {
        send(Subscribe{7, {{filter, qos, false, false, 0}}, {}});
        return next();
    }
    void publish(const std::string& topic, const std::string& payload, Qos qos = 1,
                 std::uint16_t packetId = 1) {
        send(Publish{topic,
                     payload,
                     static_cast<std::uint16_t>(qos == 0 ? 0 : packetId),
                     qos,
                     false,
                     false,
                     {}});
    }
    void ack(std::uint16_t packetId, Reason reason = Reason::Success) {
        send(Ack{PacketType::Puback, packetId, reason, {}});
    }
    /// Everything before this is worked off when it returns.
    bool ping() {
        send(Pingreq{});
        return next() == "PINGRESP";
    }

  private:
    const Wish wish_;

  public:
    runnel::test::BlockingClient wire;
    std::string upgrade;
    std::string words;   ///< the newest reason string
    Properties numbers;  ///< of CONNACK; texts are gone

  private:
    std::string readSome() {
        if (wish_.over != Over::WebSocket) return wire.readSome();
        const std::string head = wire.readExactly(2);
        if (head.size() < 2 || (head[0] & 15) != 2) return {};
        std::size_t size = static_cast<unsigned char>(head[1]);
        if (size == 126) {
            const std::string more = wire.readExactly(2);
            size = static_cast<std::size_t>(static_cast<unsigned char>(more[0])) << 8U |
                   static_cast<unsigned char>(more[1]);
        }
        return wire.readExactly(size);
    }
    void packet(const Packet& packet) override {
        lines_.push_back(test::lineOf(packet));
        if (const auto* it = std::get_if<Connack>(&packet)) {
            words = test::wordsOf(it->properties);
            numbers = it->properties;
        }
        if (const auto* it = std::get_if<Disconnect>(&packet))
            words = test::wordsOf(it->properties);
    }

    Decoder decoder_;
    std::deque<std::string> lines_;
};

}  // namespace runnel::mqtt
