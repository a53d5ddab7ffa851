// SPDX-License-Identifier: Apache-2.0
#include "mqtt/decode.h"
#include "mqtt/topic.h"

namespace runnel::mqtt {
namespace {

void readFlags(PacketReader& reader, Publish& packet) {
    const std::uint8_t flags = reader.origin().flags;
    packet.qos = flags >> 1U & 3U;
    packet.isRetained = (flags & 1U) != 0;
    packet.isDuplicate = (flags & 8U) != 0;
    if (packet.qos == 3) {
        reader.fail(Reason::MalformedPacket, "QoS 3, expected 0 to 2");
    } else if (packet.qos == 0 && packet.isDuplicate) {
        reader.fail(Reason::MalformedPacket, "duplicate with QoS 0, expected QoS 1 or 2");
    }
}

void checkTopic(PacketReader& reader, const Publish& packet) {
    if (packet.topic.empty() && reader.isV5()) {
        if (find(packet.properties, PropertyId::TopicAlias)) return;
        reader.fail(Reason::ProtocolError,
                    "empty topic without a topic alias, expected one of them");
    } else if (!isTopicName(packet.topic)) {
        reader.fail(Reason::TopicNameInvalid,
                    "topic is empty or has a wildcard, expected a topic name");
    }
}

}  // namespace

Publish decodePublish(PacketReader& reader) {
    Publish packet;
    readFlags(reader, packet);
    packet.topic = reader.text();
    if (packet.qos > 0) packet.packetId = reader.packetId();
    packet.properties = decodeProperties(reader, Place::Publish);
    checkTopic(reader, packet);
    packet.payload = reader.rest();
    return packet;
}

Ack decodeAck(PacketReader& reader) {
    Ack packet;
    packet.type = reader.origin().type;
    packet.packetId = reader.packetId();
    // MQTT 5 §3.4.2.1: what is missing at the end is 0.
    if (!reader.isV5() || reader.isAtEnd()) return packet;
    packet.reason = reader.reason();
    if (!reader.isAtEnd()) packet.properties = decodeProperties(reader, Place::PubAck);
    return packet;
}

}  // namespace runnel::mqtt
