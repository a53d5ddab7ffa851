// SPDX-License-Identifier: Apache-2.0
#include "chirpstack_dialect.h"
#include "network_mqtt/tests/network_fixture.h"

namespace runnel::chirpstack {
namespace {

class ChirpstackNetworkTest : public network_mqtt::test::NetworkFixture {
  protected:
    std::unique_ptr<const network_mqtt::Dialect> dialect() const override {
        return std::make_unique<ChirpstackDialect>("", false);
    }
};

TEST_F(ChirpstackNetworkTest, DownlinkLivesFromTheUplinksAddressToItsAcknowledgement) {
    using network_mqtt::test::PacketType;
    const std::string device =
        R"("deviceInfo":{"applicationId":"a-1","devEui":"0080e1150529e258"})";
    const std::string topic = "application/a-1/device/0080e1150529e258/";
    connect();
    broker_.publish(topic + "event/up", '{' + device + R"(,"deduplicationId":"d-1","fPort":2})", 1);
    const Message uplink = messages(1)[0];
    commit();
    EXPECT_EQ(broker_.expect(PacketType::Puback).packetId, 1);

    Downlink downlink;
    downlink.id = "q-1";
    downlink.device = uplink.device;
    downlink.networkDevice = uplink.networkDevice;
    ASSERT_TRUE(network_->send(downlink));
    const auto command = broker_.expect(PacketType::Publish);
    EXPECT_EQ(command.topic, topic + "command/down");
    broker_.acknowledge(command.packetId);
    EXPECT_EQ(messages(2)[1].kind, Kind::Queued);

    const std::string about = '{' + device + R"(,"queueItemId":"q-1")";
    broker_.publish(topic + "event/txack", about + '}', 2);
    broker_.publish(topic + "event/ack", about + R"(,"acknowledged":true})", 3);
    const auto all = messages(4);
    EXPECT_EQ(all[2].kind, Kind::Sent);
    EXPECT_EQ(all[3].kind, Kind::Acknowledged);
    for (std::size_t i = 1; i < 4; ++i) EXPECT_EQ(all[i].downlinkId, "q-1");
}

}  // namespace
}  // namespace runnel::chirpstack
