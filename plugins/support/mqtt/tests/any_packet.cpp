// SPDX-License-Identifier: Apache-2.0
#include "plugins/support/mqtt/tests/any_packet.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "mqtt/encoder.h"

namespace runnel::mqtt {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";

/// Lines such as " qos=1" and " topic=<613a>".
class Description final {
  public:
    explicit Description(std::string_view name) : text_(name) {}

    Description& number(std::string_view name, unsigned long value) {
        text_.append(" ").append(name).append("=").append(std::to_string(value));
        return *this;
    }
    Description& reason(Reason reason) { return number("reason", static_cast<unsigned>(reason)); }
    Description& text(std::string_view name, std::string_view value) {
        text_.append(" ").append(name).append("=<");
        for (const char character : value) {
            const auto byte = static_cast<unsigned char>(character);
            text_ += kDigits[byte >> 4U];
            text_ += kDigits[byte & 15U];
        }
        text_ += ">";
        return *this;
    }
    Description& properties(const Properties& properties) {
        for (const Property& property : properties) {
            number("property", static_cast<unsigned>(property.id));
            number("is", property.number).text("text", property.text).text("value", property.value);
        }
        return *this;
    }
    std::string take() { return std::move(text_); }

  private:
    std::string text_;
};

std::string describeBody(const Connect& packet) {
    Description description{"CONNECT"};
    description.number("version", static_cast<unsigned>(packet.version));
    description.number("clean", packet.isCleanStart).number("keepAlive", packet.keepAliveSeconds);
    description.text("client", packet.clientId).properties(packet.properties);
    if (packet.userName) description.text("user", *packet.userName);
    if (packet.password) description.text("password", *packet.password);
    if (packet.will) {
        description.text("will", packet.will->topic).text("payload", packet.will->payload);
        description.number("qos", packet.will->qos).number("retained", packet.will->isRetained);
        description.properties(packet.will->properties);
    }
    return description.take();
}
std::string describeBody(const Connack& packet) {
    return Description{"CONNACK"}
        .number("present", packet.isSessionPresent)
        .reason(packet.reason)
        .properties(packet.properties)
        .take();
}
std::string describeBody(const Publish& packet) {
    Description description{"PUBLISH"};
    description.text("topic", packet.topic).text("payload", packet.payload);
    description.number("id", packet.packetId).number("qos", packet.qos);
    description.number("retained", packet.isRetained).number("duplicate", packet.isDuplicate);
    return description.properties(packet.properties).take();
}
std::string describeBody(const Ack& packet) {
    return Description{"ACK"}
        .number("type", static_cast<unsigned>(packet.type))
        .number("id", packet.packetId)
        .reason(packet.reason)
        .properties(packet.properties)
        .take();
}
std::string describeBody(const Subscribe& packet) {
    Description description{"SUBSCRIBE"};
    description.number("id", packet.packetId).properties(packet.properties);
    for (const Subscription& subscription : packet.subscriptions) {
        description.text("filter", subscription.filter).number("qos", subscription.qos);
        description.number("noLocal", subscription.isNoLocal);
        description.number("asPublished", subscription.isRetainAsPublished);
        description.number("handling", subscription.retainHandling);
    }
    return description.take();
}
std::string describeBody(const SubscribeAck& packet) {
    Description description{"SUBSCRIBE-ACK"};
    description.number("type", static_cast<unsigned>(packet.type)).number("id", packet.packetId);
    for (const Reason reason : packet.reasons) description.reason(reason);
    return description.properties(packet.properties).take();
}
std::string describeBody(const Unsubscribe& packet) {
    Description description{"UNSUBSCRIBE"};
    description.number("id", packet.packetId).properties(packet.properties);
    for (const std::string_view filter : packet.filters) description.text("filter", filter);
    return description.take();
}
std::string describeBody(const Pingreq&) {
    return "PINGREQ";
}
std::string describeBody(const Pingresp&) {
    return "PINGRESP";
}
std::string describeBody(const Disconnect& packet) {
    return Description{"DISCONNECT"}.reason(packet.reason).properties(packet.properties).take();
}
std::string describeBody(const Auth& packet) {
    return Description{"AUTH"}.reason(packet.reason).properties(packet.properties).take();
}

unsigned digitOf(char character) {
    return static_cast<unsigned>(kDigits.find(character));
}

}  // namespace

std::string describe(const Packet& packet) {
    return std::visit([](const auto& body) { return describeBody(body); }, packet);
}

ByteVector encode(const Packet& packet, Version version) {
    ByteVector bytes;
    std::visit(
        [&](const auto& body) {
            if constexpr (requires { append(bytes, body, version); }) {
                append(bytes, body, version);
            } else {
                append(bytes, body);
            }
        },
        packet);
    return bytes;
}

ByteVector bytesOf(std::string_view description) {
    ByteVector bytes;
    bool isText = false;
    for (std::size_t i = 0; i < description.size(); ++i) {
        const char character = description[i];
        if (character == '\'') {
            isText = !isText;
        } else if (isText) {
            bytes.push_back(static_cast<std::uint8_t>(character));
        } else if (character != ' ') {
            bytes.push_back(
                static_cast<std::uint8_t>(digitOf(character) << 4U | digitOf(description[++i])));
        }
    }
    return bytes;
}

ByteVector packetOf(std::uint8_t firstByte, std::string_view body) {
    ByteVector bytes = bytesOf(body);
    bytes.insert(bytes.begin(), {firstByte, static_cast<std::uint8_t>(bytes.size())});
    return bytes;
}

void Recorder::packet(const Packet& packet) {
    packets.push_back(describe(packet));
    const ByteVector bytes = encode(packet, decoder_.version());
    encoded.insert(encoded.end(), bytes.begin(), bytes.end());
}

Decoded decode(const Peer& peer, std::span<const std::uint8_t> bytes, std::size_t partBytes) {
    Decoder decoder{peer.sender, peer.maxPacketBytes};
    decoder.setVersion(peer.version);
    Recorder recorder{decoder};
    if (partBytes == 0) partBytes = bytes.size();
    while (!bytes.empty()) {
        const auto part = bytes.first(std::min(partBytes, bytes.size()));
        // In memory of its own, so that a view that outlives it is seen by a sanitizer.
        const ByteVector copy{part.begin(), part.end()};
        decoder.feed(copy, recorder);
        bytes = bytes.subspan(part.size());
    }
    return {std::move(recorder.packets), decoder.failure(), decoder.kept(),
            std::move(recorder.encoded)};
}

}  // namespace runnel::mqtt
