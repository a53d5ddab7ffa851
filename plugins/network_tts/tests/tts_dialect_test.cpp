// SPDX-License-Identifier: Apache-2.0
#include "tts_dialect.h"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Parser.h>
#include <gtest/gtest.h>

namespace runnel::tts {
namespace {

const std::string kTopic = "v3/parking@ttn/devices/bay-1/";

std::string json(const std::string& members, const std::string& device = "bay-1",
                 const std::string& application = "parking") {
    return R"({"end_device_ids":{"device_id":")" + device +
           R"(","application_ids":{"application_id":")" + application +
           R"("},"dev_eui":"0080E1150529E258","join_eui":"0102030405060708"},)"
           R"("correlation_ids":["as:up:01"],)" +
           members + '}';
}

std::string fieldOf(const Result<events::NetworkEvent>& event) {
    return event ? "none" : event.error().field;
}

TEST(TtsDialectTest, SubscribesToEverythingThatIsUsed) {
    EXPECT_EQ(
        TtsDialect("parking@ttn").subscriptions(),
        (std::vector<std::string>{
            "v3/parking@ttn/devices/+/up", "v3/parking@ttn/devices/+/join",
            "v3/parking@ttn/devices/+/down/queued", "v3/parking@ttn/devices/+/down/sent",
            "v3/parking@ttn/devices/+/down/ack", "v3/parking@ttn/devices/+/down/nack",
            "v3/parking@ttn/devices/+/down/failed", "v3/parking@ttn/devices/+/location/solved"}));
}

TEST(TtsDialectTest, AddressOfADeviceNamesTheUser) {
    const auto event =
        TtsDialect("parking@ttn").read(kTopic + "up", json(R"("uplink_message":{"f_port":2})"));
    ASSERT_TRUE(event);
    EXPECT_EQ(event->message.networkDevice, "parking@ttn/bay-1");
    EXPECT_EQ(event->message.application, Eui{0x0102030405060708});
    EXPECT_EQ(event->message.originId, "as:up:01");
}

TEST(TtsDialectTest, EventNamesTheDownlinkByItsCorrelationId) {
    const auto event = TtsDialect("parking@ttn")
                           .read(kTopic + "down/sent",
                                 json(R"("downlink_sent":{"correlation_ids":["runnel:d-7"]})"));
    ASSERT_TRUE(event);
    EXPECT_EQ(event->message.kind, Kind::Sent);
    EXPECT_EQ(event->message.downlinkId, "d-7");
}

TEST(TtsDialectTest, DocumentThatIsNotTheTopicsIsRefused) {
    const TtsDialect dialect("parking@ttn");
    const std::string uplink = R"("uplink_message":{"f_port":2})";
    EXPECT_EQ(fieldOf(dialect.read(kTopic + "up", json(uplink, "bay-2"))),
              "end_device_ids.device_id");
    EXPECT_EQ(fieldOf(dialect.read(kTopic + "up", json(uplink, "bay-1", "other"))),
              "end_device_ids.application_ids.application_id");
    EXPECT_EQ(fieldOf(dialect.read("v3/other@ttn/devices/bay-1/up", json(uplink))), "topic");
    EXPECT_EQ(fieldOf(dialect.read("", json(uplink))), "topic");
    EXPECT_EQ(fieldOf(dialect.read(kTopic + "up", "{")), "");
    EXPECT_EQ(fieldOf(dialect.read(kTopic + "up", json(R"("uplink_message":{"f_port":256})"))),
              "uplink_message.f_port");
}

TEST(TtsDialectTest, DownlinkIsPushedIntoTheDevicesQueue) {
    Downlink downlink;
    downlink.id = "d-7";
    downlink.port = 10;
    downlink.isConfirmed = true;
    downlink.payload = {1, 2, 0xFF};
    downlink.networkDevice = "parking@ttn/bay-1";
    const auto command = TtsDialect("parking@ttn").write(downlink);
    ASSERT_TRUE(command);
    EXPECT_EQ(command->topic, "v3/parking@ttn/devices/bay-1/down/push");
    const auto root = Poco::JSON::Parser().parse(command->payload);
    const auto item = root.extract<Poco::JSON::Object::Ptr>()->getArray("downlinks")->getObject(0);
    EXPECT_EQ(item->getValue<int>("f_port"), 10);
    EXPECT_EQ(item->getValue<std::string>("frm_payload"), "AQL/");
    EXPECT_TRUE(item->getValue<bool>("confirmed"));
    EXPECT_EQ(item->getValue<std::string>("priority"), "NORMAL");
    EXPECT_EQ(item->getArray("correlation_ids")->getElement<std::string>(0), "runnel:d-7");
}

TEST(TtsDialectTest, DownlinkNeedsAnAddressInThisApplication) {
    for (const char* address : {"", "bay-1", "other@ttn/bay-1", "parking@ttn/", "parking@ttn/#"}) {
        Downlink lost;
        lost.networkDevice = address;
        const auto command = TtsDialect("parking@ttn").write(lost);
        ASSERT_FALSE(command) << address;
        EXPECT_EQ(command.error().field, "DeviceEUI");
    }
}

}  // namespace
}  // namespace runnel::tts
