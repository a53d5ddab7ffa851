// SPDX-License-Identifier: Apache-2.0
#include "chirpstack_dialect.h"

#include <Poco/JSON/Parser.h>
#include <gtest/gtest.h>

#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>

namespace runnel::chirpstack {
namespace {

const std::string kApplication = "13f243da-3795-4165-8ee0-ed43039c566c";
const std::string kTopic = "application/" + kApplication + "/device/0080e1150529e258/event/";

std::string json(const std::string& members, const std::string& device = "0080e1150529e258") {
    return R"({"deviceInfo":{"applicationId":")" + kApplication + R"(","devEui":")" + device +
           R"("})" + members + '}';
}

std::string fieldOf(const Result<events::NetworkEvent>& event) {
    return event ? "none" : event.error().field;
}

TEST(ChirpstackDialectTest, SubscribesToEventsBehindThePrefix) {
    EXPECT_EQ(ChirpstackDialect("", false).subscriptions(),
              std::vector<std::string>{"application/+/device/+/event/+"});
    EXPECT_EQ(ChirpstackDialect("a/b/", false).subscriptions(),
              std::vector<std::string>{"a/b/application/+/device/+/event/+"});
}

TEST(ChirpstackDialectTest, AddressOfADeviceNamesItsApplication) {
    const auto event =
        ChirpstackDialect("p/", false)
            .read("p/" + kTopic + "up", json(R"(,"deduplicationId":"d-1","fPort":2)"));
    ASSERT_TRUE(event);
    EXPECT_EQ(event->message.networkDevice, kApplication + "/0080e1150529e258");
    EXPECT_EQ(event->message.networkApplication, kApplication);
    EXPECT_EQ(event->message.originId, "d-1");
    EXPECT_EQ(event->message.kind, Kind::Uplink);
}

TEST(ChirpstackDialectTest, TopicTellsTheKind) {
    const ChirpstackDialect dialect("", false);
    EXPECT_EQ(dialect.read(kTopic + "join", json(""))->message.kind, Kind::Join);
    EXPECT_EQ(dialect.read(kTopic + "status", json(""))->message.kind, Kind::DeviceStatus);
    EXPECT_NE(dialect.read(kTopic + "integration", json(""))->ignored, "");
    EXPECT_NE(dialect.read(kTopic + "later", json(""))->ignored, "");
}

TEST(ChirpstackDialectTest, EventNamesTheDownlinkByItsQueueItem) {
    const ChirpstackDialect dialect("", false);
    const auto ack =
        dialect.read(kTopic + "ack", json(R"(,"queueItemId":"q-1","acknowledged":true)"));
    EXPECT_EQ(ack->message.downlinkId, "q-1");
    const auto sent = dialect.read(kTopic + "txack", json(R"(,"queueItemId":"q-1")"));
    EXPECT_EQ(sent->message.downlinkId, "q-1");
    const auto expired = dialect.read(
        kTopic + "log",
        json(R"(,"level":"ERROR","code":"EXPIRED","context":{"queue_item_id":"q-1"})"));
    EXPECT_EQ(expired->message.kind, Kind::Expired);
    EXPECT_EQ(expired->message.downlinkId, "q-1");
}

TEST(ChirpstackDialectTest, EventWithoutIdIsKnownByItsContent) {
    const ChirpstackDialect dialect("", false);
    const auto id = [&](int counter) {
        const auto event =
            dialect.read(kTopic + "up", json(",\"fCnt\":" + std::to_string(counter)));
        return event->message.originId;
    };
    EXPECT_EQ(id(1).size(), 40U);
    EXPECT_EQ(id(1), id(1));
    EXPECT_NE(id(1), id(2));
}

