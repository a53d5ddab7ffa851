// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <variant>
#include <vector>

#include "mqtt/encoder.h"
#include "mqtt/packet.h"

/// Packets as short lines, such as "PUBLISH 1 qos1 topic payload", for tests to compare.
namespace runnel::mqtt::test {

inline std::string hex(Reason reason) {
    char text[8] = {};
    static_cast<void>(std::snprintf(text, sizeof text, "0x%02X", static_cast<unsigned>(reason)));
    return text;
}

/// Empty for success.
inline std::string behind(Reason reason) {
    return reason == Reason::Success ? std::string() : " " + hex(reason);
}

struct LineOf {
    std::string operator()(const Connect& it) const {
        return "CONNECT " + std::string(it.clientId);
    }
    std::string operator()(const Connack& it) const {
        return std::string("CONNACK") + (it.isSessionPresent ? " present" : "") + behind(it.reason);
    }
    std::string operator()(const Publish& it) const {
        std::string line = "PUBLISH ";
        if (it.qos > 0) line += std::to_string(it.packetId) + " ";
        line += "qos" + std::to_string(it.qos) + " " + std::string(it.topic) + " ";
        line += it.payload;
        return line + (it.isDuplicate ? " dup" : "") + (it.isRetained ? " retain" : "");
    }
    std::string operator()(const Ack& it) const {
        const char* const names[] = {"PUBACK ", "PUBREC ", "PUBREL ", "PUBCOMP "};
        const auto name = static_cast<std::size_t>(it.type) - 4;
        return names[name] + std::to_string(it.packetId) + behind(it.reason);
    }
    std::string operator()(const Subscribe& it) const {
        std::string line = "SUBSCRIBE";
        for (const Subscription& one : it.subscriptions) {
            line += " " + std::string(one.filter) + ":" + std::to_string(one.qos);
        }
        return line;
    }
    std::string operator()(const Unsubscribe& it) const {
        std::string line = "UNSUBSCRIBE";
        for (const std::string_view filter : it.filters) line += " " + std::string(filter);
        return line;
    }
    std::string operator()(const SubscribeAck& it) const {
        std::string line = it.type == PacketType::Suback ? "SUBACK" : "UNSUBACK";
        for (const Reason reason : it.reasons) line += " " + hex(reason);
        return line;
    }
    std::string operator()(const Pingreq&) const { return "PINGREQ"; }
    std::string operator()(const Pingresp&) const { return "PINGRESP"; }
    std::string operator()(const Disconnect& it) const { return "DISCONNECT" + behind(it.reason); }
    std::string operator()(const Auth& it) const { return "AUTH" + behind(it.reason); }
};

inline std::string lineOf(const Packet& packet) {
    return std::visit(LineOf{}, packet);
}

/// The reason string of a packet, or "".
inline std::string wordsOf(const Properties& properties) {
    const Property* const words = find(properties, PropertyId::ReasonString);
    return words != nullptr ? std::string(words->text) : std::string();
}

template <class AnyPacket>
std::vector<std::uint8_t> bytesOf(const AnyPacket& packet, Version version) {
    std::vector<std::uint8_t> bytes;
    if constexpr (requires { append(bytes, packet); }) {
        append(bytes, packet);
    } else {
        append(bytes, packet, version);
    }
    return bytes;
}

}  // namespace runnel::mqtt::test
