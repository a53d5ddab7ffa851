// SPDX-License-Identifier: Apache-2.0
#include "mqtt/properties.h"

#include <array>

namespace runnel::mqtt {
namespace {

using enum PropertyType;

constexpr std::uint16_t kConnect = bit(Place::Connect);
constexpr std::uint16_t kWill = bit(Place::Will);
constexpr std::uint16_t kConnack = bit(Place::Connack);
constexpr std::uint16_t kPublish = bit(Place::Publish);
constexpr std::uint16_t kSubscribe = bit(Place::Subscribe);
constexpr std::uint16_t kDisconnect = bit(Place::Disconnect);
constexpr std::uint16_t kMessage = kPublish | kWill;
constexpr std::uint16_t kOpening = kConnect | kConnack;
constexpr std::uint16_t kAuth = kOpening | bit(Place::Auth);
constexpr std::uint16_t kAnswer =
    kConnack | bit(Place::PubAck) | bit(Place::SubscribeAck) | kDisconnect | bit(Place::Auth);
constexpr std::uint16_t kEverywhere =
    kAnswer | kConnect | kMessage | kSubscribe | bit(Place::Unsubscribe);

constexpr PropertyRule plain(PropertyId id, PropertyType type, std::uint16_t places) {
    return {.id = id, .type = type, .places = places};
}
constexpr PropertyRule flag(PropertyId id, std::uint16_t places) {
    return {.id = id, .type = Byte, .places = places, .isFlag = true};
}
constexpr PropertyRule nonZero(PropertyId id, PropertyType type, std::uint16_t places,
                               std::uint16_t repeats = 0) {
    return {.id = id, .type = type, .places = places, .repeats = repeats, .isNonZero = true};
}

constexpr std::array kRules{
    flag(PropertyId::PayloadFormatIndicator, kMessage),
    plain(PropertyId::MessageExpiryInterval, FourBytes, kMessage),
    plain(PropertyId::ContentType, Text, kMessage),
    plain(PropertyId::ResponseTopic, Text, kMessage),
    plain(PropertyId::CorrelationData, Binary, kMessage),
    nonZero(PropertyId::SubscriptionIdentifier, Varint, kPublish | kSubscribe, kPublish),
    plain(PropertyId::SessionExpiryInterval, FourBytes, kOpening | kDisconnect),
    plain(PropertyId::AssignedClientIdentifier, Text, kConnack),
    plain(PropertyId::ServerKeepAlive, TwoBytes, kConnack),
    plain(PropertyId::AuthenticationMethod, Text, kAuth),
    plain(PropertyId::AuthenticationData, Binary, kAuth),
    flag(PropertyId::RequestProblemInformation, kConnect),
    plain(PropertyId::WillDelayInterval, FourBytes, kWill),
    flag(PropertyId::RequestResponseInformation, kConnect),
    plain(PropertyId::ResponseInformation, Text, kConnack),
    plain(PropertyId::ServerReference, Text, kConnack | kDisconnect),
    plain(PropertyId::ReasonString, Text, kAnswer),
    nonZero(PropertyId::ReceiveMaximum, TwoBytes, kOpening),
    plain(PropertyId::TopicAliasMaximum, TwoBytes, kOpening),
    nonZero(PropertyId::TopicAlias, TwoBytes, kPublish),
    flag(PropertyId::MaximumQos, kConnack),
    flag(PropertyId::RetainAvailable, kConnack),
    PropertyRule{.id = PropertyId::UserProperty,
                 .type = TextPair,
                 .places = kEverywhere,
                 .repeats = kEverywhere},
    nonZero(PropertyId::MaximumPacketSize, FourBytes, kOpening),
    flag(PropertyId::WildcardSubscriptionAvailable, kConnack),
    flag(PropertyId::SubscriptionIdentifierAvailable, kConnack),
    flag(PropertyId::SharedSubscriptionAvailable, kConnack),
};

constexpr std::size_t kIds = static_cast<std::size_t>(PropertyId::SharedSubscriptionAvailable) + 1;

constexpr auto kRuleOfId = [] {
    std::array<const PropertyRule*, kIds> rules{};
    for (const PropertyRule& rule : kRules) rules[static_cast<std::size_t>(rule.id)] = &rule;
    return rules;
}();

}  // namespace

const PropertyRule* ruleOf(std::uint32_t id) {
    return id < kIds ? kRuleOfId[id] : nullptr;
}

}  // namespace runnel::mqtt
