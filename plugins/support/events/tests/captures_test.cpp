// SPDX-License-Identifier: Apache-2.0
// Every event of the two data files, compared with a second reading that shares no code with the
// plugin: Poco's base64 decoder, Poco's date parser, no JsonReader.
#include <Poco/Base64Decoder.h>
#include <Poco/DateTimeFormat.h>
#include <Poco/DateTimeParser.h>
#include <Poco/JSON/Array.h>
#include <Poco/JSON/Parser.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <sstream>

#include "events/chirpstack_event.h"
#include "events/tts_event.h"

namespace runnel::events {
namespace {

using Poco::JSON::Array;
using Poco::JSON::Object;

Array::Ptr load(const std::string& name) {
    std::ifstream file(std::string(DATA_FOLDER) + '/' + name);
    if (!file) return nullptr;
    std::stringstream text;
    text << file.rdbuf();
    return Poco::JSON::Parser().parse(text.str()).extract<Array::Ptr>();
}

std::string print(const Object::Ptr& object) {
    std::ostringstream out;
    object->stringify(out);
    return out.str();
}

Bytes base64(const std::string& text) {
    std::istringstream in(text);
    Poco::Base64Decoder decoder(in);
    return {std::istreambuf_iterator<char>(decoder), std::istreambuf_iterator<char>()};
}

/// Whole milliseconds; the fraction is cut, not rounded, as in the product.
Instant instant(const std::string& text) {
    int zone = 0;
    Poco::DateTime time = Poco::DateTimeParser::parse(Poco::DateTimeFormat::ISO8601_FORMAT,
                                                      text.substr(0, 19) + "Z", zone);
    int millis = 0;
    if (const auto dot = text.find('.'); dot != std::string::npos) {
        millis = std::stoi(text.substr(dot + 1, 3));
    }
    return Instant(std::chrono::milliseconds(time.timestamp().epochMicroseconds() / 1000 + millis));
}

std::uint64_t hexNumber(const std::string& text) {
    return std::stoull(text, nullptr, 16);
}

void expectReceptions(const Array::Ptr& list, const std::vector<Reception>& receptions,
                      bool isTheThings) {
    ASSERT_EQ(list->size(), receptions.size());
    for (unsigned i = 0; i < list->size(); ++i) {
        const Object::Ptr rx = list->getObject(i);
        const std::string gateway = isTheThings
                                        ? rx->getObject("gateway_ids")->getValue<std::string>("eui")
                                        : rx->getValue<std::string>("gatewayId");
        EXPECT_EQ(receptions[i].gateway, Eui{hexNumber(gateway)});
        EXPECT_EQ(receptions[i].rssiDbm, rx->getValue<int>("rssi"));
        EXPECT_FLOAT_EQ(receptions[i].snrDb, rx->optValue<float>("snr", 0));
        if (isTheThings) {
            EXPECT_EQ(receptions[i].time, instant(rx->getValue<std::string>("time")));
        } else {
            EXPECT_FALSE(receptions[i].time);
        }
    }
}

void expectChirpstack(const Object::Ptr& event, const Message& message) {
    const Object::Ptr info = event->getObject("deviceInfo");
    EXPECT_EQ(message.kind, Kind::Uplink);
    EXPECT_EQ(message.device, Eui{hexNumber(info->getValue<std::string>("devEui"))});
    EXPECT_EQ(message.networkDevice, info->getValue<std::string>("devEui"));
    EXPECT_EQ(message.networkApplication, info->getValue<std::string>("applicationId"));
    EXPECT_EQ(message.deviceName, info->getValue<std::string>("deviceName"));
    EXPECT_EQ(message.application, std::nullopt);
    EXPECT_EQ(message.originId, event->getValue<std::string>("deduplicationId"));
    EXPECT_EQ(message.isConfirmed, event->getValue<bool>("confirmed"));
    EXPECT_EQ(message.port, event->getValue<int>("fPort"));
    EXPECT_EQ(message.frameCounter, event->getValue<unsigned>("fCnt"));
    EXPECT_EQ(message.payload, base64(event->getValue<std::string>("data")));
    EXPECT_EQ(message.networkTime, instant(event->getValue<std::string>("time")));
    const Object::Ptr tx = event->getObject("txInfo");
    EXPECT_EQ(message.frequencyHz, tx->getValue<unsigned>("frequency"));
    const Object::Ptr lora = tx->getObject("modulation")->getObject("lora");
    EXPECT_EQ(message.dataRate, "SF" + lora->getValue<std::string>("spreadingFactor") + "BW" +
                                    std::to_string(lora->getValue<int>("bandwidth") / 1000));
    const std::map<std::string, std::string> regions{{"eu868", "EU868"},
                                                     {"us915_0", "US915"},
                                                     {"au915_0", "AU915"},
                                                     {"as923", "AS923"},
                                                     {"in865", "IN865"}};
    EXPECT_EQ(message.region, regions.at(event->getValue<std::string>("regionConfigId")));
    expectReceptions(event->getArray("rxInfo"), message.receptions, false);
}

void expectTheThings(const Object::Ptr& event, const Message& message) {
    const Object::Ptr ids = event->getObject("end_device_ids");
    const Object::Ptr up = event->getObject("uplink_message");
    EXPECT_EQ(message.kind, Kind::Uplink);
    EXPECT_EQ(message.device, Eui{hexNumber(ids->getValue<std::string>("dev_eui"))});
    EXPECT_EQ(message.application, Eui{hexNumber(ids->getValue<std::string>("join_eui"))});
    const auto application =
        ids->getObject("application_ids")->getValue<std::string>("application_id");
    const auto device = ids->getValue<std::string>("device_id");
    EXPECT_EQ(message.networkApplication, application);
    EXPECT_EQ(message.deviceName, device);
    EXPECT_EQ(message.networkDevice, application + "@ttn/" + device);
    EXPECT_EQ(message.originId, event->getArray("correlation_ids")->getElement<std::string>(0));
    EXPECT_EQ(message.isConfirmed, up->optValue<bool>("confirmed", false));
    EXPECT_EQ(message.port, up->optValue<int>("f_port", 0));
    EXPECT_EQ(message.frameCounter, up->optValue<unsigned>("f_cnt", 0));
    EXPECT_EQ(message.payload, base64(up->getValue<std::string>("frm_payload")));
    EXPECT_EQ(message.networkTime, instant(up->getValue<std::string>("received_at")));
    const Object::Ptr settings = up->getObject("settings");
    EXPECT_EQ(std::to_string(message.frequencyHz), settings->getValue<std::string>("frequency"));
    const Object::Ptr lora = settings->getObject("data_rate")->getObject("lora");
    EXPECT_EQ(message.dataRate, "SF" + lora->getValue<std::string>("spreading_factor") + "BW" +
                                    std::to_string(lora->getValue<int>("bandwidth") / 1000));
    const std::map<std::string, std::string> regions{{"EU_863_870", "EU868"},
                                                     {"US_902_928", "US915"},
                                                     {"AU_915_928", "AU915"},
                                                     {"AS_923", "AS923"},
                                                     {"IN_865_867", "IN865"}};
    EXPECT_EQ(message.region,
              regions.at(up->getObject("version_ids")->getValue<std::string>("band_id")));
    expectReceptions(up->getArray("rx_metadata"), message.receptions, true);
}

class CapturesTest : public testing::Test {
  protected:
    using Compare = void (*)(const Object::Ptr&, const Message&);
    using Read = Result<NetworkEvent> (*)(std::string_view);

