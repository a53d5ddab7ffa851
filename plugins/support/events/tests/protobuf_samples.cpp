// SPDX-License-Identifier: Apache-2.0
#include "protobuf_samples.h"

#include <Poco/Base64Decoder.h>
#include <Poco/DateTimeFormat.h>
#include <Poco/DateTimeParser.h>
#include <Poco/JSON/Array.h>

#include <cmath>
#include <cstdint>
#include <iterator>
#include <map>
#include <protozero/pbf_writer.hpp>
#include <sstream>

namespace runnel::events::test {

namespace {

using Object = Poco::JSON::Object;
using Writer = protozero::pbf_writer;

std::string bytes(const std::string& base64) {
    std::istringstream in(base64);
    Poco::Base64Decoder decoder(in);
    return {std::istreambuf_iterator<char>(decoder), std::istreambuf_iterator<char>()};
}

std::string timestamp(const std::string& text) {
    int zone = 0;
    const auto time = Poco::DateTimeParser::parse(Poco::DateTimeFormat::ISO8601_FORMAT,
                                                  text.substr(0, 19) + "Z", zone);
    std::string out;
    Writer writer(out);
    writer.add_int64(1, time.timestamp().epochTime());
    if (const auto dot = text.find('.'); dot != std::string::npos) {
        std::string fraction = text.substr(dot + 1, text.find_first_of("Z+-", dot) - dot - 1);
        fraction.resize(9, '0');
        writer.add_int32(2, std::stoi(fraction));
    }
    return out;
}

void addTime(Writer& writer, unsigned number, const Object::Ptr& json, const char* name) {
    if (json->has(name)) {
        writer.add_message(number, timestamp(json->getValue<std::string>(name)));
    }
}

/// As proto3: a zero is not written.
void addText(Writer& writer, unsigned number, const Object::Ptr& json, const char* name) {
    const auto text = json->optValue<std::string>(name, "");
    if (!text.empty()) writer.add_string(number, text);
}

void addNumber(Writer& writer, unsigned number, const Object::Ptr& json, const char* name) {
    const auto value = json->optValue<std::uint64_t>(name, 0);
    if (value != 0) writer.add_uint64(number, value);
}

void addBool(Writer& writer, unsigned number, const Object::Ptr& json, const char* name) {
    if (json->optValue<bool>(name, false)) writer.add_bool(number, true);
}

void addMap(Writer& writer, unsigned number, const Object::Ptr& map) {
    if (!map) return;
    for (const auto& [key, value] : *map) {
        std::string out;
        Writer entry(out);
        entry.add_string(1, key);
        entry.add_string(2, value.convert<std::string>());
        writer.add_message(number, out);
    }
}

std::string deviceInfo(const Object::Ptr& json) {
    std::string out;
    Writer writer(out);
    addText(writer, 1, json, "tenantId");
    addText(writer, 2, json, "tenantName");
    addText(writer, 3, json, "applicationId");
    addText(writer, 4, json, "applicationName");
    addText(writer, 5, json, "deviceProfileId");
    addText(writer, 6, json, "deviceProfileName");
    addText(writer, 7, json, "deviceName");
    addText(writer, 8, json, "devEui");
    addMap(writer, 9, json->getObject("tags"));
    return out;
}

std::string modulation(const Object::Ptr& json) {
    std::string out;
    Writer writer(out);
    std::string parameters;
    Writer inner(parameters);
    if (const auto lora = json->getObject("lora")) {
        addNumber(inner, 1, lora, "bandwidth");
        addNumber(inner, 2, lora, "spreadingFactor");
        inner.add_enum(5, 1);
        writer.add_message(3, parameters);
    } else if (const auto fsk = json->getObject("fsk")) {
        addNumber(inner, 1, fsk, "frequencyDeviation");
        addNumber(inner, 2, fsk, "datarate");
        writer.add_message(4, parameters);
    } else if (const auto lrFhss = json->getObject("lrFhss")) {
        addNumber(inner, 1, lrFhss, "operatingChannelWidth");
        inner.add_uint32(3, 8);
        writer.add_message(5, parameters);
    }
    return out;
}

std::string reception(const Object::Ptr& json) {
    std::string out;
    Writer writer(out);
    addText(writer, 1, json, "gatewayId");
    addNumber(writer, 2, json, "uplinkId");
    addTime(writer, 3, json, "gwTime");
    addTime(writer, 17, json, "nsTime");
    if (json->has("rssi")) writer.add_int32(6, json->getValue<int>("rssi"));
    if (json->has("snr")) writer.add_float(7, json->getValue<float>("snr"));
    addNumber(writer, 8, json, "channel");
    if (json->has("context")) writer.add_bytes(13, bytes(json->getValue<std::string>("context")));
    addMap(writer, 15, json->getObject("metadata"));
    writer.add_enum(16, 2);
    return out;
}

void addUplink(Writer& writer, const Object::Ptr& json) {
    addText(writer, 4, json, "devAddr");
    addBool(writer, 5, json, "adr");
    addNumber(writer, 6, json, "dr");
    addNumber(writer, 7, json, "fCnt");
    addNumber(writer, 8, json, "fPort");
    addBool(writer, 9, json, "confirmed");
    if (json->has("data")) writer.add_bytes(10, bytes(json->getValue<std::string>("data")));
    if (json->has("object")) writer.add_message(11, std::string("\x0a\x03\x0a\x01x", 5));
    if (const auto list = json->getArray("rxInfo")) {
        for (unsigned i = 0; i < list->size(); ++i) {
            writer.add_message(12, reception(list->getObject(i)));
        }
    }
    if (const auto txInfo = json->getObject("txInfo")) {
        std::string out;
        Writer inner(out);
        addNumber(inner, 1, txInfo, "frequency");
        if (const auto parameters = txInfo->getObject("modulation")) {
            inner.add_message(2, modulation(parameters));
        }
        writer.add_message(13, out);
    }
    addText(writer, 16, json, "regionConfigId");
}

void addLog(Writer& writer, const Object::Ptr& json) {
    static const std::map<std::string, int> numbers{
        {"INFO", 0}, {"WARNING", 1}, {"ERROR", 2},        {"DOWNLINK_PAYLOAD_SIZE", 1},
        {"", 0},     {"OTAA", 4},    {"UPLINK_CODEC", 2}, {"EXPIRED", 11}};
    writer.add_enum(3, numbers.at(json->optValue<std::string>("level", "")));
    writer.add_enum(4, numbers.at(json->optValue<std::string>("code", "")));
    addText(writer, 5, json, "description");
    addMap(writer, 6, json->getObject("context"));
}

void addStatus(Writer& writer, const Object::Ptr& json) {
    if (json->has("margin")) writer.add_int32(5, json->getValue<int>("margin"));
    addBool(writer, 6, json, "externalPowerSource");
    addBool(writer, 7, json, "batteryLevelUnavailable");
    if (json->has("batteryLevel")) writer.add_float(8, json->getValue<float>("batteryLevel"));
}

std::string place(const Object::Ptr& json) {
    std::string out;
    Writer writer(out);
    unsigned number = 0;
    for (const char* name : {"latitude", "longitude", "altitude"}) {
        ++number;
        if (json->has(name)) writer.add_double(number, json->getValue<double>(name));
    }
    if (json->optValue<std::string>("source", "") == "GPS") writer.add_enum(4, 1);
    if (json->has("accuracy")) writer.add_float(5, json->getValue<float>("accuracy"));
    return out;
}

/// What only this event has.
void addOwn(Writer& writer, const Object::Ptr& json, const std::string& event) {
    if (event == "up") {
        addUplink(writer, json);
    } else if (event == "join") {
        addText(writer, 7, json, "regionConfigId");
    } else if (event == "ack") {
        addText(writer, 4, json, "queueItemId");
        addBool(writer, 5, json, "acknowledged");
        addNumber(writer, 6, json, "fCntDown");
    } else if (event == "txack") {
        addText(writer, 4, json, "queueItemId");
        addNumber(writer, 5, json, "fCntDown");
    } else if (event == "log") {
        addLog(writer, json);
    } else if (event == "status") {
        addStatus(writer, json);
    } else if (event == "location") {
        writer.add_message(4, place(json->getObject("location")));
    }
}

}  // namespace

std::string protobufOf(const Object::Ptr& json, const std::string& event) {
    std::string out;
    Writer writer(out);
    const bool isLog = event == "log";
    if (event == "txack") {
        addNumber(writer, 1, json, "downlinkId");
    } else if (!isLog) {
        addText(writer, 1, json, "deduplicationId");
    }
    addTime(writer, isLog ? 1 : 2, json, "time");
    if (json->has("deviceInfo")) {
        writer.add_message(isLog ? 2 : 3, deviceInfo(json->getObject("deviceInfo")));
    }
    addOwn(writer, json, event);
    return out;
}

}  // namespace runnel::events::test
