// SPDX-License-Identifier: Apache-2.0
#include "mqtt/packet_types.h"

#include <array>
#include <string>

namespace runnel::mqtt {
namespace {

struct Direction {
    std::string_view name;
    bool isClients;       ///< clients may send it
    bool isServers;       ///< servers may send it
    bool isServersIn311;  ///< servers may send it in 3.1.1
    bool isIn311 = true;
};

constexpr std::array<Direction, 16> kDirections{{
    {"type 0", false, false, false},
    {"CONNECT", true, false, false},
    {"CONNACK", false, true, true},
    {"PUBLISH", true, true, true},
    {"PUBACK", true, true, true},
    {"PUBREC", true, true, true},
    {"PUBREL", true, true, true},
    {"PUBCOMP", true, true, true},
    {"SUBSCRIBE", true, false, false},
    {"SUBACK", false, true, true},
    {"UNSUBSCRIBE", true, false, false},
    {"UNSUBACK", false, true, true},
    {"PINGREQ", true, false, false},
    {"PINGRESP", false, true, true},
    {"DISCONNECT", true, true, false},
    {"AUTH", true, true, false, false},
}};

bool mayCome(const Direction& direction, Sender sender, Version version) {
    if (version == Version::V5) {
        return sender == Sender::Client ? direction.isClients : direction.isServers;
    }
    if (sender == Sender::Server) return direction.isServersIn311;
    return direction.isClients && direction.isIn311;
}

}  // namespace

std::string_view nameOf(PacketType type) {
    return kDirections[static_cast<std::size_t>(type)].name;
}

bool isFirstByte(std::uint8_t byte, Sender sender, Version version) {
    const auto type = static_cast<PacketType>(byte >> 4U);
    if (type == PacketType::Publish) return true;
    return mayCome(kDirections[byte >> 4U], sender, version) && (byte & 0x0FU) == flagsOf(type);
}

Failure firstByteFailure(std::uint8_t byte, Sender sender, Version version) {
    const auto type = static_cast<PacketType>(byte >> 4U);
    if (byte >> 4U == 0) return {Reason::MalformedPacket, "packet type 0, expected 1 to 15"};
    std::string text{nameOf(type)};
    if (!mayCome(kDirections[byte >> 4U], sender, version)) {
        text += std::string{" from a "} + (sender == Sender::Client ? "client" : "server") +
                ", expected a packet that it may send in MQTT " +
                (version == Version::V5 ? "5" : "3.1.1");
        return {Reason::ProtocolError, text};
    }
    text += ": flags " + std::to_string(byte & 0x0FU) + " in the fixed header, expected " +
            std::to_string(flagsOf(type));
    return {Reason::MalformedPacket, text};
}

}  // namespace runnel::mqtt
