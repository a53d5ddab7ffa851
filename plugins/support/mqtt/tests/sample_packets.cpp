// SPDX-License-Identifier: Apache-2.0
#include "plugins/support/mqtt/tests/sample_packets.h"

#include <string_view>
#include <utility>

#include "mqtt/properties.h"

namespace runnel::mqtt {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kPayload = "{\"fPort\":1,\"data\":\"\x00\xFF\"}"sv;

Property sampleOf(const PropertyRule& rule) {
    switch (rule.type) {
        case PropertyType::Byte:
            return {rule.id, 1, {}, {}};
        case PropertyType::TwoBytes:
            return {rule.id, 0xFFFE, {}, {}};
        case PropertyType::FourBytes:
            return {rule.id, 0x12345678, {}, {}};
        case PropertyType::Varint:
            return {rule.id, 268'435'455, {}, {}};
        case PropertyType::Text:
            return {rule.id, 0, "text/ä€𐍈", {}};
        case PropertyType::Binary:
            return {rule.id, 0, "\x00\xFF"sv, {}};
        case PropertyType::TextPair:
            return {rule.id, 0, "name", "value"};
    }
    return {};
}

bool mayHave(const PropertyRule& rule, Place place, Sender sender) {
    if ((rule.places & bit(place)) == 0) return false;
    if (rule.id == PropertyId::SubscriptionIdentifier && place == Place::Publish) {
        return sender == Sender::Server;
    }
    if (rule.id == PropertyId::SessionExpiryInterval && place == Place::Disconnect) {
        return sender == Sender::Client;
    }
    return true;
}

/// Every property that may stand there, those that may repeat twice.
Properties all(Place place, Sender sender) {
    Properties properties;
    for (std::uint32_t id = 0; id < 128; ++id) {
        const PropertyRule* rule = ruleOf(id);
        if (!rule || !mayHave(*rule, place, sender)) continue;
        properties.push_back(sampleOf(*rule));
        if ((rule->repeats & bit(place)) != 0) properties.push_back(sampleOf(*rule));
    }
    return properties;
}

/// Adds the packet in each version and from each side that may send it.
class Collector final {
  public:
    void client(std::string_view name, const Packet& packet) {
        add(name, Sender::Client, Version::V5, packet);
        add(name, Sender::Client, Version::V311, packet);
    }
    void server(std::string_view name, const Packet& packet) {
        add(name, Sender::Server, Version::V5, packet);
        add(name, Sender::Server, Version::V311, packet);
    }
    void both(std::string_view name, const Packet& packet) {
        client(name, packet);
        server(name, packet);
    }
    void add(std::string_view name, Sender sender, Version version, const Packet& packet) {
        std::string whole{name};
        whole.append(sender == Sender::Client ? " of a client in " : " of a server in ");
        whole.append(version == Version::V5 ? "5" : "3.1.1");
        samples_.push_back({std::move(whole), {.sender = sender, .version = version}, packet});
    }
    std::vector<Sample> take() { return std::move(samples_); }

