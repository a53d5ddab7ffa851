// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <set>

#include "events/chirpstack_event.h"
#include "events/tts_event.h"

namespace runnel::events {
namespace {

const std::string kDevice = R"("deviceInfo":{"applicationId":"a-1","deviceName":"Bay 1",)"
                            R"("devEui":"0080E1150529e258","tags":{}},)"
                            R"("time":"2024-12-23T14:30:19.5Z","deduplicationId":"d-1")";

NetworkEvent chirpstack(const std::string& members, std::string_view event = "") {
    const auto read =
        readChirpstackEvent('{' + kDevice + (members.empty() ? "" : ",") + members + '}', event);
    EXPECT_TRUE(read) << read.error().field << ' ' << read.error().reason;
    return read ? *read : NetworkEvent{};
}

NetworkEvent theThings(const std::string& members) {
    const auto read = readTheThingsEvent(
        R"({"end_device_ids":{"device_id":"bay-1","application_ids":{"application_id":"parking"},)"
        R"("dev_eui":"0080E1150529E258","join_eui":"0102030405060708"},)"
        R"("correlation_ids":["as:up:01"],"received_at":"2024-12-23T14:30:19.5Z",)" +
        members + '}');
    EXPECT_TRUE(read) << read.error().field << ' ' << read.error().reason;
    return read ? *read : NetworkEvent{};
}

const Instant kTime{std::chrono::milliseconds{1'734'964'219'500}};

TEST(ChirpstackEventTest, ZerosMayBeLeftOut) {
    const Message message = chirpstack(R"("rxInfo":[{"gatewayId":"0a90a8f9b32b5434"},{}])").message;
    EXPECT_EQ(message.kind, Kind::Uplink);
    EXPECT_EQ(message.port, 0);
    EXPECT_EQ(message.frameCounter, 0U);
    EXPECT_TRUE(message.payload.empty());
    ASSERT_EQ(message.receptions.size(), 2U);
    EXPECT_EQ(message.receptions[0].gateway, Eui{0x0a90a8f9b32b5434});
    EXPECT_EQ(message.receptions[0].rssiDbm, 0);
    EXPECT_EQ(message.receptions[0].snrDb, 0.0F);
    EXPECT_FALSE(message.receptions[1].gateway);
    EXPECT_EQ(message.networkDevice, "0080e1150529e258");
    EXPECT_EQ(message.networkTime, kTime);
}

TEST(ChirpstackEventTest, RadioFiguresNeverCauseARefusal) {
    const Message message =
        chirpstack(R"("rxInfo":[{"rssi":-99999,"snr":1e9}],"txInfo":{"frequency":9e18,)"
                   R"("modulation":{"lora":{"spreadingFactor":13,"bandwidth":125000}}})")
            .message;
    EXPECT_EQ(message.receptions[0].rssiDbm, -32768);
    EXPECT_EQ(message.frequencyHz, 0U);
    EXPECT_EQ(message.dataRate, "SF13BW125");
}

TEST(ChirpstackEventTest, GatewayTimeIsTheReceptionsTime) {
    const Message message =
        chirpstack(R"("rxInfo":[{"gwTime":"2024-12-23T16:30:19.5+02:00","nsTime":"x"}])").message;
    EXPECT_EQ(message.receptions[0].time, kTime);
}

TEST(ChirpstackEventTest, RegionMayComeFromTheReception) {
    const Message message =
        chirpstack(R"("rxInfo":[{"metadata":{"region_common_name":"KR920"}}])").message;
    EXPECT_EQ(message.region, "KR920");
}

TEST(ChirpstackEventTest, OtherModulationsHaveNames) {
    const auto rate = [](const std::string& modulation) {
        return chirpstack(R"("fPort":1,"txInfo":{"modulation":)" + modulation + '}')
            .message.dataRate;
    };
    EXPECT_EQ(rate(R"({"fsk":{"datarate":50000}})"), "FSK50");
    EXPECT_EQ(rate(R"({"lrFhss":{"operatingChannelWidth":137000}})"), "LRFHSS137");
    EXPECT_EQ(rate("{}"), "");
}

TEST(ChirpstackEventTest, ApplicationEuiComesFromTags) {
    const auto read = readChirpstackEvent(
        R"({"deviceInfo":{"devEui":"0080e1150529e258","tags":{"appEui":"70B3D57ED0000001"}}})",
        "up");
    ASSERT_TRUE(read);
    EXPECT_EQ(read->message.application, Eui{0x70B3D57ED0000001});
}

TEST(ChirpstackEventTest, JoinIsAnEvent) {
    for (const auto& event : {chirpstack(R"("devAddr":"00189440")"), chirpstack("", "join")}) {
        EXPECT_EQ(event.message.kind, Kind::Join);
        EXPECT_EQ(event.message.originId, "join:d-1");
        EXPECT_EQ(event.message.deviceName, "Bay 1");
    }
}

TEST(ChirpstackEventTest, AcknowledgementNamesItsQueueItem) {
    const auto ack = chirpstack(R"("queueItemId":"q-1","acknowledged":true,"fCntDown":7)");
    EXPECT_EQ(ack.message.kind, Kind::Acknowledged);
    EXPECT_EQ(ack.queueItem, "q-1");
    EXPECT_EQ(ack.message.frameCounter, 7U);
    EXPECT_NE(ack.message.originId, "d-1");  // the id of the uplink that brought it
    EXPECT_EQ(chirpstack(R"("queueItemId":"q-1")").message.kind, Kind::NotAcknowledged);
    EXPECT_EQ(chirpstack(R"("queueItemId":"q-1","acknowledged":false)", "ack").message.kind,
              Kind::NotAcknowledged);
}

TEST(ChirpstackEventTest, TransmissionWithoutQueueItemIsIgnored) {
    const std::string tx = R"("gatewayId":"0a90a8f9b32b5434","txInfo":{},"downlinkId":5)";
    EXPECT_EQ(chirpstack(tx + R"(,"queueItemId":"q-1")").message.kind, Kind::Sent);
    EXPECT_EQ(chirpstack(tx + R"(,"queueItemId":"q-1")").ignored, "");
    EXPECT_NE(chirpstack(tx + R"(,"queueItemId":"")").ignored, "");
    EXPECT_NE(chirpstack(tx, "txack").ignored, "");
}

TEST(ChirpstackEventTest, ErrorAboutAQueueItemIsAFailure) {
    const auto failed =
        chirpstack(R"("level":"ERROR","code":"DOWNLINK_PAYLOAD_SIZE","description":"too long",)"
                   R"("context":{"queue_item_id":"q-1","item_size":"99"})");
    EXPECT_EQ(failed.message.kind, Kind::Failed);
    EXPECT_EQ(failed.queueItem, "q-1");
    EXPECT_EQ(failed.message.text, "DOWNLINK_PAYLOAD_SIZE: too long");
    EXPECT_EQ(failed.ignored, "");
    EXPECT_NE(chirpstack(R"("level":"ERROR","code":"UPLINK_CODEC","description":"x")").ignored, "");
    EXPECT_NE(chirpstack(R"("level":"INFO","context":{"queue_item_id":"q-1"})").ignored, "");
    const auto expired =
        chirpstack(R"("level":"ERROR","code":"EXPIRED","context":{"queue_item_id":"q-1"})", "log");
    EXPECT_EQ(expired.message.kind, Kind::Expired);
}

TEST(ChirpstackEventTest, StatusAndLocationKeepTheirFigures) {
    const auto status = chirpstack(R"("margin":7,"batteryLevel":98.5,"externalPowerSource":false)");
    EXPECT_EQ(status.message.kind, Kind::DeviceStatus);
    EXPECT_EQ(valueOr(status.message.extra, "batteryLevel", 0.0), 98.5);
    EXPECT_EQ(valueOr(status.message.extra, "margin", 0.0), 7.0);
    const auto location = chirpstack(R"("location":{"latitude":45.5,"source":"GPS"})");
    EXPECT_EQ(location.message.kind, Kind::Location);
    EXPECT_EQ(valueOr(location.message.extra, "latitude", 0.0), 45.5);
    EXPECT_EQ(valueOr<std::string>(location.message.extra, "source", ""), "GPS");
}

TEST(ChirpstackEventTest, UnknownEventIsIgnored) {
    EXPECT_NE(chirpstack("", "integration").ignored, "");
    EXPECT_NE(chirpstack(R"("integrationName":"loracloud")").ignored, "");
    EXPECT_NE(chirpstack("", "somethingnew").ignored, "");
}

TEST(TheThingsEventTest, EveryZeroMayBeLeftOut) {
    const Message message =
        theThings(R"("uplink_message":{"rx_metadata":[{"gateway_ids":{"gateway_id":)"
                  R"("packetbroker"},"rssi":-80}]})")
            .message;
    EXPECT_EQ(message.kind, Kind::Uplink);
    EXPECT_EQ(message.port, 0);
    EXPECT_FALSE(message.isConfirmed);
    EXPECT_TRUE(message.payload.empty());
    ASSERT_EQ(message.receptions.size(), 1U);
    EXPECT_FALSE(message.receptions[0].gateway);
    EXPECT_EQ(message.receptions[0].rssiDbm, -80);
    EXPECT_EQ(message.networkDevice, "parking/bay-1");
    EXPECT_EQ(message.application, Eui{0x0102030405060708});
    EXPECT_EQ(message.networkTime, kTime);
    EXPECT_EQ(message.originId, "as:up:01");
}

TEST(TheThingsEventTest, FrameIdentifiesTheMessageWithoutCorrelation) {
    const std::string document = R"({"end_device_ids":{"dev_eui":"0080E1150529E258"},)"
                                 R"("uplink_message":{"session_key_id":"abc","f_cnt":9}})";
    EXPECT_EQ(readTheThingsEvent(document)->message.originId, "abc:9:0080E1150529E258");
    const auto bare = readTheThingsEvent(
        R"({"end_device_ids":{"dev_eui":"0080E1150529E258"},"uplink_message":{}})");
    EXPECT_EQ(bare->message.originId.size(), 40U);
}

TEST(TheThingsEventTest, DownlinkEventsNameTheDownlink) {
    const std::pair<const char*, Kind> events[] = {{"downlink_queued", Kind::Queued},
                                                   {"downlink_sent", Kind::Sent},
                                                   {"downlink_ack", Kind::Acknowledged},
                                                   {"downlink_nack", Kind::NotAcknowledged}};
    std::set<std::string> origins;
    for (const auto& [name, kind] : events) {
        const auto event =
            theThings('"' + std::string(name) +
                      R"(":{"f_port":2,"confirmed":true,"correlation_ids":["x","runnel:d-7"]})");
        EXPECT_EQ(event.message.kind, kind);
        EXPECT_EQ(event.message.downlinkId, "d-7");
        EXPECT_EQ(event.message.port, 2);
        EXPECT_TRUE(event.message.isConfirmed);
        origins.insert(event.message.originId);
    }
    EXPECT_EQ(origins.size(), 4U);
}

TEST(TheThingsEventTest, FailureHasItsReason) {
    const auto event =
        theThings(R"("downlink_failed":{"downlink":{"correlation_ids":["runnel:d-7"]},)"
                  R"("error":{"name":"device_not_found","message_format":"no such device"}})");
    EXPECT_EQ(event.message.kind, Kind::Failed);
    EXPECT_EQ(event.message.downlinkId, "d-7");
    EXPECT_EQ(event.message.text, "device_not_found: no such device");
}

TEST(TheThingsEventTest, OtherEvents) {
    EXPECT_EQ(theThings(R"("join_accept":{"session_key_id":"x"})").message.kind, Kind::Join);
    const auto location =
        theThings(R"("location_solved":{"service":"x","location":{"latitude":1.5}})");
    EXPECT_EQ(location.message.kind, Kind::Location);
    EXPECT_EQ(valueOr(location.message.extra, "latitude", 0.0), 1.5);
    EXPECT_NE(theThings(R"("service_data":{})").ignored, "");
    EXPECT_NE(theThings(R"("uplink_normalized":{})").ignored, "");
    EXPECT_NE(theThings(R"("downlink_queue_invalidated":{"downlinks":[]})").ignored, "");
}

TEST(TheThingsEventTest, DeviceAddressIsTakenApart) {
    const auto device = parseTheThingsDevice("parking@acme/bay-1");
    ASSERT_TRUE(device);
    EXPECT_EQ(device->application, "parking");
    EXPECT_EQ(device->device, "bay-1");
    EXPECT_TRUE(parseTheThingsDevice("parking/bay-1"));
    for (const char* wrong : {"", "bay-1", "/bay-1", "parking/", "parking/../x", "parking/bay 1"}) {
        EXPECT_FALSE(parseTheThingsDevice(wrong)) << wrong;
    }
}

}  // namespace
}  // namespace runnel::events
