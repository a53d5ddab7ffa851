// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "mqtt/decoder.h"
#include "mqtt/packet.h"

namespace runnel::mqtt {

/// What is known of a packet before its body is read.
struct PacketOrigin {
    PacketType type{};
    std::uint8_t flags{};  ///< of the fixed header
    Sender sender{};
    Version version{};
};

/// Reads the fields of one packet's body, in order. The first failure is kept and ends the body:
/// every later read gives 0 or nothing, so that a packet is read without asking after each field.
/// Thread safety: none.
class PacketReader final {
  public:
    /// The body outlives the reader and what it returns.
    PacketReader(PacketOrigin origin, std::span<const std::uint8_t> body)
        : origin_(origin), at_(body.data()), end_(body.data() + body.size()) {}

    const PacketOrigin& origin() const { return origin_; }
    bool isV5() const { return origin_.version == Version::V5; }
    /// CONNECT says its version on the way.
    void setVersion(Version version) { origin_.version = version; }

    std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }
    bool isAtEnd() const { return at_ == end_; }

    std::uint8_t byte() { return static_cast<std::uint8_t>(number(1)); }
    std::uint16_t twoBytes() { return static_cast<std::uint16_t>(number(2)); }
    std::uint32_t fourBytes() { return number(4); }
    /// A variable byte integer (MQTT 5 §1.5.5).
    std::uint32_t varint();
    /// With two bytes of length before it.
    std::string_view binary();
    /// As binary(), and UTF-8 without U+0000.
    std::string_view text();
    /// All that is left.
    std::string_view rest() { return take(left()); }

    /// Two bytes that must not be 0.
    std::uint16_t packetId();
    /// One byte; a reason that MQTT 5 does not allow in this type of packet is a failure.
    Reason reason();

    /// Only the first counts. The packet's name is put before the text: "what was found, expected
    /// what".
    void fail(Reason reason, std::string_view text);
    /// Fails unless the body is used up.
    void expectEnd();
    bool hasFailed() const { return failure_.has_value(); }
    const std::optional<Failure>& failure() const { return failure_; }

  private:
    std::uint32_t number(unsigned bytes) {
        if (left() < bytes) {
            failShort();
            return 0;
        }
        std::uint32_t value = 0;
        for (unsigned i = 0; i < bytes; ++i) value = value << 8U | *at_++;
        return value;
    }
    std::string_view take(std::size_t bytes);
    void failShort();

    PacketOrigin origin_;
    const std::uint8_t* at_;
    const std::uint8_t* end_;
    std::optional<Failure> failure_;
};

}  // namespace runnel::mqtt
