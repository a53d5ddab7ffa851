// SPDX-License-Identifier: Apache-2.0
#include "posted_event.h"

#include <gtest/gtest.h>

namespace runnel::http {
namespace {

using namespace std::chrono_literals;

NetworkEvent plain(const std::string& document) {
    const auto read = readEvent(document, "");
    EXPECT_TRUE(read) << read.error().field << ' ' << read.error().reason;
    return read ? *read : NetworkEvent{};
}

const Instant kTime{std::chrono::milliseconds{1'734'964'219'500}};

TEST(PlainEventTest, ReadsTheDocumentOfTheDesign) {
    const Message message =
        plain(R"({"Type":2,"DeviceEUI":"0080E1150529E258","AppEUI":"0102030405060708",)"
              R"("Timestamp":1734964219,"Port":2,"Data":"0947A4BD92","Frequency":902.5,)"
              R"("RSSI":-39,"SNR":11.5})")
            .message;
    EXPECT_EQ(message.kind, Kind::Uplink);
    EXPECT_FALSE(message.isConfirmed);
    EXPECT_EQ(message.device, Eui{0x0080E1150529E258});
    EXPECT_EQ(message.application, Eui{0x0102030405060708});
    EXPECT_EQ(message.networkTime, kTime - 500ms);
    EXPECT_EQ(message.port, 2);
    EXPECT_EQ(message.payload, (Bytes{0x09, 0x47, 0xA4, 0xBD, 0x92}));
    EXPECT_EQ(message.frequencyHz, 902'500'000U);
    ASSERT_EQ(message.receptions.size(), 1U);
    EXPECT_EQ(message.receptions[0].rssiDbm, -39);
    EXPECT_EQ(message.receptions[0].snrDb, 11.5F);
    EXPECT_FALSE(message.receptions[0].gateway);
}

TEST(PlainEventTest, KeysMayHaveAnyCase) {
    const Message message =
        plain(R"({"type":4,"deviceeui":"00-80-e1-15-05-29-e2-58","PORT":1,"data":"0a",)"
              R"("gatewayEUI":"0a90a8f9b32b5434","framecounter":12,"dataRate":"SF7BW125"})")
            .message;
    EXPECT_TRUE(message.isConfirmed);
    EXPECT_EQ(message.device, Eui{0x0080E1150529E258});
    EXPECT_EQ(message.receptions.at(0).gateway, Eui{0x0a90a8f9b32b5434});
    EXPECT_EQ(message.frameCounter, 12U);
    EXPECT_EQ(message.dataRate, "SF7BW125");
}

TEST(PlainEventTest, RepeatIsRecognisedOnlyWithTimeOrCounter) {
    EXPECT_EQ(plain(R"({"DeviceEUI":"0080E1150529E258","Port":1})").message.originId, "");
    const std::string counted = R"({"DeviceEUI":"0080E1150529E258","Port":1,"FrameCounter":1})";
    EXPECT_NE(plain(counted).message.originId, "");
    EXPECT_EQ(plain(counted).message.originId, plain(counted).message.originId);
    EXPECT_NE(
        plain(counted).message.originId,
        plain(R"({"DeviceEUI":"0080E1150529E258","Port":1,"FrameCounter":2})").message.originId);
}

struct Malformed {
    const char* document;
    const char* field;   ///< where
    const char* reason;  ///< part of what is said
};

#define PLAIN(MEMBERS) R"({"DeviceEUI":"0080E1150529E258",)" MEMBERS "}"

const Malformed kDocuments[] = {
    {"{", "", "not JSON"},
    {"[]", "", "found a list"},
    {"{}", "", "found none of them"},
    {R"({"devEUI":"0080e1150529e258","data":""})", "", "found none of them"},
    {PLAIN(R"("Port":1,"Data":"abc")"), "Data", "pairs of hexadecimal digits, found \"abc\""},
    {PLAIN(R"("Port":1,"Data":"zz")"), "Data", "pairs of hexadecimal digits"},
    {PLAIN(R"("Data":"00")"), "Port", "found nothing"},
    {PLAIN(R"("Port":1,"Type":3)"), "Type", "must be 2 (unconfirmed) or 4 (confirmed"},
    {PLAIN(R"("Port":1,"port":2)"), "Port", "there twice"},
    {PLAIN(R"("Port":1,"AppEUI":"0102")"), "AppEUI", "EUI"},
    {PLAIN(R"("Port":1,"Timestamp":-5)"), "Timestamp", "found -5"},
    {PLAIN(R"("Port":1,"Frequency":"high")"), "Frequency", "must be a number"},
};

TEST(PostedEventTest, EveryComplaintNamesMemberAndReason) {
    for (const Malformed& malformed : kDocuments) {
        const auto read = readEvent(malformed.document, "");
        ASSERT_FALSE(read) << malformed.document;
        EXPECT_EQ(read.error().field, malformed.field) << malformed.document;
        EXPECT_NE(read.error().reason.find(malformed.reason), std::string::npos)
            << malformed.document << ": " << read.error().reason;
    }
}

TEST(PostedEventTest, MembersTellTheServer) {
    const auto chirpstack =
        readEvent(R"({"deviceInfo":{"devEui":"0080e1150529e258"},"fPort":2})", "up");
    ASSERT_TRUE(chirpstack);
    EXPECT_EQ(chirpstack->message.networkDevice, "0080e1150529e258");
    const auto theThings =
        readEvent(R"({"end_device_ids":{"device_id":"d","dev_eui":"0080E1150529E258",)"
                  R"("application_ids":{"application_id":"a"}},"uplink_message":{"f_port":2}})",
                  "");
    ASSERT_TRUE(theThings);
    EXPECT_EQ(theThings->message.networkDevice, "a/d");
}

}  // namespace
}  // namespace runnel::http
