// SPDX-License-Identifier: Apache-2.0
#include "echo_dialect.h"
#include "network_fixture.h"

namespace runnel::network_mqtt::test {
namespace {

class DownlinksTest : public NetworkFixture {
  protected:
    std::unique_ptr<const Dialect> dialect() const override {
        return std::make_unique<EchoDialect>();
    }
    static Downlink downlink(const std::string& id) {
        Downlink downlink;
        downlink.id = id;
        downlink.device = Eui{0x0080E1150529E258};
        downlink.port = 5;
        downlink.isConfirmed = true;
        downlink.networkDevice = "down/1";
        return downlink;
    }
    void send(const std::string& id) { ASSERT_TRUE(network_->send(downlink(id))); }
    mqtt::test::Received nextPublish() { return broker_.expect(PacketType::Publish); }
};

TEST_F(DownlinksTest, AcknowledgedOneIsQueued) {
    connect();
    send("d-1");
    const auto publish = nextPublish();
    EXPECT_EQ(publish.topic, "down/1");
    EXPECT_EQ(publish.payload, "d-1");
    EXPECT_EQ(publish.qos, 1);
    EXPECT_FALSE(publish.isDuplicate);
    EXPECT_EQ(core_.count(), 0U);
    broker_.acknowledge(publish.packetId);
    const Message event = messages(1)[0];
    EXPECT_EQ(event.kind, Kind::Queued);
    EXPECT_EQ(event.downlinkId, "d-1");
    EXPECT_EQ(event.device, Eui{0x0080E1150529E258});
    EXPECT_EQ(event.port, 5);
    EXPECT_TRUE(event.isConfirmed);
    EXPECT_NE(event.originId, "");
}

TEST_F(DownlinksTest, EachEventHasAnIdOfItsOwn) {
    connect();
    for (const char* id : {"d-1", "d-2"}) {
        send(id);
        broker_.acknowledge(nextPublish().packetId);
    }
    const auto events = messages(2);
    EXPECT_NE(events[0].originId, events[1].originId);
}

TEST_F(DownlinksTest, RefusedOneFailsWithTheBrokersReason) {
    connect();
    send("d-1");
    broker_.acknowledge(nextPublish().packetId, mqtt::Reason::QuotaExceeded);
    send("d-2");
    broker_.acknowledge(nextPublish().packetId, mqtt::Reason::NoMatchingSubscribers);
    const auto events = messages(2);
    EXPECT_EQ(events[0].kind, Kind::Failed);
    EXPECT_NE(events[0].text.find("uota"), std::string::npos) << events[0].text;
    EXPECT_EQ(events[1].kind, Kind::Failed);
    EXPECT_EQ(events[1].text, "nobody listens on the MQTT topic down/1");
}

TEST_F(DownlinksTest, UnacknowledgedOnesGoOutAgainInOrderBeforeNewOnes) {
    connect();
    for (const char* id : {"d-1", "d-2", "d-3"}) send(id);
    broker_.acknowledge(nextPublish().packetId);
    ASSERT_EQ(messages(1)[0].downlinkId, "d-1");
    nextPublish();
    nextPublish();
    broker_.drop();
    waitConnected(false);
    send("d-4");
    broker_.accept(true);
    for (const char* id : {"d-2", "d-3", "d-4"}) {
        const auto publish = nextPublish();
        EXPECT_EQ(publish.payload, id);
        EXPECT_EQ(publish.isDuplicate, publish.payload != "d-4");
        broker_.acknowledge(publish.packetId);
    }
    EXPECT_EQ(messages(4)[3].downlinkId, "d-4");
}

TEST_F(DownlinksTest, WhatExpiresWithoutAConnectionIsNotSent) {
    connect();
    Downlink early = downlink("d-1");
    early.expires = host_.now() + std::chrono::seconds(10);
    ASSERT_TRUE(network_->send(early));
    nextPublish();
    broker_.drop();
    waitConnected(false);
    early.id = "d-2";
    ASSERT_TRUE(network_->send(early));
    send("d-3");
    host_.setNow(*early.expires);
    broker_.accept(true);
    EXPECT_EQ(nextPublish().payload, "d-3");
    const auto events = messages(2);
    for (const Message& event : events) EXPECT_EQ(event.kind, Kind::Expired);
    EXPECT_EQ(events[0].downlinkId, "d-1");
    EXPECT_EQ(events[1].downlinkId, "d-2");
}

TEST_F(DownlinksTest, OneWithoutAddressIsRefused) {
    connect();
    Downlink lost = downlink("d-1");
    lost.networkDevice.clear();
    const Status status = network_->send(lost);
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().field, "DeviceEUI");
}

TEST_F(DownlinksTest, QueueHasABoundAndRoomAgain) {
    start();
    for (std::size_t i = 0; i < Downlinks::kMost; ++i) send(std::to_string(i));
    const Status status = network_->send(downlink("one more"));
    ASSERT_FALSE(status);
    EXPECT_NE(status.error().reason.find("1024"), std::string::npos) << status.error().reason;
    broker_.accept();
    for (std::size_t i = 0; i < Downlinks::kMost; ++i) {
        const auto publish = nextPublish();
        ASSERT_EQ(publish.payload, std::to_string(i));
        broker_.acknowledge(publish.packetId);
    }
    ASSERT_EQ(messages(Downlinks::kMost).size(), Downlinks::kMost);
    send("one more");
    EXPECT_EQ(nextPublish().payload, "one more");
}

TEST_F(DownlinksTest, EventsKeepTheirOrderThroughABusyCore) {
    connect();
    send("d-1");
    const auto publish = nextPublish();
    core_.answer(Verdict::Busy);
    broker_.hold();
    broker_.acknowledge(publish.packetId);
    broker_.publish("up/1", "later", 1);
    broker_.release();
    ASSERT_TRUE(core_.waitUntil([](const auto& core) { return core.busyCount() >= 1; }));
    core_.answer(Verdict::Taken);
    network_->resume();
    const auto all = messages(2);
    EXPECT_EQ(all[0].kind, Kind::Queued);
    EXPECT_EQ(all[1].text, "later");
}

TEST_F(DownlinksTest, WhatTheBrokerHadWhenTheConnectorStoppedIsNotReported) {
    connect();
    send("d-1");
    nextPublish();
    std::thread stopping([this] { network_->stop(); });
    broker_.expect(PacketType::Disconnect);
    broker_.drop();
    stopping.join();
    EXPECT_EQ(core_.count(), 0U);
}

}  // namespace
}  // namespace runnel::network_mqtt::test