    static void compareAll(const std::string& name, Read readEvent, Compare compare) {
        const Array::Ptr lines = load(name);
        if (!lines) GTEST_SKIP() << "no " << name << " in " << DATA_FOLDER;
        std::set<std::string> origins;
        for (unsigned i = 0; i < lines->size(); ++i) {
            SCOPED_TRACE(lines->getObject(i)->getValue<std::string>("id"));
            const Object::Ptr event = lines->getObject(i)->getObject("event");
            const auto read = readEvent(print(event));
            ASSERT_TRUE(read) << read.error().field << ' ' << read.error().reason;
            ASSERT_EQ(read->ignored, "");
            compare(event, read->message);
            origins.insert(read->message.originId);
            if (HasFailure()) return;
        }
        EXPECT_EQ(origins.size(), lines->size());
        EXPECT_EQ(lines->size(), 526U);
    }
};

TEST_F(CapturesTest, EveryChirpstackEventIsReadCompletely) {
    compareAll(
        "uplinks-chirpstack.json",
        [](std::string_view document) { return readChirpstackEvent(document, ""); },
        &expectChirpstack);
}

TEST_F(CapturesTest, EveryTheThingsEventIsReadCompletely) {
    compareAll("uplinks-tts.json", &readTheThingsEvent, &expectTheThings);
}

}  // namespace
}  // namespace runnel::events
