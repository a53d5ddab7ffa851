// SPDX-License-Identifier: Apache-2.0
#include "topic_pattern.h"

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace runnel::mqtt {
namespace {

StreamConfig streamOf() {
    StreamConfig stream;
    stream.name = "70B3D57ED0000001/cloud";
    stream.application = Eui{0x70B3D57ED0000001};
    return stream;
}

Reception heardBy(std::uint64_t gateway, float snrDb) {
    Reception reception;
    reception.gateway = Eui{gateway};
    reception.snrDb = snrDb;
    return reception;
}

Message uplink() {
    Message message;
    message.application = Eui{0x70B3D57ED0000001};
    message.device = Eui{0x0080E1150529E258};
    message.deviceName = "tank 3";
    message.port = 12;
    message.receptions = {heardBy(1, -3), heardBy(2, 7)};
    return message;
}

Parcel parcelOf(Message message, std::size_t documents = 1) {
    Parcel parcel;
    parcel.message = std::make_shared<const Message>(std::move(message));
    parcel.documents = std::make_shared<const std::vector<std::string>>(documents, "x");
    return parcel;
}

TopicPattern patternOf(std::string_view text) {
    auto pattern = TopicPattern::parse(text);
    EXPECT_TRUE(pattern) << pattern.error().reason;
    return *std::move(pattern);
}

TEST(TopicPatternTest, FillsInEveryPlaceholder) {
    const auto pattern = patternOf(
        "x/{AppEUI}/{DeviceEUI}/{DeviceName}/{GatewayEUI}/{Port}/{event}/{stream}/y{Port}z");
    EXPECT_EQ(pattern.topicOf(streamOf(), parcelOf(uplink()), 0),
              "x/70B3D57ED0000001/0080E1150529E258/tank 3/0000000000000002/12/up/cloud/y12z");
}

TEST(TopicPatternTest, EachReceptionsDocumentHasItsGateway) {
    const auto pattern = patternOf("{GatewayEUI}");
    const Parcel parcel = parcelOf(uplink(), 2);
    EXPECT_EQ(pattern.topicOf(streamOf(), parcel, 0), "0000000000000001");
    EXPECT_EQ(pattern.topicOf(streamOf(), parcel, 1), "0000000000000002");
    StreamConfig stream = streamOf();
    stream.gateway = Eui{9};
    EXPECT_EQ(pattern.topicOf(stream, parcel, 1), "0000000000000009") << "its own, always";
}

TEST(TopicPatternTest, WhatIsMissingBecomesADash) {
    const auto pattern = patternOf("{AppEUI}/{DeviceName}/{GatewayEUI}");
    EXPECT_EQ(pattern.topicOf(streamOf(), parcelOf(Message{}), 0), "-/-/-");
}

TEST(TopicPatternTest, AGapNoticeHasTheStreamsScope) {
    Parcel gap;
    gap.documents = std::make_shared<const std::vector<std::string>>(1, "x");
    const auto pattern = patternOf("{AppEUI}/{DeviceEUI}/{DeviceName}/{GatewayEUI}/{Port}/{event}");
    EXPECT_EQ(pattern.topicOf(streamOf(), gap, 0), "70B3D57ED0000001/-/-/-/-/gap");
}

TEST(TopicPatternTest, ADeviceNameStaysOneLevel) {
    const auto topicFor = [](const std::string& name) {
        Message message = uplink();
        message.deviceName = name;
        return patternOf("d/{DeviceName}/e").topicOf(streamOf(), parcelOf(message), 0);
    };
    EXPECT_EQ(topicFor("a/b+c#d\n\x7F"), "d/a_b_c_d__/e");
    EXPECT_EQ(topicFor("Füllstand"), "d/Füllstand/e");
    EXPECT_EQ(topicFor(std::string("a\0b", 3)), "d/a_b/e");
    EXPECT_EQ(topicFor("broken \xFF\xC3"), "d/broken __/e") << "a broker hangs up on it";
    EXPECT_LT(topicFor(std::string(70'000, 'x')).size(), 300U) << "a topic has 65,535 bytes";
}

TEST(TopicPatternTest, EveryKindOfMessageHasANameOfItsOwn) {
    std::set<std::string_view> names{eventName(nullptr)};
    Message message;
    for (int kind = 0; kind <= static_cast<int>(Kind::Test); ++kind) {
        message.kind = static_cast<Kind>(kind);
        EXPECT_TRUE(names.insert(eventName(&message)).second) << eventName(&message);
    }
    EXPECT_FALSE(names.contains("unknown"));
}

TEST(TopicPatternTest, ErrorsNameWhatWasFoundAndExpected) {
    const auto error = [](std::string_view text) {
        auto pattern = TopicPattern::parse(text);
        return pattern ? "none" : pattern.error().reason;
    };
    EXPECT_TRUE(error("{devEui}/up").starts_with("has {devEui}, must have only {AppEUI}"));
    EXPECT_TRUE(error("a/{AppEUI").starts_with("has {AppEUI}")) << error("a/{AppEUI");
    EXPECT_TRUE(error("{}").starts_with("has {}"));
    EXPECT_TRUE(error("a/+/b").starts_with("must be a topic without + and #"));
    EXPECT_TRUE(error("a/#").starts_with("must be a topic without + and #"));
    EXPECT_EQ(error("a/{AppEUI}/b"), "none");
    EXPECT_TRUE(patternOf("").isEmpty());
}

TEST(TopicPatternTest, TheFilterCatchesWhatThePatternSays) {
    const auto pattern = patternOf("site/{AppEUI}/{stream}/{DeviceEUI}/down");
    EXPECT_EQ(pattern.filterFor(streamOf()), "site/70B3D57ED0000001/cloud/+/down");
    StreamConfig device = streamOf();
    device.application.reset();
    device.device = Eui{7};
    EXPECT_EQ(pattern.filterFor(device), "site/+/cloud/0000000000000007/down");
}

TEST(TopicPatternTest, TheDeviceIsFoundInATopic) {
    const auto pattern = patternOf("site/a/{AppEUI}/{DeviceEUI}/down");
    EXPECT_EQ(pattern.deviceIn("site/a/70B3D57ED0000001/0080E1150529E258/down"),
              Eui{0x0080E1150529E258});
    EXPECT_EQ(pattern.deviceIn("site/a/b/0080e1150529e258/down"), Eui{0x0080E1150529E258});
    for (const char* topic : {"site/a/b/-/down", "site/a/b", "", "site/a/b/0080E1150529E25/down"}) {
        EXPECT_EQ(pattern.deviceIn(topic), std::nullopt) << topic;
    }
}

TEST(TopicPatternTest, AReceiptsTopicNeedsTheDeviceOnly) {
    EXPECT_EQ(patternOf("{AppEUI}/{DeviceEUI}/receipt/{stream}").topicOf(streamOf(), Eui{3}),
              "70B3D57ED0000001/0000000000000003/receipt/cloud");
}

}  // namespace
}  // namespace runnel::mqtt
