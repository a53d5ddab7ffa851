// SPDX-License-Identifier: Apache-2.0
#include "mqtt/encoder.h"

#include <cassert>
#include <cstring>

#include "mqtt/packet_types.h"
#include "mqtt/properties.h"
#include "mqtt/reason.h"

namespace runnel::mqtt {
namespace {

constexpr std::size_t kMaxTextBytes = 65'535;

constexpr std::size_t varintBytes(std::size_t value) {
    if (value < 128) return 1;
    if (value < 16'384) return 2;
    return value < 2'097'152 ? 3 : 4;
}

/// Each body is written twice by the same code: into a Counter for its length, then into a Writer.
class Counter final {
  public:
    void byte(unsigned) { ++size_; }
    void twoBytes(unsigned) { size_ += 2; }
    void fourBytes(std::uint32_t) { size_ += 4; }
    void varint(std::size_t value) { size_ += varintBytes(value); }
    void raw(std::string_view bytes) { size_ += bytes.size(); }
    std::size_t size() const { return size_; }

  private:
    std::size_t size_ = 0;
};

/// Writes into memory that is large enough.
class Writer final {
  public:
    explicit Writer(std::uint8_t* at) : at_(at) {}

    void byte(unsigned value) { *at_++ = static_cast<std::uint8_t>(value); }
    void twoBytes(unsigned value) {
        byte(value >> 8U);
        byte(value);
    }
    void fourBytes(std::uint32_t value) {
        twoBytes(value >> 16U);
        twoBytes(value);
    }
    void varint(std::size_t value) {
        for (; value >= 128; value >>= 7U) byte(static_cast<unsigned>(value & 0x7FU) | 0x80U);
        byte(static_cast<unsigned>(value));
    }
    void raw(std::string_view bytes) {
        if (bytes.empty()) return;
        std::memcpy(at_, bytes.data(), bytes.size());
        at_ += bytes.size();
    }

  private:
    std::uint8_t* at_;
};

/// Text or binary data, with its length before it.
template <class Sink>
void writeText(Sink& sink, std::string_view text) {
    assert(text.size() <= kMaxTextBytes);
    sink.twoBytes(static_cast<unsigned>(text.size()));
    sink.raw(text);
}

template <class Sink>
void writeProperty(Sink& sink, const Property& property) {
    const PropertyRule* rule = ruleOf(static_cast<std::uint32_t>(property.id));
    assert(rule);
    sink.varint(static_cast<std::size_t>(property.id));
    switch (rule->type) {
        case PropertyType::Byte:
            return sink.byte(property.number);
        case PropertyType::TwoBytes:
            return sink.twoBytes(property.number);
        case PropertyType::FourBytes:
            return sink.fourBytes(property.number);
        case PropertyType::Varint:
            return sink.varint(property.number);
        case PropertyType::Text:
        case PropertyType::Binary:
            return writeText(sink, property.text);
        case PropertyType::TextPair:
            writeText(sink, property.text);
            return writeText(sink, property.value);
    }
}

/// With their length before them; nothing in 3.1.1.
template <class Sink>
void writeProperties(Sink& sink, const Properties& properties, Version version) {
    if (version == Version::V311) return;
    Counter counter;
    for (const Property& property : properties) writeProperty(counter, property);
    sink.varint(counter.size());
    for (const Property& property : properties) writeProperty(sink, property);
}

/// PUBACK, DISCONNECT… leave out what is 0 at their end (MQTT 5 §3.4.2.1, §3.14.2.1).
template <class Sink>
void writeEnding(Sink& sink, Reason reason, const Properties& properties) {
    if (reason == Reason::Success && properties.empty()) return;
    sink.byte(static_cast<unsigned>(reason));
    if (!properties.empty()) writeProperties(sink, properties, Version::V5);
}

unsigned connectFlags(const Connect& packet) {
    unsigned flags = packet.isCleanStart ? 2 : 0;
    if (packet.will) {
        flags |= 4U | unsigned{packet.will->qos} << 3U | (packet.will->isRetained ? 32U : 0U);
    }
    if (packet.password) flags |= 64U;
    if (packet.userName) flags |= 128U;
    return flags;
}

template <class Sink>
void writeBody(Sink& sink, const Connect& packet, Version version) {
    writeText(sink, "MQTT");
    sink.byte(static_cast<unsigned>(version));
    sink.byte(connectFlags(packet));
    sink.twoBytes(packet.keepAliveSeconds);
    writeProperties(sink, packet.properties, version);
    writeText(sink, packet.clientId);
    if (packet.will) {
        writeProperties(sink, packet.will->properties, version);
        writeText(sink, packet.will->topic);
        writeText(sink, packet.will->payload);
    }
    if (packet.userName) writeText(sink, *packet.userName);
    if (packet.password) writeText(sink, *packet.password);
}

template <class Sink>
void writeBody(Sink& sink, const Connack& packet, Version version) {
    sink.byte(packet.isSessionPresent ? 1 : 0);
    sink.byte(version == Version::V5 ? static_cast<unsigned>(packet.reason)
                                     : returnCode(packet.reason));
    writeProperties(sink, packet.properties, version);
}

template <class Sink>
void writeBody(Sink& sink, const Publish& packet, Version version) {
    writeText(sink, packet.topic);
    if (packet.qos > 0) sink.twoBytes(packet.packetId);
    writeProperties(sink, packet.properties, version);
    sink.raw(packet.payload);
}

template <class Sink>
void writeBody(Sink& sink, const Ack& packet, Version version) {
    sink.twoBytes(packet.packetId);
    if (version == Version::V5) writeEnding(sink, packet.reason, packet.properties);
}

template <class Sink>
void writeBody(Sink& sink, const Subscribe& packet, Version version) {
    assert(!packet.subscriptions.empty());
    sink.twoBytes(packet.packetId);
    writeProperties(sink, packet.properties, version);
    for (const Subscription& subscription : packet.subscriptions) {
        unsigned options = subscription.qos;
        if (version == Version::V5) {
            options |= (subscription.isNoLocal ? 4U : 0U) |
                       (subscription.isRetainAsPublished ? 8U : 0U) |
                       unsigned{subscription.retainHandling} << 4U;
        }
        writeText(sink, subscription.filter);
        sink.byte(options);
    }
}

template <class Sink>
void writeBody(Sink& sink, const SubscribeAck& packet, Version version) {
    sink.twoBytes(packet.packetId);
    writeProperties(sink, packet.properties, version);
    if (version == Version::V311 && packet.type == PacketType::Unsuback) return;
    for (const Reason reason : packet.reasons) {
        const bool is311Failure = version == Version::V311 && isFailure(reason);
        sink.byte(is311Failure ? 0x80U : static_cast<unsigned>(reason));
    }
}

template <class Sink>
void writeBody(Sink& sink, const Unsubscribe& packet, Version version) {
    assert(!packet.filters.empty());
    sink.twoBytes(packet.packetId);
    writeProperties(sink, packet.properties, version);
    for (const std::string_view filter : packet.filters) writeText(sink, filter);
}

template <class Sink>
void writeBody(Sink& sink, const Disconnect& packet, Version version) {
    if (version == Version::V5) writeEnding(sink, packet.reason, packet.properties);
}

template <class Sink>
void writeBody(Sink& sink, const Auth& packet, Version) {
    if (packet.reason == Reason::Success && packet.properties.empty()) return;
    sink.byte(static_cast<unsigned>(packet.reason));
    writeProperties(sink, packet.properties, Version::V5);
}

template <class Sink>
void writeBody(Sink&, const Pingreq&, Version) {}
template <class Sink>
void writeBody(Sink&, const Pingresp&, Version) {}

constexpr unsigned firstByte(PacketType type) {
    return static_cast<unsigned>(type) << 4U | flagsOf(type);
}

unsigned firstByte(const Publish& packet) {
    return static_cast<unsigned>(PacketType::Publish) << 4U | (packet.isDuplicate ? 8U : 0U) |
           unsigned{packet.qos} << 1U | (packet.isRetained ? 1U : 0U);
}

template <class Body>
void appendPacket(std::vector<std::uint8_t>& out, unsigned first, const Body& packet,
                  Version version) {
    Counter counter;
    writeBody(counter, packet, version);
    assert(counter.size() <= kMaxRemainingLength);
    const std::size_t before = out.size();
    out.resize(before + 1 + varintBytes(counter.size()) + counter.size());
    Writer writer{out.data() + before};
    writer.byte(first);
    writer.varint(counter.size());
    writeBody(writer, packet, version);
}

}  // namespace

void append(std::vector<std::uint8_t>& out, const Connect& packet) {
    appendPacket(out, firstByte(PacketType::Connect), packet, packet.version);
}
void append(std::vector<std::uint8_t>& out, const Connack& packet, Version version) {
    appendPacket(out, firstByte(PacketType::Connack), packet, version);
}
void append(std::vector<std::uint8_t>& out, const Publish& packet, Version version) {
    appendPacket(out, firstByte(packet), packet, version);
}
void append(std::vector<std::uint8_t>& out, const Ack& packet, Version version) {
    appendPacket(out, firstByte(packet.type), packet, version);
}
void append(std::vector<std::uint8_t>& out, const Subscribe& packet, Version version) {
    appendPacket(out, firstByte(PacketType::Subscribe), packet, version);
}
void append(std::vector<std::uint8_t>& out, const SubscribeAck& packet, Version version) {
    appendPacket(out, firstByte(packet.type), packet, version);
}
void append(std::vector<std::uint8_t>& out, const Unsubscribe& packet, Version version) {
    appendPacket(out, firstByte(PacketType::Unsubscribe), packet, version);
}
void append(std::vector<std::uint8_t>& out, const Pingreq& packet) {
    appendPacket(out, firstByte(PacketType::Pingreq), packet, Version::V5);
}
void append(std::vector<std::uint8_t>& out, const Pingresp& packet) {
    appendPacket(out, firstByte(PacketType::Pingresp), packet, Version::V5);
}
void append(std::vector<std::uint8_t>& out, const Disconnect& packet, Version version) {
    appendPacket(out, firstByte(PacketType::Disconnect), packet, version);
}
void append(std::vector<std::uint8_t>& out, const Auth& packet) {
    appendPacket(out, firstByte(PacketType::Auth), packet, Version::V5);
}

std::size_t sizeOf(const Publish& packet, Version version) {
    Counter counter;
    writeBody(counter, packet, version);
    return 1 + varintBytes(counter.size()) + counter.size();
}

}  // namespace runnel::mqtt