TEST(ChirpstackDialectTest, DocumentThatIsNotTheTopicsIsRefused) {
    const ChirpstackDialect dialect("", false);
    EXPECT_EQ(fieldOf(dialect.read(kTopic + "up", json("", "0080e1150529e259"))),
              "deviceInfo.devEui");
    EXPECT_EQ(fieldOf(dialect.read("application/other/device/0080e1150529e258/event/up", json(""))),
              "deviceInfo.applicationId");
    EXPECT_EQ(fieldOf(dialect.read(kTopic + "up", json("", "x"))), "deviceInfo.devEui");
    EXPECT_EQ(fieldOf(dialect.read(kTopic + "up", "{")), "");
    EXPECT_EQ(fieldOf(dialect.read(kTopic + "up", "")), "");
    const std::string document = json("");
    for (const char* topic :
         {"", "application", "application/a/device/b/event", "application/a/device/b/event/up/x",
          "application/a/device/b/command/up", "p/application/a/device/b/event/up"}) {
        EXPECT_EQ(fieldOf(dialect.read(topic, document)), "topic") << topic;
    }
}

TEST(ChirpstackDialectTest, ProtobufIsReadWhenChosen) {
    std::string info;
    protozero::pbf_writer device(info);
    device.add_string(3, kApplication);
    device.add_string(8, "0080e1150529e258");
    std::string document;
    protozero::pbf_writer uplink(document);
    uplink.add_string(1, "d-1");
    uplink.add_message(3, info);
    uplink.add_uint32(8, 7);
    const auto event = ChirpstackDialect("", true).read(kTopic + "up", document);
    ASSERT_TRUE(event) << event.error().field << event.error().reason;
    EXPECT_EQ(event->message.port, 7);
    EXPECT_EQ(event->message.networkDevice, kApplication + "/0080e1150529e258");
    EXPECT_FALSE(ChirpstackDialect("", false).read(kTopic + "up", document));
    EXPECT_FALSE(ChirpstackDialect("", true).read(kTopic + "up", json("")));
}

Downlink downlink() {
    Downlink downlink;
    downlink.id = "5f2b3c8e-0d1a-4c52-9a34-111122223333";
    downlink.device = Eui{0x0080E1150529E258};
    downlink.port = 10;
    downlink.isConfirmed = true;
    downlink.payload = {1, 2, 0xFF};
    downlink.networkDevice = kApplication + "/0080E1150529E258";
    return downlink;
}

TEST(ChirpstackDialectTest, DownlinkIsACommandOfTheDevice) {
    const auto command = ChirpstackDialect("p/", false).write(downlink());
    ASSERT_TRUE(command);
    EXPECT_EQ(command->topic,
              "p/application/" + kApplication + "/device/0080e1150529e258/command/down");
    const auto object =
        Poco::JSON::Parser().parse(command->payload).extract<Poco::JSON::Object::Ptr>();
    EXPECT_EQ(object->getValue<std::string>("id"), downlink().id);
    EXPECT_EQ(object->getValue<std::string>("devEui"), "0080e1150529e258");
    EXPECT_TRUE(object->getValue<bool>("confirmed"));
    EXPECT_EQ(object->getValue<int>("fPort"), 10);
    EXPECT_EQ(object->getValue<std::string>("data"), "AQL/");
    EXPECT_EQ(object->size(), 5U);
}

TEST(ChirpstackDialectTest, DownlinkIsWrittenAsProtobufWhenChosen) {
    const auto command = ChirpstackDialect("", true).write(downlink());
    ASSERT_TRUE(command);
    protozero::pbf_reader reader(command->payload);
    std::string seen;
    while (reader.next()) {
        seen += std::to_string(reader.tag()) + '=';
        if (reader.tag() == 3) {
            seen += reader.get_bool() ? "true" : "false";
        } else if (reader.tag() == 4) {
            seen += std::to_string(reader.get_uint32());
        } else {
            seen += reader.get_string();
        }
        seen += ' ';
    }
    EXPECT_EQ(seen, "1=" + downlink().id +
                        " 2=0080e1150529e258 3=true 4=10 5="
                        "\x01\x02\xFF ");
}

TEST(ChirpstackDialectTest, DownlinkNeedsTheAddressThatAnEventGave) {
    for (const char* address : {"", "0080e1150529e258", "/0080e1150529e258", "app/", "app/x"}) {
        Downlink lost = downlink();
        lost.networkDevice = address;
        const auto command = ChirpstackDialect("", false).write(lost);
        ASSERT_FALSE(command) << address;
        EXPECT_EQ(command.error().field, "DeviceEUI");
    }
}

}  // namespace
}  // namespace runnel::chirpstack
