// SPDX-License-Identifier: Apache-2.0
#include "network_mqtt/tests/network_fixture.h"
#include "tts_dialect.h"

namespace runnel::tts {
namespace {

class TtsNetworkTest : public network_mqtt::test::NetworkFixture {
  protected:
    TtsNetworkTest() {
        settings_.version = mqtt::Version::V311;
        settings_.userName = "parking@ttn";
        settings_.password = "NNSXS.X";
    }
    std::unique_ptr<const network_mqtt::Dialect> dialect() const override {
        return std::make_unique<TtsDialect>("parking@ttn");
    }
};

/// The server grants QoS 0 and publishes with it: nothing is to be acknowledged.
TEST_F(TtsNetworkTest, UplinkAndDownlinkOverMqtt311) {
    using network_mqtt::test::PacketType;
    const std::string topic = "v3/parking@ttn/devices/bay-1/";
    const std::string ids = R"("end_device_ids":{"device_id":"bay-1","application_ids":)"
                            R"({"application_id":"parking"},"dev_eui":"0080E1150529E258"})";
    start();
    broker_.accept(false, mqtt::Reason::Success);
    EXPECT_EQ(broker_.connect().version, mqtt::Version::V311);
    EXPECT_EQ(broker_.connect().userName, "parking@ttn");
    EXPECT_EQ(broker_.connect().password, "NNSXS.X");
    broker_.publish(topic + "up", '{' + ids + R"(,"uplink_message":{"f_port":2}})", 0, 0);
    const Message uplink = messages(1)[0];

    Downlink downlink;
    downlink.id = "d-7";
    downlink.networkDevice = uplink.networkDevice;
    ASSERT_TRUE(network_->send(downlink));
    const auto push = broker_.expect(PacketType::Publish);
    EXPECT_EQ(push.topic, topic + "down/push");
    broker_.acknowledge(push.packetId);
    broker_.publish(topic + "down/sent",
                    '{' + ids + R"(,"downlink_sent":{"correlation_ids":["runnel:d-7"]}})", 0, 0);
    const auto all = messages(3);
    EXPECT_EQ(all[1].kind, Kind::Queued);
    EXPECT_EQ(all[1].downlinkId, "d-7");
    EXPECT_EQ(all[2].kind, Kind::Sent);
    EXPECT_EQ(all[2].downlinkId, "d-7");
    EXPECT_TRUE(core_.takeTickets().empty());
}

}  // namespace
}  // namespace runnel::tts