  private:
    std::vector<Sample> samples_;
};

Connect fullConnect(Version version) {
    const bool isV5 = version == Version::V5;
    Connect packet{.version = version,
                   .isCleanStart = false,
                   .keepAliveSeconds = 65'535,
                   .clientId = "client-1",
                   .userName = "user",
                   .password = "pass\x00word"sv,
                   .will = Will{"will/topic", kPayload, 2, true, {}},
                   .properties = {}};
    if (isV5) packet.will->properties = all(Place::Will, Sender::Client);
    if (isV5) packet.properties = all(Place::Connect, Sender::Client);
    return packet;
}

void addConnects(Collector& to) {
    for (const Version version : {Version::V311, Version::V5}) {
        Connect small;
        small.version = version;
        to.add("smallest CONNECT", Sender::Client, version, small);
        to.add("full CONNECT", Sender::Client, version, fullConnect(version));
        Connect withName = small;
        withName.userName = "";
        to.add("CONNECT with an empty user name", Sender::Client, version, withName);
    }
    Connect withPassword;
    withPassword.password = "token";
    to.add("CONNECT with a password alone", Sender::Client, Version::V5, withPassword);
    to.server("CONNACK", Connack{.isSessionPresent = true, .reason = {}, .properties = {}});
    to.server("refusing CONNACK", Connack{false, Reason::NotAuthorized, {}});
    to.add("full CONNACK", Sender::Server, Version::V5,
           Connack{false, Reason::QuotaExceeded, all(Place::Connack, Sender::Server)});
}

void addPublishes(Collector& to) {
    to.both("smallest PUBLISH", Publish{.topic = "a", .payload = {}, .properties = {}});
    to.both("PUBLISH of QoS 1",
            Publish{"application/1/device/2/event/up", kPayload, 1, 1, false, true, {}});
    to.both("PUBLISH of QoS 2", Publish{"a/ä", kPayload, 65'535, 2, true, true, {}});
    static const std::string large(300, 'x');
    to.both("PUBLISH of 300 bytes", Publish{"a", large, 0, 0, true, false, {}});
    for (const Sender sender : {Sender::Client, Sender::Server}) {
        to.add("full PUBLISH", sender, Version::V5,
               Publish{"a", kPayload, 2, 1, false, false, all(Place::Publish, sender)});
        to.add("PUBLISH with a topic alias", sender, Version::V5,
               Publish{"", kPayload, 0, 0, false, false, {{PropertyId::TopicAlias, 1, {}, {}}}});
    }
}

void addAcks(Collector& to) {
    for (const PacketType type :
         {PacketType::Puback, PacketType::Pubrec, PacketType::Pubrel, PacketType::Pubcomp}) {
        const bool isFirst = type == PacketType::Puback || type == PacketType::Pubrec;
        const Reason reason =
            isFirst ? Reason::NoMatchingSubscribers : Reason::PacketIdentifierNotFound;
        to.both("acknowledgement", Ack{type, 0x1234, Reason::Success, {}});
        for (const Sender sender : {Sender::Client, Sender::Server}) {
            to.add("acknowledgement with a reason", sender, Version::V5, Ack{type, 7, reason, {}});
            to.add("full acknowledgement", sender, Version::V5,
                   Ack{type, 65'535, Reason::Success, all(Place::PubAck, sender)});
        }
    }
}

void addSubscriptions(Collector& to) {
    to.client("SUBSCRIBE",
              Subscribe{1, {{"a/+/#", 1, false, false, 0}, {"#", 2, false, false, 0}}, {}});
    to.add("full SUBSCRIBE", Sender::Client, Version::V5,
           Subscribe{2,
                     {{"$share/g/a", 2, false, true, 2}, {"b", 0, true, true, 1}},
                     all(Place::Subscribe, Sender::Client)});
    to.client("UNSUBSCRIBE", Unsubscribe{3, {"a", "$share/g/#"}, {}});
    to.add("full UNSUBSCRIBE", Sender::Client, Version::V5,
           Unsubscribe{3, {"a"}, all(Place::Unsubscribe, Sender::Client)});
    using enum Reason;
    to.server("SUBACK",
              SubscribeAck{PacketType::Suback, 1, {Success, GrantedQos2, UnspecifiedError}, {}});
    to.add("full SUBACK", Sender::Server, Version::V5,
           SubscribeAck{PacketType::Suback,
                        1,
                        {GrantedQos1, WildcardSubscriptionsNotSupported},
                        all(Place::SubscribeAck, Sender::Server)});
    to.add("UNSUBACK", Sender::Server, Version::V311,
           SubscribeAck{PacketType::Unsuback, 9, {}, {}});
    to.add("full UNSUBACK", Sender::Server, Version::V5,
           SubscribeAck{PacketType::Unsuback,
                        9,
                        {Success, NoSubscriptionExisted},
                        all(Place::SubscribeAck, Sender::Server)});
}

void addEnds(Collector& to) {
    to.client("PINGREQ", Pingreq{});
    to.server("PINGRESP", Pingresp{});
    to.client("DISCONNECT", Disconnect{});
    to.add("DISCONNECT with a reason", Sender::Client, Version::V5,
           Disconnect{Reason::DisconnectWithWill, {}});
    const Property method{PropertyId::AuthenticationMethod, 0, "SCRAM", {}};
    for (const Sender sender : {Sender::Client, Sender::Server}) {
        to.add("full DISCONNECT", sender, Version::V5,
               Disconnect{Reason::QuotaExceeded, all(Place::Disconnect, sender)});
        to.add("AUTH", sender, Version::V5, Auth{Reason::ContinueAuthentication, {method}});
        to.add("full AUTH", sender, Version::V5,
               Auth{Reason::ContinueAuthentication, all(Place::Auth, sender)});
    }
    to.add("server's reason for DISCONNECT", Sender::Server, Version::V5,
           Disconnect{Reason::ServerShuttingDown, {}});
    to.add("smallest AUTH", Sender::Server, Version::V5, Auth{});
}

}  // namespace

std::vector<Sample> samplePackets() {
    Collector collector;
    addConnects(collector);
    addPublishes(collector);
    addAcks(collector);
    addSubscriptions(collector);
    addEnds(collector);
    return collector.take();
}

}  // namespace runnel::mqtt
