// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <span>

#include "events/base64.h"
#include "events/chirpstack_event.h"
#include "events/region_names.h"
#include "events/rfc3339.h"
#include "events/tts_event.h"

namespace runnel::events {
namespace {

struct Malformed {
    const char* document;
    const char* field;   ///< where
    const char* reason;  ///< part of what is said
};

#define CHIRPSTACK(MEMBERS) R"({"deviceInfo":{"devEui":"0080e1150529e258"},)" MEMBERS "}"
#define THE_THINGS(MEMBERS) R"({"end_device_ids":{"dev_eui":"0080E1150529E258"},)" MEMBERS "}"

const Malformed kChirpstack[] = {
    {"", "", "not JSON"},
    {"hello", "", "not JSON"},
    {"{", "", "not JSON"},
    {R"({"a":1)", "", "not JSON"},
    {R"({"a":NaN})", "", "not JSON"},
    {R"({"a":1e400})", "", "not JSON"},
    {"{\"a\":\"\xff\"}", "", "not JSON"},
    {"[]", "", "found a list"},
    {"7", "", "JSON"},
    {R"({"deviceInfo":{}})", "deviceInfo.devEui", "found nothing"},
    {R"({"deviceInfo":{"devEui":null}})", "deviceInfo.devEui", "found nothing"},
    {R"({"deviceInfo":{"devEui":"0080"}})", "deviceInfo.devEui", "found \"0080\""},
    {R"({"deviceInfo":{"devEui":12}})", "deviceInfo.devEui", "found 12"},
    {R"({"deviceInfo":[]})", "deviceInfo", "must be an object, found a list"},
    {CHIRPSTACK(R"("fPort":256)"), "fPort", "must be a whole number of 0 to 255, found 256"},
    {CHIRPSTACK(R"("fPort":-1)"), "fPort", "found -1"},
    {CHIRPSTACK(R"("fPort":1.5)"), "fPort", "found 1.5"},
    {CHIRPSTACK(R"("fPort":"1")"), "fPort", "found \"1\""},
    {CHIRPSTACK(R"("fPort":true)"), "fPort", "found true"},
    {CHIRPSTACK(R"("fPort":18446744073709551616)"), "fPort", "whole number"},
    {CHIRPSTACK(R"("fCnt":4294967296,"fPort":1)"), "fCnt", "4294967295"},
    {CHIRPSTACK(R"("data":"YQs1Hr8DAQBRADY")"), "data", "must be base64"},
    {CHIRPSTACK(R"("data":"YQs1*r8=")"), "data", "must be base64"},
    {CHIRPSTACK(R"("data":"YQs1\nHr8=")"), "data", "must be base64"},
    {CHIRPSTACK(R"("data":[1,2])"), "data", "must be a text, found a list"},
    {CHIRPSTACK(R"("data":"","confirmed":"no")"), "confirmed", "true or false"},
    {CHIRPSTACK(R"("fPort":1,"time":"yesterday")"), "time", "must be a time"},
    {CHIRPSTACK(R"("fPort":1,"time":"2025-02-30T00:00:00Z")"), "time", "must be a time"},
    {CHIRPSTACK(R"("rxInfo":{})"), "rxInfo", "list of objects"},
    {CHIRPSTACK(R"("rxInfo":[7])"), "rxInfo[0]", "must be an object, found 7"},
    {CHIRPSTACK(R"("rxInfo":[{},{"gatewayId":"x"}])"), "rxInfo[1].gatewayId", "found \"x\""},
    {CHIRPSTACK(R"("rxInfo":[{"rssi":"loud"}])"), "rxInfo[0].rssi", "must be a number"},
};

const Malformed kTheThings[] = {
    {R"({"end_device_ids":{},"uplink_message":{}})", "end_device_ids.dev_eui", "found nothing"},
    {THE_THINGS(R"("uplink_message":{"frm_payload":"A"})"), "uplink_message.frm_payload", "base64"},
    {THE_THINGS(R"("uplink_message":{"f_port":1000})"), "uplink_message.f_port", "0 to 255"},
    {THE_THINGS(R"("uplink_message":{"rx_metadata":[{"gateway_ids":{"eui":"1"}}]})"),
     "uplink_message.rx_metadata[0].gateway_ids.eui", "EUI"},
    {THE_THINGS(R"("correlation_ids":[1],"uplink_message":{})"), "correlation_ids", "texts"},
};

template <class Read>
void expectComplaints(std::span<const Malformed> documents, Read read) {
    for (const Malformed& malformed : documents) {
        const auto event = read(malformed.document);
        ASSERT_FALSE(event) << malformed.document;
        EXPECT_EQ(event.error().field, malformed.field) << malformed.document;
        EXPECT_NE(event.error().reason.find(malformed.reason), std::string::npos)
            << malformed.document << ": " << event.error().reason;
    }
}

TEST(MalformedTest, EveryComplaintNamesMemberAndReason) {
    expectComplaints(kChirpstack, [](const char* text) { return readChirpstackEvent(text, ""); });
    expectComplaints(kTheThings, [](const char* text) { return readTheThingsEvent(text); });
}

TEST(MalformedTest, DeepNestingIsRefused) {
    std::string document = R"({"deviceInfo":{"devEui":"0080e1150529e258"},"object":)";
    document += std::string(100'000, '[') + std::string(100'000, ']') + '}';
    EXPECT_FALSE(readChirpstackEvent(document, ""));
    document = R"({"deviceInfo":{"devEui":"0080e1150529e258"},"object":)" + std::string(20, '[') +
               std::string(20, ']') + '}';
    EXPECT_TRUE(readChirpstackEvent(document, ""));
}

TEST(MalformedTest, EveryCutOfADocumentIsRefused) {
    const std::string whole = CHIRPSTACK(R"("fPort":2,"data":"YQ==","rxInfo":[{"rssi":-5}])");
    ASSERT_TRUE(readChirpstackEvent(whole, ""));
    for (std::size_t size = 0; size < whole.size(); ++size) {
        EXPECT_FALSE(readChirpstackEvent(whole.substr(0, size), "")) << size;
    }
    EXPECT_FALSE(readChirpstackEvent(whole + '}', ""));
}

TEST(MalformedTest, LongIntegersElsewhereDoNotMatter) {
    const auto read = readChirpstackEvent(
        CHIRPSTACK(R"("fPort":2,"object":{"a":100000000000000000000,"b":"99999999999999999999"})"),
        "");
    EXPECT_TRUE(read);
}

TEST(MalformedTest, LongValuesAreCutInComplaints) {
    const std::string data(5000, '*');
    const auto read = readChirpstackEvent(
        R"({"deviceInfo":{"devEui":"0080e1150529e258"},"data":")" + data + "\"}", "");
    ASSERT_FALSE(read);
    EXPECT_LT(read.error().reason.size(), 100U);
}

TEST(Base64Test, RoundTripsEveryLength) {
    Bytes bytes;
    for (int i = 0; i < 70; ++i) {
        const std::string text = encodeBase64(bytes);
        EXPECT_EQ(text.size() % 4, 0U);
        EXPECT_EQ(decodeBase64(text), bytes);
        bytes.push_back(static_cast<std::uint8_t>(i * 37 + 250));
    }
}

TEST(Base64Test, KnownAnswers) {
    const auto encode = [](std::string_view text) {
        return encodeBase64(Bytes(text.begin(), text.end()));
    };
    EXPECT_EQ(encode("f"), "Zg==");
    EXPECT_EQ(encode("fo"), "Zm8=");
    EXPECT_EQ(encode("foobar"), "Zm9vYmFy");
    for (const char* wrong : {"Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "====", "=",
                              "Z===", "Zg==Zg==", "Zm9v\n", " Zm9", "-_-_"}) {
        EXPECT_FALSE(decodeBase64(wrong)) << wrong;
    }
}

TEST(Rfc3339Test, KnownAnswers) {
    const auto millis = [](std::string_view text) {
        const auto instant = parseRfc3339(text);
        return instant ? instant->time_since_epoch().count() : -1;
    };
    EXPECT_EQ(millis("1970-01-01T00:00:00Z"), 0);
    EXPECT_EQ(millis("2024-12-23T14:30:19.900961179+00:00"), 1734964219900);
    EXPECT_EQ(millis("2024-12-23T16:30:19.9+02:00"), 1734964219900);
    EXPECT_EQ(millis("2024-12-23T04:00:19-10:30"), 1734964219000);
    EXPECT_EQ(millis("2024-02-29T00:00:00Z"), 1709164800000);
    for (const char* wrong :
         {"", "2024", "2024-12-23", "2024-12-23T14:30:19", "2023-02-29T00:00:00Z",
          "2024-13-01T00:00:00Z", "2024-12-23T24:00:00Z", "2024-12-23T14:30:19.Z",
          "2024-12-23T14:30:19Zx", "1969-12-31T23:59:59Z", "2024-12-23T14:30:19+2:00"}) {
        EXPECT_EQ(millis(wrong), -1) << wrong;
    }
}

TEST(RegionNamesTest, BothServersNamesBecomeTheCommonOne) {
    const std::pair<const char*, const char*> names[] = {{"eu868", "EU868"},
                                                         {"us915_0", "US915"},
                                                         {"us915_7", "US915"},
                                                         {"as923", "AS923"},
                                                         {"as923_2", "AS923-2"},
                                                         {"cn470_10", "CN470"},
                                                         {"EU_863_870", "EU868"},
                                                         {"AS_923_3", "AS923-3"},
                                                         {"EU_433", "EU433"},
                                                         {"CN_470_510_20_A", "CN470"},
                                                         {"ISM_2400", "ISM2400"},
                                                         {"EU868", "EU868"},
                                                         {"AS923-4", "AS923-4"},
                                                         {"eu868_custom", "EU868"},
                                                         {"", ""},
                                                         {"mars", ""}};
    for (const auto& [name, wanted] : names) EXPECT_EQ(commonRegionName(name), wanted) << name;
}

}  // namespace
}  // namespace runnel::events
