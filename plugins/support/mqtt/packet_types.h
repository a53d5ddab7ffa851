// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "mqtt/decoder.h"
#include "mqtt/packet.h"

/// What the first byte of a packet says. Thread safety: any thread.
namespace runnel::mqtt {

/// As the standard writes it: "PUBLISH".
std::string_view nameOf(PacketType type);

/// The fixed header's flags of a type: 0, or 2 for PUBREL, SUBSCRIBE and UNSUBSCRIBE (MQTT 5
/// §2.1.3). PUBLISH has its own.
constexpr std::uint8_t flagsOf(PacketType type) {
    const bool hasAnswer = type == PacketType::Pubrel || type == PacketType::Subscribe ||
                           type == PacketType::Unsubscribe;
    return hasAnswer ? 2 : 0;
}

/// May a packet of this sender begin with this byte?
bool isFirstByte(std::uint8_t byte, Sender sender, Version version);
/// Why not.
Failure firstByteFailure(std::uint8_t byte, Sender sender, Version version);

}  // namespace runnel::mqtt
