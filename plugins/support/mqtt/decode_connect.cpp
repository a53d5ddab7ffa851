// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "mqtt/decode.h"
#include "mqtt/reason.h"
#include "mqtt/topic.h"

namespace runnel::mqtt {
namespace {

/// The flags of CONNECT (MQTT 5 §3.1.2.3).
struct ConnectFlags {
    std::uint8_t byte{};

    bool has(unsigned bit) const { return (byte & 1U << bit) != 0; }
    bool isReservedSet() const { return has(0); }
    bool isCleanStart() const { return has(1); }
    bool hasWill() const { return has(2); }
    Qos willQos() const { return byte >> 3U & 3U; }
    bool isWillRetained() const { return has(5); }
    bool hasPassword() const { return has(6); }
    bool hasUserName() const { return has(7); }
};

void readVersion(PacketReader& reader) {
    const std::string_view name = reader.text();
    const std::uint8_t level = reader.byte();
    if (reader.hasFailed()) return;
    if (name == "MQTT" && (level == 4 || level == 5)) {
        reader.setVersion(static_cast<Version>(level));
    } else if (name == "MQIsdp") {
        reader.fail(Reason::UnsupportedProtocolVersion,
                    "protocol MQIsdp, which is MQTT 3.1, expected MQTT 3.1.1 or 5");
    } else if (name == "MQTT") {
        reader.fail(
            Reason::UnsupportedProtocolVersion,
            "protocol level " + std::to_string(level) + ", expected 4 (MQTT 3.1.1) or 5 (MQTT 5)");
    } else {
        reader.fail(Reason::UnsupportedProtocolVersion,
                    "a protocol name of " + std::to_string(name.size()) + " bytes, expected MQTT");
    }
}

ConnectFlags readFlags(PacketReader& reader) {
    const ConnectFlags flags{reader.byte()};
    if (flags.isReservedSet()) {
        reader.fail(Reason::MalformedPacket, "reserved connect flag is 1, expected 0");
    } else if (flags.willQos() == 3) {
        reader.fail(Reason::MalformedPacket, "will QoS 3, expected 0 to 2");
    } else if (!flags.hasWill() && (flags.willQos() != 0 || flags.isWillRetained())) {
        reader.fail(Reason::MalformedPacket,
                    "will QoS or will retain without a will, expected both to be 0");
    } else if (!reader.isV5() && flags.hasPassword() && !flags.hasUserName()) {
        reader.fail(Reason::ProtocolError,
                    "password without user name, expected both or neither in MQTT 3.1.1");
    }
    return flags;
}

Will readWill(PacketReader& reader, ConnectFlags flags) {
    Will will;
    will.qos = flags.willQos();
    will.isRetained = flags.isWillRetained();
    will.properties = decodeProperties(reader, Place::Will);
    will.topic = reader.text();
    if (!isTopicName(will.topic)) {
        reader.fail(Reason::TopicNameInvalid,
                    "will topic is empty or has a wildcard, expected a topic name");
    }
    will.payload = reader.binary();
    return will;
}

Reason readReturnCode(PacketReader& reader) {
    const std::uint8_t code = reader.byte();
    if (code > 5) {
        reader.fail(Reason::ProtocolError,
                    "return code " + std::to_string(code) + ", expected 0 to 5");
    }
    return reasonOf(code);
}

/// A server that knows no MQTT 5 answers in its own version (3.1.1 §3.1.2.2), and may well be met.
Reason readReason(PacketReader& reader) {
    const bool isOf311 = reader.left() == 1;
    if (!isOf311) return reader.reason();
    const std::uint8_t code = reader.byte();
    reader.fail(code == 0 ? Reason::MalformedPacket : Reason::UnsupportedProtocolVersion,
                "return code " + std::to_string(code) +
                    " of MQTT 3.1.1, expected an answer of MQTT 5; the server may know 3.1.1 only");
    return Reason::UnsupportedProtocolVersion;
}

}  // namespace

Connect decodeConnect(PacketReader& reader) {
    Connect packet;
    readVersion(reader);
    const ConnectFlags flags = readFlags(reader);
    packet.version = reader.origin().version;
    packet.isCleanStart = flags.isCleanStart();
    packet.keepAliveSeconds = reader.twoBytes();
    packet.properties = decodeProperties(reader, Place::Connect);
    packet.clientId = reader.text();
    if (flags.hasWill()) packet.will = readWill(reader, flags);
    if (flags.hasUserName()) packet.userName = reader.text();
    if (flags.hasPassword()) packet.password = reader.binary();
    return packet;
}

Connack decodeConnack(PacketReader& reader) {
    Connack packet;
    const std::uint8_t flags = reader.byte();
    if (flags > 1) {
        reader.fail(Reason::MalformedPacket, "acknowledge flags " + std::to_string(flags) +
                                                 ", expected 0 or 1 (session present)");
    }
    packet.isSessionPresent = flags == 1;
    packet.reason = reader.isV5() ? readReason(reader) : readReturnCode(reader);
    if (packet.isSessionPresent && isFailure(packet.reason)) {
        reader.fail(Reason::ProtocolError,
                    "session present in a refusal, expected 0 with a reason that is not success");
    }
    packet.properties = decodeProperties(reader, Place::Connack);
    return packet;
}

}  // namespace runnel::mqtt
