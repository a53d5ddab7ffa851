// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "mqtt/packet.h"

namespace runnel::mqtt {

/// Where properties may stand: each packet with properties, and the will inside CONNECT.
enum class Place : std::uint8_t {
    Connect,
    Will,
    Connack,
    Publish,
    PubAck,  ///< PUBACK, PUBREC, PUBREL, PUBCOMP
    Subscribe,
    SubscribeAck,  ///< SUBACK, UNSUBACK
    Unsubscribe,
    Disconnect,
    Auth
};
constexpr std::uint16_t bit(Place place) {
    return static_cast<std::uint16_t>(1U << static_cast<unsigned>(place));
}

/// How a property's value is written (MQTT 5 §1.5).
enum class PropertyType : std::uint8_t {
    Byte,
    TwoBytes,
    FourBytes,
    Varint,
    Text,
    Binary,
    TextPair
};

/// The line of MQTT 5's table 2-4 for an id. Thread safety: a plain value.
struct PropertyRule {
    PropertyId id{};
    PropertyType type{};
    std::uint16_t places{};   ///< the bit() of each place that may have it
    std::uint16_t repeats{};  ///< where it may stand more than once
    bool isFlag{};            ///< a byte that is 0 or 1
    bool isNonZero{};         ///< 0 is a protocol error (receive maximum, maximum packet size…)
};

/// Null for an id that the standard does not know.
const PropertyRule* ruleOf(std::uint32_t id);

}  // namespace runnel::mqtt
