// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mqtt/decoder.h"
#include "mqtt/encoder.h"

namespace runnel::mqtt::test {

/// A packet from the client with memory of its own. Which members count depends on `type`.
struct Received {
    PacketType type{};
    std::uint16_t packetId{};
    Reason reason{};
    std::string topic;
    std::string payload;
    Qos qos{};
    bool isDuplicate{};
    std::vector<std::string> filters;
    std::vector<Qos> filterQos;
    std::string clientId;
    std::string userName;
    std::string password;
    bool isCleanStart{};
    Version version{};
};

/// An MQTT broker that does what a test says, on the test's own thread: one client at a time, over
/// real sockets. What does not come within 10 s, or comes otherwise, is a std::runtime_error, which
/// fails the test. PINGREQs are answered.
class ScriptedBroker final : private PacketHandler {
  public:
    ScriptedBroker();
    ~ScriptedBroker();
    ScriptedBroker(const ScriptedBroker&) = delete;
    ScriptedBroker& operator=(const ScriptedBroker&) = delete;

    std::uint16_t port() const { return port_; }
    std::string url() const { return "mqtt://127.0.0.1:" + std::to_string(port_); }

    /// A new connection, CONNECT and SUBSCRIBE, each answered with success.
    void accept(bool isSessionPresent = false, Reason subscribed = Reason::GrantedQos1);
    /// Of the last accept().
    const Received& connect() const { return connect_; }
    const Received& subscribe() const { return subscribe_; }

    /// The next packet, which has this type.
    Received expect(PacketType type);
    void publish(std::string_view topic, std::string_view payload, std::uint16_t packetId,
                 Qos qos = 1, bool isDuplicate = false);
    void acknowledge(std::uint16_t packetId, Reason reason = Reason::Success);
    /// Several publishes in one write: they arrive together.
    void hold() { isHeld_ = true; }
    void release();
    /// Hangs up.
    void drop();

  private:
    void packet(const Packet& packet) override;
    template <class AnyPacket>
    void send(const AnyPacket& packet);
    void write();

    int listener_ = -1;
    int peer_ = -1;
    std::uint16_t port_ = 0;
    bool isHeld_ = false;
    std::optional<Decoder> decoder_;
    std::deque<Received> received_;
    std::vector<std::uint8_t> output_;
    Received connect_;
    Received subscribe_;
};

}  // namespace runnel::mqtt::test
