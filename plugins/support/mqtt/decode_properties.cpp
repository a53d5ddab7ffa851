// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "mqtt/decode.h"
#include "mqtt/topic.h"

namespace runnel::mqtt {
namespace {

std::string named(PropertyId id) {
    return "property " + std::to_string(static_cast<unsigned>(id));
}

/// Two properties may stand in a packet that both sides send, but come from one side only.
bool isMisdirected(PropertyId id, Place place, Sender sender) {
    if (place == Place::Publish) {
        return id == PropertyId::SubscriptionIdentifier && sender == Sender::Client;
    }
    return place == Place::Disconnect && id == PropertyId::SessionExpiryInterval &&
           sender == Sender::Server;
}

void checkPlace(PacketReader& reader, const PropertyRule& rule, Place place) {
    if ((rule.places & bit(place)) == 0) {
        reader.fail(Reason::MalformedPacket,
                    named(rule.id) + ", expected one that may stand " +
                        (place == Place::Will ? "in a will" : "in this packet"));
    } else if (isMisdirected(rule.id, place, reader.origin().sender)) {
        reader.fail(Reason::ProtocolError,
                    named(rule.id) + ", expected from a " +
                        (reader.origin().sender == Sender::Client ? "server" : "client") + " only");
    }
}

void readValue(PacketReader& reader, PropertyType type, Property& property) {
    switch (type) {
        case PropertyType::Byte:
            property.number = reader.byte();
            return;
        case PropertyType::TwoBytes:
            property.number = reader.twoBytes();
            return;
        case PropertyType::FourBytes:
            property.number = reader.fourBytes();
            return;
        case PropertyType::Varint:
            property.number = reader.varint();
            return;
        case PropertyType::Text:
            property.text = reader.text();
            return;
        case PropertyType::Binary:
            property.text = reader.binary();
            return;
        case PropertyType::TextPair:
            property.text = reader.text();
            property.value = reader.text();
            return;
    }
}

void checkValue(PacketReader& reader, const PropertyRule& rule, const Property& property) {
    if (rule.isFlag && property.number > 1) {
        reader.fail(
            Reason::ProtocolError,
            named(rule.id) + " is " + std::to_string(property.number) + ", expected 0 or 1");
    } else if (rule.isNonZero && property.number == 0) {
        const bool isAlias = rule.id == PropertyId::TopicAlias;
        reader.fail(isAlias ? Reason::TopicAliasInvalid : Reason::ProtocolError,
                    named(rule.id) + " is 0, expected at least 1");
    } else if (rule.id == PropertyId::ResponseTopic && !isTopicName(property.text)) {
        reader.fail(Reason::TopicNameInvalid,
                    "response topic is empty or has a wildcard, expected a topic name");
    }
}

/// Which properties were there, by id.
class Seen final {
  public:
    bool has(PropertyId id) const { return (ids_ & bitOf(id)) != 0; }
    void add(PropertyId id) { ids_ |= bitOf(id); }

  private:
    static std::uint64_t bitOf(PropertyId id) { return 1ULL << static_cast<unsigned>(id); }
    std::uint64_t ids_ = 0;
};

Property readProperty(PacketReader& reader, Place place, Seen& seen) {
    Property property;
    const std::uint32_t id = reader.varint();
    if (reader.hasFailed()) return property;
    const PropertyRule* rule = ruleOf(id);
    if (!rule) {
        reader.fail(Reason::MalformedPacket,
                    "property " + std::to_string(id) + ", expected one that MQTT 5 knows");
        return property;
    }
    checkPlace(reader, *rule, place);
    if (seen.has(rule->id) && (rule->repeats & bit(place)) == 0) {
        reader.fail(Reason::ProtocolError, named(rule->id) + " twice, expected once");
    }
    seen.add(rule->id);
    property.id = rule->id;
    readValue(reader, rule->type, property);
    checkValue(reader, *rule, property);
    return property;
}

}  // namespace

Properties decodeProperties(PacketReader& reader, Place place) {
    Properties properties;
    if (!reader.isV5()) return properties;
    const std::uint32_t size = reader.varint();
    if (size > reader.left()) {
        reader.fail(Reason::MalformedPacket, "properties of " + std::to_string(size) +
                                                 " bytes, expected at most the " +
                                                 std::to_string(reader.left()) + " that are left");
        return properties;
    }
    Seen seen;
    const std::size_t end = reader.left() - size;
    while (reader.left() > end) properties.push_back(readProperty(reader, place, seen));
    if (reader.left() < end) {
        reader.fail(Reason::MalformedPacket,
                    "a property goes beyond the length of the properties, expected all within it");
    }
    if (seen.has(PropertyId::AuthenticationData) && !seen.has(PropertyId::AuthenticationMethod)) {
        reader.fail(Reason::ProtocolError,
                    "authentication data alone, expected the authentication method, too");
    }
    return properties;
}

}  // namespace runnel::mqtt
