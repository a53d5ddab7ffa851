// SPDX-License-Identifier: Apache-2.0
#include "mqtt/packet_reader.h"

#include <string>

#include "mqtt/packet_types.h"
#include "mqtt/reason.h"
#include "mqtt/text_check.h"

namespace runnel::mqtt {

std::uint32_t PacketReader::varint() {
    std::uint32_t value = 0;
    for (unsigned shift = 0; shift < 28; shift += 7) {
        const std::uint8_t part = byte();
        value |= (part & 0x7FU) << shift;
        if ((part & 0x80U) != 0) continue;
        if (part == 0 && shift > 0) {
            fail(Reason::MalformedPacket,
                 "variable byte integer with zeros at its end, expected the shortest form");
        }
        return hasFailed() ? 0 : value;
    }
    fail(Reason::MalformedPacket, "variable byte integer of 5 bytes or more, expected at most 4");
    return 0;
}

std::string_view PacketReader::take(std::size_t bytes) {
    if (left() < bytes) {
        failShort();
        return {};
    }
    const std::string_view taken{reinterpret_cast<const char*>(at_), bytes};
    at_ += bytes;
    return taken;
}

std::string_view PacketReader::binary() {
    const std::uint16_t size = twoBytes();
    return take(size);
}

std::string_view PacketReader::text() {
    const std::string_view bytes = binary();
    if (isText(bytes)) return bytes;
    fail(Reason::MalformedPacket, "text of other bytes, expected UTF-8 without U+0000");
    return {};
}

std::uint16_t PacketReader::packetId() {
    const std::uint16_t id = twoBytes();
    if (id == 0) fail(Reason::ProtocolError, "packet identifier 0, expected 1 to 65535");
    return id;
}

Reason PacketReader::reason() {
    const auto reason = static_cast<Reason>(byte());
    if (isAllowed(reason, origin_.type)) return reason;
    fail(Reason::ProtocolError, "reason " + std::to_string(static_cast<unsigned>(reason)) + " (" +
                                    std::string{mqtt::text(reason)} +
                                    "), expected one that this packet may have");
    return Reason::Success;
}

void PacketReader::fail(Reason reason, std::string_view text) {
    at_ = end_;
    if (failure_) return;
    std::string whole{nameOf(origin_.type)};
    whole.append(": ").append(text);
    failure_ = Failure{reason, std::move(whole)};
}

void PacketReader::expectEnd() {
    if (isAtEnd()) return;
    fail(Reason::MalformedPacket,
         std::to_string(left()) + " bytes after its last field, expected none");
}

void PacketReader::failShort() {
    fail(Reason::MalformedPacket,
         "ends after " + std::to_string(left()) + " bytes of a field, expected the whole field");
}

}  // namespace runnel::mqtt
