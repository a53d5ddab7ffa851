// SPDX-License-Identifier: Apache-2.0
#include "mqtt/encoder.h"

#include <gtest/gtest.h>

#include <string>

#include "plugins/support/mqtt/tests/any_packet.h"

namespace runnel::mqtt {
namespace {

constexpr Version kV3 = Version::V311;
constexpr Version kV5 = Version::V5;

TEST(EncoderTest, WritesConnectAsTheStandardShowsIt) {
    Connect packet{.version = kV5,
                   .isCleanStart = true,
                   .keepAliveSeconds = 10,
                   .clientId = "id",
                   .userName = "user",
                   .password = "pass",
                   .will = Will{"w", "bye", 1, true, {{PropertyId::WillDelayInterval, 5, {}, {}}}},
                   .properties = {{PropertyId::SessionExpiryInterval, 10, {}, {}}}};
    EXPECT_EQ(encode(packet, kV5),
              packetOf(0x10,
                       "0004 'MQTT' 05 ee 000a 05 11 0000000a 0002 'id' 05 18 00000005 "
                       "0001 'w' 0003 'bye' 0004 'user' 0004 'pass'"));
    packet.version = kV3;
    EXPECT_EQ(encode(packet, kV3),
              packetOf(0x10,
                       "0004 'MQTT' 04 ee 000a 0002 'id' 0001 'w' 0003 'bye' 0004 'user' "
                       "0004 'pass'"));
}

TEST(EncoderTest, WritesConnack) {
    const Connack packet{true, Reason::Success, {{PropertyId::ReceiveMaximum, 20, {}, {}}}};
    EXPECT_EQ(encode(packet, kV5), packetOf(0x20, "01 00 03 21 0014"));
    EXPECT_EQ(encode(packet, kV3), packetOf(0x20, "01 00"));
    const Connack refusal{false, Reason::NotAuthorized, {}};
    EXPECT_EQ(encode(refusal, kV5), packetOf(0x20, "00 87 00"));
    EXPECT_EQ(encode(refusal, kV3), packetOf(0x20, "00 05"));
}

TEST(EncoderTest, WritesPublish) {
    const Publish first{"a/b", "hi", 10, 1, false, true, {}};
    EXPECT_EQ(encode(first, kV5), packetOf(0x3A, "0003 'a/b' 000a 00 'hi'"));
    EXPECT_EQ(encode(first, kV3), packetOf(0x3A, "0003 'a/b' 000a 'hi'"));
    const Publish second{"a", "", 0, 0, true, false, {{PropertyId::UserProperty, 0, "k", "v"}}};
    EXPECT_EQ(encode(second, kV5), packetOf(0x31, "0001 'a' 07 26 0001 'k' 0001 'v'"));
    EXPECT_EQ(encode(second, kV3), packetOf(0x31, "0001 'a'"));
}

TEST(EncoderTest, LeavesOutTheEndOfASuccessfulAcknowledgement) {
    EXPECT_EQ(encode(Ack{PacketType::Puback, 1, Reason::Success, {}}, kV5), packetOf(0x40, "0001"));
    EXPECT_EQ(encode(Ack{PacketType::Pubrec, 1, Reason::QuotaExceeded, {}}, kV5),
              packetOf(0x50, "0001 97"));
    EXPECT_EQ(encode(Ack{PacketType::Pubrec, 1, Reason::QuotaExceeded, {}}, kV3),
              packetOf(0x50, "0001"));
    EXPECT_EQ(encode(Ack{PacketType::Pubrel, 256, Reason::Success, {}}, kV5),
              packetOf(0x62, "0100"));
    EXPECT_EQ(encode(Ack{PacketType::Pubcomp,
                         1,
                         Reason::Success,
                         {{PropertyId::ReasonString, 0, "why", {}}}},
                     kV5),
              packetOf(0x70, "0001 00 06 1f 0003 'why'"));
}

TEST(EncoderTest, WritesSubscriptions) {
    const Subscribe subscribe{10, {{"a/#", 1, true, true, 2}, {"c", 2, false, false, 0}}, {}};
    EXPECT_EQ(encode(subscribe, kV5), packetOf(0x82, "000a 00 0003 'a/#' 2d 0001 'c' 02"));
    EXPECT_EQ(encode(subscribe, kV3), packetOf(0x82, "000a 0003 'a/#' 01 0001 'c' 02"));
    const Unsubscribe unsubscribe{11, {"a", "b"}, {}};
    EXPECT_EQ(encode(unsubscribe, kV5), packetOf(0xA2, "000b 00 0001 'a' 0001 'b'"));
    EXPECT_EQ(encode(unsubscribe, kV3), packetOf(0xA2, "000b 0001 'a' 0001 'b'"));
}

TEST(EncoderTest, WritesEveryFailureToSubscribeAs128In311) {
    const SubscribeAck suback{
        PacketType::Suback, 1, {Reason::GrantedQos1, Reason::NotAuthorized}, {}};
    EXPECT_EQ(encode(suback, kV5), packetOf(0x90, "0001 00 01 87"));
    EXPECT_EQ(encode(suback, kV3), packetOf(0x90, "0001 01 80"));
    const SubscribeAck unsuback{PacketType::Unsuback, 1, {Reason::NoSubscriptionExisted}, {}};
    EXPECT_EQ(encode(unsuback, kV5), packetOf(0xB0, "0001 00 11"));
    EXPECT_EQ(encode(unsuback, kV3), packetOf(0xB0, "0001"));
}

TEST(EncoderTest, WritesEndsAndPings) {
    EXPECT_EQ(encode(Pingreq{}, kV5), packetOf(0xC0, ""));
    EXPECT_EQ(encode(Pingresp{}, kV3), packetOf(0xD0, ""));
    EXPECT_EQ(encode(Disconnect{}, kV5), packetOf(0xE0, ""));
    EXPECT_EQ(encode(Disconnect{Reason::ServerShuttingDown, {}}, kV5), packetOf(0xE0, "8b"));
    EXPECT_EQ(encode(Disconnect{Reason::ServerShuttingDown, {}}, kV3), packetOf(0xE0, ""));
    const Property method{PropertyId::AuthenticationMethod, 0, "m", {}};
    EXPECT_EQ(encode(Auth{Reason::ReAuthenticate, {method}}, kV5),
              packetOf(0xF0, "19 04 15 0001 'm'"));
    EXPECT_EQ(encode(Auth{Reason::Success, {method}}, kV5), packetOf(0xF0, "00 04 15 0001 'm'"));
    EXPECT_EQ(encode(Auth{}, kV5), packetOf(0xF0, ""));
}

TEST(EncoderTest, WritesLengthsOfOneToFourBytes) {
    struct Length {
        std::size_t body;
        std::size_t headerBytes;
    };
    for (const Length& length :
         {Length{127, 2}, {128, 3}, {16'383, 3}, {16'384, 4}, {2'097'151, 4}, {2'097'152, 5}}) {
        const std::string payload(length.body - 3, 'x');
        const Publish packet{"a", payload, 0, 0, false, false, {}};
        const ByteVector bytes = encode(packet, kV3);
        EXPECT_EQ(bytes.size(), length.headerBytes + length.body);
        EXPECT_EQ(sizeOf(packet, kV3), bytes.size());
        const Peer peer{Sender::Client, kV3, bytes.size()};
        EXPECT_EQ(decode(peer, bytes).encoded, bytes);
    }
}

TEST(EncoderTest, AppendsToWhatIsThere) {
    ByteVector bytes{1, 2, 3};
    append(bytes, Pingreq{});
    EXPECT_EQ(bytes, (ByteVector{1, 2, 3, 0xC0, 0}));
}

}  // namespace
}  // namespace runnel::mqtt
