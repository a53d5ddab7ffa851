// SPDX-License-Identifier: Apache-2.0
#include "mqtt/properties.h"

#include <gtest/gtest.h>

#include <string>

#include "plugins/support/mqtt/tests/any_packet.h"

namespace runnel::mqtt {
namespace {

/// A packet at whose end, or before the rest of which, a place's properties stand.
struct Frame {
    Place place;
    Sender sender;
    std::uint8_t firstByte;
    std::string before;
    std::string after;
    int propertyCount;  ///< in the standard's table 2-4
};

const Frame kFrames[]{
    {Place::Connect, Sender::Client, 0x10, "0004 'MQTT' 05 02 0000", "0000", 9},
    {Place::Will, Sender::Client, 0x10, "0004 'MQTT' 05 06 0000 00 0000", "0001 'a' 0000", 7},
    {Place::Connack, Sender::Server, 0x20, "00 00", "", 17},
    {Place::Publish, Sender::Server, 0x30, "0001 'a'", "", 8},
    {Place::PubAck, Sender::Client, 0x40, "0001 00", "", 2},
    {Place::Subscribe, Sender::Client, 0x82, "0001", "0001 'a' 00", 2},
    {Place::SubscribeAck, Sender::Server, 0x90, "0001", "00", 2},
    {Place::Unsubscribe, Sender::Client, 0xA2, "0001", "0001 'a'", 1},
    {Place::Disconnect, Sender::Client, 0xE0, "00", "", 4},
    {Place::Auth, Sender::Client, 0xF0, "18", "", 4},
};

std::string hex(unsigned value) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    return {kDigits[value >> 4U & 15U], kDigits[value & 15U]};
}

std::string valueOf(PropertyType type, unsigned number) {
    switch (type) {
        case PropertyType::Byte:
        case PropertyType::Varint:
            return hex(number);
        case PropertyType::TwoBytes:
            return "00" + hex(number);
        case PropertyType::FourBytes:
            return "000000" + hex(number);
        case PropertyType::Text:
        case PropertyType::Binary:
            return "0001 'a'";
        case PropertyType::TextPair:
            return "0001 'a' 0001 'b'";
    }
    return {};
}

std::string propertyOf(std::uint32_t id, unsigned number = 1) {
    const PropertyRule* rule = ruleOf(id);
    return hex(id) + (rule ? valueOf(rule->type, number) : "01");
}

Decoded decodeIn(const Frame& frame, const std::string& properties) {
    const std::string size = hex(static_cast<unsigned>(bytesOf(properties).size()));
    const ByteVector bytes =
        packetOf(frame.firstByte, frame.before + size + properties + frame.after);
    return decode({.sender = frame.sender}, bytes);
}

/// Authentication data and AUTH need a method.
std::string methodFor(const Frame& frame, std::uint32_t id) {
    constexpr auto kMethod = static_cast<std::uint32_t>(PropertyId::AuthenticationMethod);
    constexpr auto kData = static_cast<std::uint32_t>(PropertyId::AuthenticationData);
    const bool isNeeded = id == kData || (frame.place == Place::Auth && id != kMethod);
    return isNeeded && (ruleOf(kMethod)->places & bit(frame.place)) != 0 ? propertyOf(kMethod) : "";
}

Reason reasonIn(const Frame& frame, const std::string& properties) {
    const Decoded decoded = decodeIn(frame, properties);
    EXPECT_NE(decoded.failure.has_value(), decoded.packets.size() == 1);
    return decoded.failure ? decoded.failure->reason : Reason::Success;
}

TEST(PropertiesTest, EachPlaceHasAsManyAsTheStandardLists) {
    for (const Frame& frame : kFrames) {
        int count = 0;
        for (std::uint32_t id = 0; id < 256; ++id) {
            const PropertyRule* rule = ruleOf(id);
            if (rule && (rule->places & bit(frame.place)) != 0) ++count;
        }
        EXPECT_EQ(count, frame.propertyCount) << static_cast<int>(frame.place);
    }
    EXPECT_EQ(ruleOf(268'435'455), nullptr);
}

TEST(PropertiesTest, StandOnlyWhereTheStandardAllowsThem) {
    for (const Frame& frame : kFrames) {
        for (std::uint32_t id = 0; id < 128; ++id) {
            const PropertyRule* rule = ruleOf(id);
            const bool isAllowed = rule && (rule->places & bit(frame.place)) != 0;
            EXPECT_EQ(reasonIn(frame, methodFor(frame, id) + propertyOf(id)),
                      isAllowed ? Reason::Success : Reason::MalformedPacket)
                << static_cast<int>(frame.place) << " " << id;
        }
    }
}

TEST(PropertiesTest, StandOnceUnlessTheyMayRepeat) {
    for (const Frame& frame : kFrames) {
        for (std::uint32_t id = 0; id < 128; ++id) {
            const PropertyRule* rule = ruleOf(id);
            if (!rule || (rule->places & bit(frame.place)) == 0) continue;
            const bool mayRepeat =
                rule->id == PropertyId::UserProperty ||
                (rule->id == PropertyId::SubscriptionIdentifier && frame.place == Place::Publish);
            EXPECT_EQ(reasonIn(frame, methodFor(frame, id) + propertyOf(id) + propertyOf(id)),
                      mayRepeat ? Reason::Success : Reason::ProtocolError)
                << static_cast<int>(frame.place) << " " << id;
        }
    }
}

TEST(PropertiesTest, HaveValuesWithinTheirRange) {
    struct Value {
        PropertyId id;
        unsigned number;
        Reason reason;
    };
    using enum PropertyId;
    for (const Value& value : {Value{PayloadFormatIndicator, 2, Reason::ProtocolError},
                               {PayloadFormatIndicator, 0, Reason::Success},
                               {RequestProblemInformation, 2, Reason::ProtocolError},
                               {RequestResponseInformation, 2, Reason::ProtocolError},
                               {MaximumQos, 2, Reason::ProtocolError},
                               {RetainAvailable, 2, Reason::ProtocolError},
                               {WildcardSubscriptionAvailable, 255, Reason::ProtocolError},
                               {SubscriptionIdentifierAvailable, 2, Reason::ProtocolError},
                               {SharedSubscriptionAvailable, 2, Reason::ProtocolError},
                               {ReceiveMaximum, 0, Reason::ProtocolError},
                               {MaximumPacketSize, 0, Reason::ProtocolError},
                               {SubscriptionIdentifier, 0, Reason::ProtocolError},
                               {TopicAlias, 0, Reason::TopicAliasInvalid},
                               {TopicAliasMaximum, 0, Reason::Success},
                               {ServerKeepAlive, 0, Reason::Success},
                               {SessionExpiryInterval, 0, Reason::Success},
                               {WillDelayInterval, 0, Reason::Success},
                               {MessageExpiryInterval, 0, Reason::Success}}) {
        const auto id = static_cast<std::uint32_t>(value.id);
        for (const Frame& frame : kFrames) {
            if ((ruleOf(id)->places & bit(frame.place)) == 0) continue;
            if (frame.place == Place::Auth) continue;
            EXPECT_EQ(reasonIn(frame, propertyOf(id, value.number)), value.reason) << id;
        }
    }
}

TEST(PropertiesTest, HaveTextsOfUtf8AndTopicsForAnswers) {
    const Frame& publish = kFrames[3];
    EXPECT_EQ(reasonIn(publish, "03 0001 ff"), Reason::MalformedPacket);
    EXPECT_EQ(reasonIn(publish, "26 0001 ff 0000"), Reason::MalformedPacket);
    EXPECT_EQ(reasonIn(publish, "26 0000 0001 00"), Reason::MalformedPacket);
    EXPECT_EQ(reasonIn(publish, "26 0000 0000"), Reason::Success);
    EXPECT_EQ(reasonIn(publish, "09 0002 00ff"), Reason::Success);  // binary
    EXPECT_EQ(reasonIn(publish, "08 0001 '+'"), Reason::TopicNameInvalid);
    EXPECT_EQ(reasonIn(publish, "08 0000"), Reason::TopicNameInvalid);
}

TEST(PropertiesTest, FillTheirLengthExactly) {
    const auto reason = [](std::string_view body) {
        return decode({}, packetOf(0x30, body)).failure.value_or(Failure{}).reason;
    };
    EXPECT_EQ(reason("0001 'a' 05 02 00000001"), Reason::Success);
    EXPECT_EQ(reason("0001 'a' 04 02 00000001"), Reason::MalformedPacket);
    EXPECT_EQ(reason("0001 'a' 06 02 00000001"), Reason::MalformedPacket);
    EXPECT_EQ(reason("0001 'a' 06 02 00000001 'x'"), Reason::MalformedPacket);
    EXPECT_EQ(reason("0001 'a' ffffffff7f"), Reason::MalformedPacket);
    EXPECT_EQ(reason("0001 'a' 8000"), Reason::MalformedPacket);     // not the shortest form
    EXPECT_EQ(reason("0001 'a' 02 8100"), Reason::MalformedPacket);  // nor of an id
    EXPECT_EQ(reason("0001 'a' 80808080"), Reason::MalformedPacket);
    EXPECT_EQ(reason("0001 'a'"), Reason::MalformedPacket);  // no length
}

TEST(PropertiesTest, AuthenticationDataNeedsItsMethod) {
    for (const Frame& frame : kFrames) {
        if ((ruleOf(0x16)->places & bit(frame.place)) == 0) continue;
        EXPECT_EQ(reasonIn(frame, "16 0001 'a'"), Reason::ProtocolError);
        EXPECT_EQ(reasonIn(frame, "16 0001 'a' 15 0001 'm'"), Reason::Success);
    }
    EXPECT_EQ(reasonIn(kFrames[9], ""), Reason::ProtocolError);
}

TEST(PropertiesTest, ComeFromTheSideThatMaySendThem) {
    const ByteVector publish = packetOf(0x30, "0001 'a' 02 0b01");
    EXPECT_FALSE(decode({.sender = Sender::Server}, publish).failure);
    EXPECT_EQ(decode({.sender = Sender::Client}, publish).failure->reason, Reason::ProtocolError);
    const ByteVector disconnect = packetOf(0xE0, "00 05 11 00000001");
    EXPECT_FALSE(decode({.sender = Sender::Client}, disconnect).failure);
    EXPECT_EQ(decode({.sender = Sender::Server}, disconnect).failure->reason,
              Reason::ProtocolError);
}

}  // namespace
}  // namespace runnel::mqtt
