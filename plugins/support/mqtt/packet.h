// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "mqtt/reason.h"

/// The control packets of MQTT 3.1.1 (OASIS standard, 2014) and MQTT 5 (OASIS standard, 2019) as
/// values. Texts and payloads are views: of a decoded packet they point into the decoder's input,
/// of one to be encoded into the caller's memory. What version 3.1.1 does not have (properties,
/// most reasons) is empty in a packet decoded from it, and left out when it is encoded for it.
/// Thread safety: plain values.
namespace runnel::mqtt {

/// The protocol level of CONNECT (MQTT 5 §3.1.2.2).
enum class Version : std::uint8_t { V311 = 4, V5 = 5 };

/// Delivery guarantee: 0 at most once, 1 at least once, 2 exactly once.
using Qos = std::uint8_t;

enum class PacketType : std::uint8_t {
    Connect = 1,
    Connack = 2,
    Publish = 3,
    Puback = 4,
    Pubrec = 5,
    Pubrel = 6,
    Pubcomp = 7,
    Subscribe = 8,
    Suback = 9,
    Unsubscribe = 10,
    Unsuback = 11,
    Pingreq = 12,
    Pingresp = 13,
    Disconnect = 14,
    Auth = 15
};

/// MQTT 5 §2.2.2.2; which packet may carry which is in properties.h.
enum class PropertyId : std::uint8_t {
    PayloadFormatIndicator = 0x01,
    MessageExpiryInterval = 0x02,
    ContentType = 0x03,
    ResponseTopic = 0x08,
    CorrelationData = 0x09,
    SubscriptionIdentifier = 0x0B,
    SessionExpiryInterval = 0x11,
    AssignedClientIdentifier = 0x12,
    ServerKeepAlive = 0x13,
    AuthenticationMethod = 0x15,
    AuthenticationData = 0x16,
    RequestProblemInformation = 0x17,
    WillDelayInterval = 0x18,
    RequestResponseInformation = 0x19,
    ResponseInformation = 0x1A,
    ServerReference = 0x1C,
    ReasonString = 0x1F,
    ReceiveMaximum = 0x21,
    TopicAliasMaximum = 0x22,
    TopicAlias = 0x23,
    MaximumQos = 0x24,
    RetainAvailable = 0x25,
    UserProperty = 0x26,
    MaximumPacketSize = 0x27,
    WildcardSubscriptionAvailable = 0x28,
    SubscriptionIdentifierAvailable = 0x29,
    SharedSubscriptionAvailable = 0x2A
};

/// One property. Which members count depends on its id: numbers of any width, texts and binary
/// data, and for a user property its name and value.
struct Property {
    PropertyId id{};
    std::uint32_t number{};
    std::string_view text;   ///< or binary data; a user property's name
    std::string_view value;  ///< a user property's
};
using Properties = std::vector<Property>;

/// The first property of this id, or null.
inline const Property* find(const Properties& properties, PropertyId id) {
    for (const Property& property : properties) {
        if (property.id == id) return &property;
    }
    return nullptr;
}
inline std::uint32_t numberOr(const Properties& properties, PropertyId id, std::uint32_t fallback) {
    const Property* property = find(properties, id);
    return property ? property->number : fallback;
}

struct Will {
    std::string_view topic;
    std::string_view payload;
    Qos qos{};
    bool isRetained{};
    Properties properties;
};

struct Connect {
    Version version = Version::V5;
    bool isCleanStart = true;          ///< 3.1.1: clean session
    std::uint16_t keepAliveSeconds{};  ///< 0: none
    std::string_view clientId;
    std::optional<std::string_view> userName;
    std::optional<std::string_view> password;
    std::optional<Will> will;
    Properties properties;
};

struct Connack {
    bool isSessionPresent{};
    Reason reason{};
    Properties properties;
};

struct Publish {
    std::string_view topic;
    std::string_view payload;
    std::uint16_t packetId{};  ///< 0 with QoS 0
    Qos qos{};
    bool isRetained{};
    bool isDuplicate{};
    Properties properties;
};

/// PUBACK, PUBREC, PUBREL and PUBCOMP, which differ in `type` only.
struct Ack {
    PacketType type = PacketType::Puback;
    std::uint16_t packetId{};
    Reason reason{};
    Properties properties;
};

struct Subscription {
    std::string_view filter;
    Qos qos{};
    bool isNoLocal{};
    bool isRetainAsPublished{};
    std::uint8_t retainHandling{};  ///< 0 to 2
};

struct Subscribe {
    std::uint16_t packetId{};
    std::vector<Subscription> subscriptions;  ///< at least one
    Properties properties;
};

struct Unsubscribe {
    std::uint16_t packetId{};
    std::vector<std::string_view> filters;  ///< at least one
    Properties properties;
};

/// SUBACK and UNSUBACK: one reason per filter, in order. 3.1.1's UNSUBACK has none.
struct SubscribeAck {
    PacketType type = PacketType::Suback;
    std::uint16_t packetId{};
    std::vector<Reason> reasons;
    Properties properties;
};

struct Pingreq {};
struct Pingresp {};

struct Disconnect {
    Reason reason{};
    Properties properties;
};

struct Auth {
    Reason reason{};
    Properties properties;
};

using Packet = std::variant<Connect, Connack, Publish, Ack, Subscribe, SubscribeAck, Unsubscribe,
                            Pingreq, Pingresp, Disconnect, Auth>;

}  // namespace runnel::mqtt
