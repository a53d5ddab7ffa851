// SPDX-License-Identifier: Apache-2.0
#include "mqtt/decoder.h"

#include <algorithm>
#include <utility>

#include "mqtt/decode.h"
#include "mqtt/packet_types.h"

namespace runnel::mqtt {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::size_t kMaxHeaderBytes = 5;
/// Room that stays for the next packet that comes in pieces.
constexpr std::size_t kKeptCapacity = 4096;

PacketType typeOf(Bytes bytes) {
    return static_cast<PacketType>(bytes[0] >> 4U);
}

/// The length field of the fixed header (MQTT 5 §2.1.4).
struct Length {
    enum Is : std::uint8_t { Unknown, Shortest, Padded, TooLong } is = Unknown;
    std::size_t headerBytes{};
    std::size_t bodyBytes{};

    std::size_t whole() const { return headerBytes + bodyBytes; }
};

/// `bytes` has the first byte of a packet.
Length lengthOf(Bytes bytes) {
    Length length;
    for (std::size_t i = 1; i < std::min(bytes.size(), kMaxHeaderBytes); ++i) {
        length.bodyBytes |= std::size_t{bytes[i] & 0x7FU} << 7 * (i - 1);
        if ((bytes[i] & 0x80U) != 0) continue;
        length.headerBytes = i + 1;
        length.is = i == 1 || bytes[i] != 0 ? Length::Shortest : Length::Padded;
        return length;
    }
    if (bytes.size() >= kMaxHeaderBytes) length.is = Length::TooLong;
    return length;
}

Failure lengthFailure(PacketType type, Length length) {
    std::string text{nameOf(type)};
    text += length.is == Length::TooLong
                ? ": remaining length of 5 bytes or more, expected at most 4"
                : ": remaining length with zeros at its end, expected the shortest form";
    return {Reason::MalformedPacket, text};
}

Failure sizeFailure(PacketType type, std::size_t bytes, std::size_t maxBytes) {
    return {Reason::PacketTooLarge, std::string{nameOf(type)} + " of " + std::to_string(bytes) +
                                        " bytes, expected at most " + std::to_string(maxBytes)};
}

Packet decodeBody(PacketReader& reader) {
    switch (reader.origin().type) {
        case PacketType::Connect:
            return decodeConnect(reader);
        case PacketType::Connack:
            return decodeConnack(reader);
        case PacketType::Publish:
            return decodePublish(reader);
        case PacketType::Puback:
        case PacketType::Pubrec:
        case PacketType::Pubrel:
        case PacketType::Pubcomp:
            return decodeAck(reader);
        case PacketType::Subscribe:
            return decodeSubscribe(reader);
        case PacketType::Suback:
        case PacketType::Unsuback:
            return decodeSubscribeAck(reader);
        case PacketType::Unsubscribe:
            return decodeUnsubscribe(reader);
        case PacketType::Pingreq:
            return Pingreq{};
        case PacketType::Pingresp:
            return Pingresp{};
        case PacketType::Disconnect:
            return decodeDisconnect(reader);
        case PacketType::Auth:
            return decodeAuth(reader);
    }
    return Pingreq{};  // other types do not pass isFirstByte
}

}  // namespace

Decoder::Decoder(Sender sender, std::size_t maxPacketBytes)
    : maxPacketBytes_(maxPacketBytes), sender_(sender) {}

void Decoder::feed(Bytes bytes, PacketHandler& handler) {
    if (failure_ || isStopped_) return;
    if (!isPaused_ && kept() > 0) bytes = completeKept(bytes, handler);
    if (isRunning()) bytes = bytes.subspan(decode(bytes, handler));
    keep(bytes);
    tidy();
}

void Decoder::resume(PacketHandler& handler) {
    isPaused_ = false;
    if (!isDecoding_) decodeKept(handler);
}

void Decoder::decodeKept(PacketHandler& handler) {
    begin_ += decode(keptBytes(), handler);
    tidy();
}

Bytes Decoder::completeKept(Bytes bytes, PacketHandler& handler) {
    while (kept() > 0 && !bytes.empty() && isRunning()) {
        const std::size_t whole = frameOf(keptBytes()).bytes;
        const std::size_t missing = whole == 0 ? 1 : whole - kept();
        const Bytes part = bytes.first(std::min(missing, bytes.size()));
        bytes = bytes.subspan(part.size());
        keep(part);
        decodeKept(handler);
    }
    return bytes;
}

std::size_t Decoder::decode(Bytes bytes, PacketHandler& handler) {
    std::size_t used = 0;
    isDecoding_ = true;
    while (isRunning()) {
        const Bytes rest = bytes.subspan(used);
        const Frame frame = frameOf(rest);
        if (frame.bytes == 0 || rest.size() < frame.bytes) break;
        const Bytes packet = rest.first(frame.bytes);
        decodePacket(packet, packet.subspan(frame.headerBytes), handler);
        used += frame.bytes;
    }
    isDecoding_ = false;
    return used;
}

Decoder::Frame Decoder::frameOf(Bytes bytes) {
    if (bytes.empty()) return {};
    if (!isFirstByte(bytes[0], sender_, version_)) {
        failure_ = firstByteFailure(bytes[0], sender_, version_);
        return {};
    }
    const Length length = lengthOf(bytes);
    if (length.is == Length::Unknown) return {};
    // A CONNECT may be one of 3.1.1, which does not ask for the shortest form.
    const bool mayBePadded = version_ == Version::V311 || typeOf(bytes) == PacketType::Connect;
    const bool isLegal =
        length.is == Length::Shortest || (length.is == Length::Padded && mayBePadded);
    if (isLegal && length.whole() <= maxPacketBytes_) {
        return {length.headerBytes, length.whole()};
    }
    failure_ = isLegal ? sizeFailure(typeOf(bytes), length.whole(), maxPacketBytes_)
                       : lengthFailure(typeOf(bytes), length);
    return {};
}

void Decoder::decodePacket(Bytes header, Bytes body, PacketHandler& handler) {
    const auto flags = static_cast<std::uint8_t>(header[0] & 0x0FU);
    PacketReader reader{{typeOf(header), flags, sender_, version_}, body};
    const Packet packet = decodeBody(reader);
    reader.expectEnd();
    version_ = reader.origin().version;
    if (reader.hasFailed()) {
        failure_ = reader.failure();
    } else {
        handler.packet(packet);
    }
}

void Decoder::tidy() {
    if (failure_ || isStopped_) begin_ = kept_.size();  // nothing more comes
    if (begin_ == kept_.size()) {
        kept_.clear();
        begin_ = 0;
        if (kept_.capacity() > kKeptCapacity) kept_.shrink_to_fit();
    } else if (begin_ >= kept_.size() / 2) {
        kept_.erase(kept_.begin(), kept_.begin() + static_cast<std::ptrdiff_t>(begin_));
        begin_ = 0;
    }
}

}  // namespace runnel::mqtt
