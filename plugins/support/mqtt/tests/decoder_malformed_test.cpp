// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <set>
#include <string_view>

#include "plugins/support/mqtt/tests/any_packet.h"

namespace runnel::mqtt {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr Peer kClient5{Sender::Client, Version::V5};
constexpr Peer kClient3{Sender::Client, Version::V311};
constexpr Peer kServer5{Sender::Server, Version::V5};
constexpr Peer kServer3{Sender::Server, Version::V311};

struct Wrong {
    std::string_view what;
    Peer peer;
    std::uint8_t firstByte;
    std::string_view body;
    Reason reason;
    std::string_view text;  ///< part of the failure's text
};

void expectFailures(std::initializer_list<Wrong> table) {
    for (const Wrong& wrong : table) {
        const ByteVector bytes = packetOf(wrong.firstByte, wrong.body);
        const Decoded decoded = decode(wrong.peer, bytes);
        EXPECT_TRUE(decoded.packets.empty()) << wrong.what;
        ASSERT_TRUE(decoded.failure) << wrong.what;
        EXPECT_EQ(decoded.failure->reason, wrong.reason) << wrong.what << decoded.failure->text;
        EXPECT_THAT(decoded.failure->text, HasSubstr(wrong.text)) << wrong.what;
        EXPECT_THAT(decoded.failure->text, HasSubstr("expected")) << wrong.what;
        EXPECT_EQ(decode(wrong.peer, bytes, 1).failure->text, decoded.failure->text) << wrong.what;
    }
}

constexpr Reason kMalformed = Reason::MalformedPacket;
constexpr Reason kProtocol = Reason::ProtocolError;

/// Success: the rest may come.
Reason reasonOfFirstByte(const Peer& peer, unsigned byte) {
    const std::uint8_t bytes[]{static_cast<std::uint8_t>(byte)};
    return decode(peer, bytes).failure.value_or(Failure{}).reason;
}

bool hasLegalFlags(unsigned byte) {
    const unsigned type = byte >> 4U;
    if (type == 3) return true;
    return (byte & 15U) == (type == 6 || type == 8 || type == 10 ? 2 : 0);
}

TEST(DecoderMalformedTest, RefusesWrongFirstBytes) {
    struct Side {
        Peer peer;
        std::set<unsigned> types;
    };
    for (const Side& side : {Side{kClient5, {1, 3, 4, 5, 6, 7, 8, 10, 12, 14, 15}},
                             {kClient3, {1, 3, 4, 5, 6, 7, 8, 10, 12, 14}},
                             {kServer5, {2, 3, 4, 5, 6, 7, 9, 11, 13, 14, 15}},
                             {kServer3, {2, 3, 4, 5, 6, 7, 9, 11, 13}}}) {
        for (unsigned byte = 0; byte < 16; ++byte) {
            EXPECT_EQ(reasonOfFirstByte(side.peer, byte), kMalformed) << byte;
        }
        for (unsigned byte = 16; byte < 256; ++byte) {
            const Reason ofFlags = hasLegalFlags(byte) ? Reason::Success : kMalformed;
            const Reason expected = side.types.contains(byte >> 4U) ? ofFlags : kProtocol;
            EXPECT_EQ(reasonOfFirstByte(side.peer, byte), expected) << byte;
        }
    }
}

TEST(DecoderMalformedTest, RefusesWrongLengths) {
    const auto failure = [](const Peer& peer, std::string_view bytes) {
        return decode(peer, bytesOf(bytes)).failure.value_or(Failure{});
    };
    EXPECT_EQ(failure(kClient5, "30ffffffff").reason, kMalformed);
    EXPECT_EQ(failure(kClient5, "3080808080").reason, kMalformed);
    EXPECT_THAT(failure(kClient5, "30ffffffff").text, HasSubstr("at most 4"));
    EXPECT_EQ(failure(kClient5, "c08000").reason, kMalformed);  // the shortest form is c000
    EXPECT_EQ(failure(kClient3, "c08000").reason, Reason::Success);
    EXPECT_EQ(failure(kClient3, "c080808000").reason, Reason::Success);
    EXPECT_EQ(failure(kClient5, "30ffffff7f").reason, Reason::PacketTooLarge);
    EXPECT_EQ(failure(kClient5, "108d00 0004 'MQTT' 05 02 0000 00 0000").reason, Reason::Success);
}

TEST(DecoderMalformedTest, RefusesWrongConnects) {
    expectFailures({
        {"MQTT 3.1", kClient5, 0x10, "0006 'MQIsdp' 03 02 003c 0001 'a'",
         Reason::UnsupportedProtocolVersion, "MQTT 3.1,"},
        {"level 3", kClient5, 0x10, "0004 'MQTT' 03 02 003c 0001 'a'",
         Reason::UnsupportedProtocolVersion, "level 3"},
        {"level 6", kClient5, 0x10, "0004 'MQTT' 06 02 003c 0001 'a'",
         Reason::UnsupportedProtocolVersion, "level 6, expected 4 (MQTT 3.1.1) or 5"},
        {"bridge", kClient5, 0x10, "0004 'MQTT' 84 02 003c 0001 'a'",
         Reason::UnsupportedProtocolVersion, "level 132"},
        {"lower case", kClient5, 0x10, "0004 'mqtt' 05 02 003c 00 0001 'a'",
         Reason::UnsupportedProtocolVersion, "expected MQTT"},
        {"name not UTF-8", kClient5, 0x10, "0004 ffffffff 05 02 003c 00 0000", kMalformed, "UTF-8"},
        {"reserved flag", kClient5, 0x10, "0004 'MQTT' 05 03 003c 00 0000", kMalformed, "reserved"},
        {"will QoS 3", kClient5, 0x10, "0004 'MQTT' 05 1e 0000 00 0000 00 0001 'a' 0000",
         kMalformed, "QoS 3"},
        {"will QoS alone", kClient5, 0x10, "0004 'MQTT' 05 0a 0000 00 0000", kMalformed, "will"},
        {"retain alone", kClient3, 0x10, "0004 'MQTT' 04 22 0000 0000", kMalformed, "will"},
        {"will topic", kClient5, 0x10, "0004 'MQTT' 05 06 0000 00 0000 00 0001 '#' 0000",
         Reason::TopicNameInvalid, "will topic"},
        {"no will topic", kClient3, 0x10, "0004 'MQTT' 04 06 0000 0000 0000 0000",
         Reason::TopicNameInvalid, "will topic"},
        {"password alone", kClient3, 0x10, "0004 'MQTT' 04 42 0000 0000 0001 'p'", kProtocol,
         "password without user name"},
        {"user name missing", kClient5, 0x10, "0004 'MQTT' 05 82 0000 00 0000", kMalformed, "ends"},
        {"password missing", kClient5, 0x10, "0004 'MQTT' 05 c2 0000 00 0000 0000", kMalformed,
         "ends"},
        {"user name not UTF-8", kClient5, 0x10, "0004 'MQTT' 05 82 0000 00 0000 0001 ff",
         kMalformed, "UTF-8"},
        {"client id not UTF-8", kClient5, 0x10, "0004 'MQTT' 05 02 0000 00 0001 00", kMalformed,
         "U+0000"},
        {"more", kClient5, 0x10, "0004 'MQTT' 05 02 0000 00 0000 00", kMalformed, "1 bytes after"},
        {"properties in 3.1.1", kClient3, 0x10, "0004 'MQTT' 04 02 0000 00 0000", kMalformed, ""},
        {"empty", kClient5, 0x10, "", kMalformed, "CONNECT: ends"},
    });
}

TEST(DecoderMalformedTest, RefusesWrongConnacks) {
    expectFailures({
        {"flags", kServer5, 0x20, "02 00 00", kMalformed, "flags 2"},
        {"refusal with session", kServer5, 0x20, "01 87 00", kProtocol, "session present"},
        {"refusal with session", kServer3, 0x20, "01 05", kProtocol, "session present"},
        {"reason", kServer5, 0x20, "00 01 00", kProtocol, "reason 1 (granted QoS 1)"},
        {"reason", kServer5, 0x20, "00 ff 00", kProtocol, "reason 255 (unknown reason)"},
        {"return code", kServer3, 0x20, "00 06", kProtocol, "return code 6, expected 0 to 5"},
        {"success of 3.1.1", kServer5, 0x20, "00 00", kMalformed, "of MQTT 3.1.1"},
        {"refusal of 3.1.1", kServer5, 0x20, "00 01", Reason::UnsupportedProtocolVersion,
         "return code 1 of MQTT 3.1.1"},
        {"half of the properties", kServer5, 0x20, "00 00 02 21", kMalformed, "expected at most"},
        {"properties in 3.1.1", kServer3, 0x20, "00 00 00", kMalformed, "1 bytes after"},
    });
}

TEST(DecoderMalformedTest, RefusesWrongPublishes) {
    expectFailures({
        {"QoS 3", kClient5, 0x36, "0001 'a' 0001 00", kMalformed, "QoS 3"},
        {"duplicate", kClient5, 0x38, "0001 'a' 00", kMalformed, "duplicate with QoS 0"},
        {"id 0", kClient5, 0x32, "0001 'a' 0000 00", kProtocol, "packet identifier 0"},
        {"id 0", kServer3, 0x34, "0001 'a' 0000", kProtocol, "packet identifier 0"},
        {"wildcard", kClient5, 0x30, "0003 'a/+' 00", Reason::TopicNameInvalid, "wildcard"},
        {"wildcard", kServer3, 0x30, "0001 '#'", Reason::TopicNameInvalid, "wildcard"},
        {"no topic", kClient3, 0x30, "0000", Reason::TopicNameInvalid, "empty"},
        {"no topic", kClient5, 0x30, "0000 00", kProtocol, "without a topic alias"},
        {"U+0000", kClient5, 0x30, "0001 00 00", kMalformed, "U+0000"},
        {"surrogate", kClient5, 0x30, "0003 eda080 00", kMalformed, "UTF-8"},
        {"overlong", kClient3, 0x30, "0002 c0af", kMalformed, "UTF-8"},
        {"topic too long", kClient5, 0x30, "0009 'abc'", kMalformed, "ends after 3 bytes"},
        {"no id", kClient3, 0x32, "0001 'a' 01", kMalformed, "ends after 1 bytes"},
        {"empty", kClient3, 0x30, "", kMalformed, "PUBLISH: ends"},
    });
}

TEST(DecoderMalformedTest, RefusesWrongAcknowledgements) {
    expectFailures({
        {"id 0", kClient5, 0x40, "0000", kProtocol, "PUBACK: packet identifier 0"},
        {"id 0", kServer3, 0x62, "0000", kProtocol, "PUBREL: packet identifier 0"},
        {"short", kServer5, 0x50, "01", kMalformed, "PUBREC: ends"},
        {"reason", kServer5, 0x40, "0001 92", kProtocol, "reason 146"},
        {"reason", kServer5, 0x70, "0001 10", kProtocol, "reason 16"},
        {"more", kServer5, 0x40, "0001 00 00 00", kMalformed, "after"},
        {"reason in 3.1.1", kServer3, 0x40, "0001 00", kMalformed, "after"},
    });
}

TEST(DecoderMalformedTest, RefusesWrongSubscriptions) {
    expectFailures({
        {"none", kClient5, 0x82, "0001 00", kProtocol, "no topic filter"},
        {"none", kClient3, 0x82, "0001", kProtocol, "no topic filter"},
        {"id 0", kClient5, 0x82, "0000 00 0001 'a' 00", kProtocol, "packet identifier 0"},
        {"QoS 3", kClient5, 0x82, "0001 00 0001 'a' 03", kProtocol, "QoS 3"},
        {"QoS 3", kClient3, 0x82, "0001 0001 'a' 03", kMalformed, "QoS 3"},
        {"reserved", kClient5, 0x82, "0001 00 0001 'a' 40", kMalformed, "reserved"},
        {"reserved", kClient5, 0x82, "0001 00 0001 'a' 80", kMalformed, "reserved"},
        {"option of 5", kClient3, 0x82, "0001 0001 'a' 04", kMalformed, "reserved"},
        {"retain handling", kClient5, 0x82, "0001 00 0001 'a' 30", kProtocol, "handling 3"},
        {"no local", kClient5, 0x82, "0001 00 000a '$share/g/a' 04", kProtocol, "no local"},
        {"filter", kClient5, 0x82, "0001 00 0002 'a#' 00", Reason::TopicFilterInvalid, "filter"},
        {"empty filter", kClient3, 0x82, "0001 0000 00", Reason::TopicFilterInvalid, "empty"},
        {"share", kClient5, 0x82, "0001 00 0008 '$share/g' 00", Reason::TopicFilterInvalid, ""},
        {"no options", kClient5, 0x82, "0001 00 0001 'a'", kMalformed, "ends"},
        {"second wrong", kClient3, 0x82, "0001 0001 'a' 00 0001 'b'", kMalformed, "ends"},
        {"none", kClient5, 0xA2, "0001 00", kProtocol, "UNSUBSCRIBE: no topic filter"},
        {"none", kClient3, 0xA2, "0001", kProtocol, "no topic filter"},
        {"id 0", kClient3, 0xA2, "0000 0001 'a'", kProtocol, "packet identifier 0"},
        {"filter", kClient3, 0xA2, "0001 0003 '#/a'", Reason::TopicFilterInvalid, "filter"},
    });
}

TEST(DecoderMalformedTest, RefusesWrongSubscribeAcknowledgements) {
    expectFailures({
        {"none", kServer5, 0x90, "0001 00", kProtocol, "SUBACK: no reason"},
        {"none", kServer3, 0x90, "0001", kProtocol, "no reason"},
        {"none", kServer5, 0xB0, "0001 00", kProtocol, "UNSUBACK: no reason"},
        {"id 0", kServer5, 0x90, "0000 00 00", kProtocol, "packet identifier 0"},
        {"reason", kServer5, 0x90, "0001 00 03", kProtocol, "reason 3"},
        {"return code", kServer3, 0x90, "0001 03", kProtocol, "return code 3"},
        {"return code", kServer3, 0x90, "0001 87", kProtocol, "return code 135"},
        {"reason", kServer5, 0xB0, "0001 00 01", kProtocol, "reason 1"},
        {"reason in 3.1.1", kServer3, 0xB0, "0001 00", kMalformed, "after"},
    });
}

TEST(DecoderMalformedTest, RefusesWrongEndsAndPings) {
    expectFailures({
        {"ping", kClient5, 0xC0, "00", kMalformed, "PINGREQ: 1 bytes after"},
        {"pong", kServer3, 0xD0, "00", kMalformed, "PINGRESP: 1 bytes after"},
        {"reason in 3.1.1", kClient3, 0xE0, "00", kMalformed, "DISCONNECT: 1 bytes after"},
        {"server's reason", kClient5, 0xE0, "8b", kProtocol, "that a client may give"},
        {"client's reason", kServer5, 0xE0, "04", kProtocol, "that a server may give"},
        {"reason", kClient5, 0xE0, "01", kProtocol, "reason 1"},
        {"more", kClient5, 0xE0, "00 00 00", kMalformed, "after"},
        {"no method", kClient5, 0xF0, "18 00", kProtocol, "no authentication method"},
        {"client's success", kClient5, 0xF0, "", kProtocol, "that a client may give"},
        {"server's again", kServer5, 0xF0, "19 04 15 0001 'm'", kProtocol, "a server may give"},
        {"reason", kServer5, 0xF0, "80 04 15 0001 'm'", kProtocol, "reason 128"},
    });
}

TEST(DecoderMalformedTest, SaysNoSecrets) {
    for (const std::string_view body :
         {"0004 'MQTT' 04 c2 0000 0000 0006 'secret' 0006 'secret' 00",
          "0004 'MQTT' 05 c2 0000 00 0000 0007 'secret' ff 0006 'secret'",
          "0004 'MQTT' 05 c2 0000 00 0000 0006 'secret' 0009 'secret'",
          "0004 'MQTT' 05 06 0000 00 0000 00 0001 '#' 0006 'secret'"}) {
        const Decoded decoded = decode(kClient5, packetOf(0x10, body));
        ASSERT_TRUE(decoded.failure);
        EXPECT_THAT(decoded.failure->text, Not(HasSubstr("secret")));
    }
    const Decoded decoded = decode(kClient5, packetOf(0x30, "0001 '#' 00 'secret'"));
    EXPECT_THAT(decoded.failure->text, Not(HasSubstr("secret")));
}

}  // namespace
}  // namespace runnel::mqtt
