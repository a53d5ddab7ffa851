// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "mqtt/decode.h"
#include "mqtt/topic.h"

namespace runnel::mqtt {
namespace {

std::string_view readFilter(PacketReader& reader) {
    const std::string_view filter = reader.text();
    if (!isTopicFilter(filter)) {
        reader.fail(Reason::TopicFilterInvalid,
                    "topic filter that is empty, has a wildcard beside other characters or # "
                    "before its end, or shares without group or filter; expected such as a/+/#");
    }
    return filter;
}

void checkOptions(PacketReader& reader, const Subscription& subscription, std::uint8_t options) {
    const std::uint8_t reserved = reader.isV5() ? 0xC0 : 0xFC;
    if ((options & reserved) != 0) {
        reader.fail(Reason::MalformedPacket, "subscription options " + std::to_string(options) +
                                                 " with reserved bits, expected these to be 0");
    } else if (subscription.qos == 3) {
        reader.fail(reader.isV5() ? Reason::ProtocolError : Reason::MalformedPacket,
                    "QoS 3, expected 0 to 2");
    } else if (subscription.retainHandling == 3) {
        reader.fail(Reason::ProtocolError, "retain handling 3, expected 0 to 2");
    } else if (subscription.isNoLocal && isShared(subscription.filter)) {
        reader.fail(Reason::ProtocolError,
                    "no local on a shared subscription, expected it to be 0 there");
    }
}

Subscription readSubscription(PacketReader& reader) {
    Subscription subscription;
    subscription.filter = readFilter(reader);
    const std::uint8_t options = reader.byte();
    subscription.qos = options & 3U;
    subscription.isNoLocal = (options & 4U) != 0;
    subscription.isRetainAsPublished = (options & 8U) != 0;
    subscription.retainHandling = options >> 4U & 3U;
    checkOptions(reader, subscription, options);
    return subscription;
}

Reason readReturnCode(PacketReader& reader) {
    const std::uint8_t code = reader.byte();
    if (code > 2 && code != 0x80) {
        reader.fail(Reason::ProtocolError,
                    "return code " + std::to_string(code) + ", expected 0, 1, 2 or 128");
    }
    return static_cast<Reason>(code);
}

void expectMore(PacketReader& reader, std::string_view what) {
    if (!reader.isAtEnd() || reader.hasFailed()) return;
    reader.fail(Reason::ProtocolError, what);
}

}  // namespace

Subscribe decodeSubscribe(PacketReader& reader) {
    Subscribe packet;
    packet.packetId = reader.packetId();
    packet.properties = decodeProperties(reader, Place::Subscribe);
    expectMore(reader, "no topic filter, expected at least one");
    while (!reader.isAtEnd()) packet.subscriptions.push_back(readSubscription(reader));
    return packet;
}

SubscribeAck decodeSubscribeAck(PacketReader& reader) {
    SubscribeAck packet;
    packet.type = reader.origin().type;
    packet.packetId = reader.packetId();
    packet.properties = decodeProperties(reader, Place::SubscribeAck);
    if (!reader.isV5() && packet.type == PacketType::Unsuback) return packet;
    expectMore(reader, "no reason, expected one per topic filter");
    while (!reader.isAtEnd()) {
        packet.reasons.push_back(reader.isV5() ? reader.reason() : readReturnCode(reader));
    }
    return packet;
}

Unsubscribe decodeUnsubscribe(PacketReader& reader) {
    Unsubscribe packet;
    packet.packetId = reader.packetId();
    packet.properties = decodeProperties(reader, Place::Unsubscribe);
    expectMore(reader, "no topic filter, expected at least one");
    while (!reader.isAtEnd()) packet.filters.push_back(readFilter(reader));
    return packet;
}

}  // namespace runnel::mqtt
