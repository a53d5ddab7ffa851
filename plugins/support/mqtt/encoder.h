// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "mqtt/packet.h"

namespace runnel::mqtt {

/// The largest body that the length field of a packet can say (MQTT 5 §1.5.5).
constexpr std::size_t kMaxRemainingLength = 268'435'455;

/// Appends the packet's bytes, as `version` writes them: 3.1.1 has no properties, a CONNACK's
/// reason becomes its return code, a SUBACK's failures become 0x80, and DISCONNECT, PUBACK… have no
/// reason. The caller sees to it that the packet is legal: strings of at most 65,535 bytes and
/// UTF-8, ids that are not 0, a body within kMaxRemainingLength (asserted).
/// Thread safety: any thread.
void append(std::vector<std::uint8_t>& out, const Connect& packet);  // has its own version
void append(std::vector<std::uint8_t>& out, const Connack& packet, Version version);
void append(std::vector<std::uint8_t>& out, const Publish& packet, Version version);
void append(std::vector<std::uint8_t>& out, const Ack& packet, Version version);
void append(std::vector<std::uint8_t>& out, const Subscribe& packet, Version version);
void append(std::vector<std::uint8_t>& out, const SubscribeAck& packet, Version version);
void append(std::vector<std::uint8_t>& out, const Unsubscribe& packet, Version version);
void append(std::vector<std::uint8_t>& out, const Pingreq& packet);
void append(std::vector<std::uint8_t>& out, const Pingresp& packet);
void append(std::vector<std::uint8_t>& out, const Disconnect& packet, Version version);
void append(std::vector<std::uint8_t>& out, const Auth& packet);  // MQTT 5 only

/// What append() would add for this PUBLISH, in bytes: to be compared with the peer's maximum
/// packet size.
std::size_t sizeOf(const Publish& packet, Version version);

}  // namespace runnel::mqtt
