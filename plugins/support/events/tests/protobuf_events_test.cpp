// SPDX-License-Identifier: Apache-2.0
#include <Poco/JSON/Parser.h>
#include <gtest/gtest.h>

#include <protozero/pbf_writer.hpp>
#include <random>

#include "events/chirpstack_event.h"
#include "events/chirpstack_protobuf.h"
#include "protobuf_samples.h"
#include "same_event.h"

namespace runnel::events {
namespace {

using Writer = protozero::pbf_writer;

const std::string kDevice = R"("deviceInfo":{"applicationId":"a-1","deviceName":"Bäy 1",)"
                            R"("devEui":"0080E1150529e258","tags":{"x":"y"}},)"
                            R"("time":"2024-12-23T14:30:19.5Z","deduplicationId":"d-1")";

std::string json(const std::string& members) {
    return '{' + kDevice + (members.empty() ? "" : ",") + members + '}';
}

std::string protobuf(const std::string& document, const std::string& event) {
    const auto root = Poco::JSON::Parser().parse(document);
    return test::protobufOf(root.extract<Poco::JSON::Object::Ptr>(), event);
}

struct Sample {
    const char* event;
    const char* members;
};

const Sample kSamples[] = {
    {"up", R"("fPort":0,"data":"","rxInfo":[{"rssi":0},{"gatewayId":"0a90a8f9b32b5434"}])"},
    {"up", R"("fPort":2,"data":"YQs1","confirmed":true,"fCnt":4294967295,"rxInfo":[)"
           R"({"gwTime":"2024-12-23T14:30:19.123456789Z","rssi":-127,"snr":-9.25},)"
           R"({"metadata":{"region_common_name":"KR920"}}],"txInfo":{"frequency":903000000,)"
           R"("modulation":{"lora":{"bandwidth":500000,"spreadingFactor":8}}})"},
    {"up", R"("fPort":2,"rxInfo":[{"rssi":-99999,"snr":1e9}],"regionConfigId":"us915_0",)"
           R"("txInfo":{"modulation":{"fsk":{"datarate":50000,"frequencyDeviation":25000}}})"},
    {"up", R"("txInfo":{"modulation":{"lrFhss":{"operatingChannelWidth":137000}}})"},
    {"join", R"("devAddr":"00189440","regionConfigId":"eu868")"},
    {"ack", R"("queueItemId":"q-1","acknowledged":true,"fCntDown":7)"},
    {"ack", R"("queueItemId":"q-1")"},
    {"ack", R"("acknowledged":true)"},
    {"txack", R"("queueItemId":"q-1","downlinkId":5,"fCntDown":9)"},
    {"txack", R"("downlinkId":5)"},
    {"log", R"("level":"ERROR","code":"DOWNLINK_PAYLOAD_SIZE","description":"too long",)"
            R"("context":{"queue_item_id":"q-1","item_size":"99"})"},
    {"log", R"("level":"ERROR","code":"EXPIRED","context":{"queue_item_id":"q-1"})"},
    {"log", R"("level":"WARNING","code":"UPLINK_CODEC","context":{"queue_item_id":"q-1"})"},
    {"log", R"("level":"ERROR","code":"OTAA","description":"no")"},
    {"status", R"("margin":-7,"batteryLevel":92.126,"externalPowerSource":false,)"
               R"("batteryLevelUnavailable":true)"},
    {"location", R"("location":{"latitude":45.5,"longitude":-1.25,"source":"GPS",)"
                 R"("accuracy":12.7})"},
    {"integration", R"("integrationName":"loracloud")"},
};

TEST(ChirpstackProtobufTest, EveryEventIsWhatItIsInJson) {
    for (const Sample& sample : kSamples) {
        const std::string document = json(sample.members);
        SCOPED_TRACE(std::string(sample.event) + ' ' + document);
        const auto fromJson = readChirpstackEvent(document, sample.event);
        const auto fromProtobuf =
            readChirpstackProtobuf(protobuf(document, sample.event), sample.event);
        ASSERT_TRUE(fromJson) << fromJson.error().field << ' ' << fromJson.error().reason;
        ASSERT_TRUE(fromProtobuf) << fromProtobuf.error().field << ' '
                                  << fromProtobuf.error().reason;
        test::expectSameEvent(*fromJson, *fromProtobuf);
    }
}

TEST(ChirpstackProtobufTest, ApplicationEuiComesFromTags) {
    const std::string document =
        R"({"deviceInfo":{"devEui":"0080e1150529e258","tags":{"appEui":"70B3D57ED0000001",)"
        R"("join_eui":"0102030405060708","joinEui":"unknown"}}})";
    const auto read = readChirpstackProtobuf(protobuf(document, "up"), "up");
    ASSERT_TRUE(read);
    EXPECT_EQ(read->message.application, Eui{0x0102030405060708});
}

/// An uplink with one more field, written by `add`.
template <class Add>
Error complaintAbout(Add add) {
    std::string document = protobuf(json(""), "up");
    Writer writer(document);
    add(writer);
    const auto read = readChirpstackProtobuf(document, "up");
    return read ? Error{"none", "none"} : read.error();
}

template <class Add>
std::string message(Add add) {
    std::string out;
    Writer writer(out);
    add(writer);
    return out;
}

TEST(ChirpstackProtobufTest, ComplaintNamesTheField) {
    EXPECT_EQ(complaintAbout([](Writer& w) { w.add_uint32(8, 256); }).reason,
              "must be a whole number of 0 to 255, found 256");
    EXPECT_EQ(complaintAbout([](Writer& w) { w.add_uint32(8, 256); }).field, "fPort");
    EXPECT_EQ(complaintAbout([](Writer& w) { w.add_uint64(7, 1ULL << 32U); }).field, "fCnt");
    EXPECT_EQ(complaintAbout([](Writer& w) { w.add_string(8, "1"); }).reason,
              "must be written as a whole number, found a text, bytes or a message");
    EXPECT_EQ(complaintAbout([](Writer& w) { w.add_uint32(12, 1); }).field, "rxInfo");
    EXPECT_EQ(complaintAbout([](Writer& w) { w.add_string(1, "\xff"); }).reason,
              "must be a text in UTF-8");
    EXPECT_EQ(complaintAbout([](Writer& w) { w.add_string(1, "\xed\xa0\x80"); }).field,
              "deduplicationId");
    EXPECT_EQ(complaintAbout([](Writer& w) { w.add_string(1, "caf\xc3"); }).field,
              "deduplicationId");
    EXPECT_EQ(complaintAbout([](Writer& w) { w.add_string(1, "\x80"); }).field, "deduplicationId");
    const auto rx = [](Writer& w) {
        w.add_message(12, std::string());
        w.add_message(12, message([](Writer& inner) { inner.add_string(1, "x"); }));
    };
    EXPECT_EQ(complaintAbout(rx).field, "rxInfo[1].gatewayId");
    const auto early = [](Writer& w) {
        w.add_message(2, message([](Writer& inner) { inner.add_int64(1, -1); }));
    };
    EXPECT_EQ(complaintAbout(early).field, "time");
    const auto device = [](Writer& w) {
        w.add_message(3, message([](Writer& inner) { inner.add_string(8, "0080"); }));
    };
    EXPECT_EQ(complaintAbout(device).field, "deviceInfo.devEui");
    EXPECT_EQ(readChirpstackProtobuf("", "up").error().field, "deviceInfo.devEui");
}

TEST(ChirpstackProtobufTest, JsonIsNoProtobuf) {
    for (const Sample& sample : kSamples) {
        if (sample.event == std::string("integration")) continue;
        const auto read = readChirpstackProtobuf(json(sample.members), sample.event);
        ASSERT_FALSE(read);
        EXPECT_NE(read.error().reason, "");
    }
}

TEST(ChirpstackProtobufTest, LaterFieldsAreSkipped) {
    const auto more = [](Writer& w) {
        w.add_message(14, std::string("\x0a"));
        w.add_uint32(900, 7);
        w.add_fixed64(901, 7);
        w.add_fixed32(902, 7);
    };
    EXPECT_EQ(complaintAbout(more).field, "none");
}

TEST(ChirpstackProtobufTest, HostileBytesNeitherThrowNorHang) {
    const auto seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 dice(seed);
    for (const Sample& sample : kSamples) {
        const std::string whole = protobuf(json(sample.members), sample.event);
        for (std::size_t size = 0; size < whole.size(); ++size) {
            static_cast<void>(readChirpstackProtobuf(whole.substr(0, size), sample.event));
        }
        for (int i = 0; i < 2000; ++i) {
            std::string broken = whole;
            for (int k = 0; k < 3; ++k) broken[dice() % broken.size()] = static_cast<char>(dice());
            static_cast<void>(readChirpstackProtobuf(broken, sample.event));
        }
    }
}

}  // namespace
}  // namespace runnel::events
