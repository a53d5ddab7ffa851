// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mqtt/decoder.h"
#include "mqtt/packet.h"

/// What the tests of packets share. Thread safety: none.
namespace runnel::mqtt {

using ByteVector = std::vector<std::uint8_t>;

/// All that a packet says, as text: packets with the same text mean the same.
std::string describe(const Packet& packet);

ByteVector encode(const Packet& packet, Version version);

/// Bytes from hexadecimal digits and texts in quotes: "0004 'MQTT' 05".
ByteVector bytesOf(std::string_view description);
/// A packet of up to 127 bytes of body: its first byte and its length are put before it.
ByteVector packetOf(std::uint8_t firstByte, std::string_view body);

/// Remembers what comes, as describe() says it, and encodes it again.
class Recorder final : public PacketHandler {
  public:
    explicit Recorder(const Decoder& decoder) : decoder_(decoder) {}

    void packet(const Packet& packet) override;

    std::vector<std::string> packets;
    ByteVector encoded;

  private:
    const Decoder& decoder_;
};

struct Decoded {
    std::vector<std::string> packets;
    std::optional<Failure> failure;
    std::size_t kept{};
    ByteVector encoded;  ///< `packets`, encoded once more
};

struct Peer {
    Sender sender = Sender::Client;
    Version version = Version::V5;
    std::size_t maxPacketBytes = 1U << 20U;
};

/// Feeds parts of `partBytes`; 0: all at once.
Decoded decode(const Peer& peer, std::span<const std::uint8_t> bytes, std::size_t partBytes = 0);

}  // namespace runnel::mqtt
