// SPDX-License-Identifier: Apache-2.0
#include "samples.h"

#include <limits>
#include <random>
#include <utility>

namespace runnel {
namespace {

constexpr Eui kDevice{0x0080E1150529E258};

Message usualUplink() {
    Message message;
    message.position = 4711;
    message.kind = Kind::Uplink;
    message.port = 2;
    message.device = kDevice;
    message.application = Eui{0x0102030405060708};
    message.frameCounter = 17;
    message.frequencyHz = 868'100'000;
    message.region = "EU868";
    message.dataRate = "SF7BW125";
    message.networkTime = Instant{std::chrono::seconds{1'734'964'219}};
    message.brokerTime = Instant{std::chrono::seconds{1'734'964'220}};
    message.payload = {0x09, 0x47, 0xA4, 0xBD, 0x92};
    message.receptions = {{Eui{0xAABBCCDDEEFF0011}, -39, 11.5F, std::nullopt}};
    message.network = "office";
    message.deviceName = "Bay 1";
    return message;
}

template <class Change>
EncodeSample changed(std::string name, Change change) {
    EncodeSample sample{std::move(name), usualUplink(), true, {}, {}, false};
    change(sample);
    return sample;
}

Fields strangeFields() {
    const double infinity = std::numeric_limits<double>::infinity();
    return {{"", {}},
            {"quote \" and \xFF", {std::string{"\xC3 \x01 \"\\"}}},
            {"real", {infinity}},
            {"list", {List{{true}, {std::int64_t{-1}}, {Fields{{"deep", {0.1}}}}}}}};
}

void addPayloads(std::vector<EncodeSample>& samples) {
    samples.push_back(changed("a usual uplink", [](EncodeSample&) {}));
    samples.push_back(changed("an uplink without payload",
                              [](EncodeSample& sample) { sample.message.payload.clear(); }));
    samples.push_back(changed("an uplink of 242 bytes on port 255, all numbers at their maximum",
                              [](EncodeSample& sample) {
                                  sample.message.payload.assign(242, 0xFF);
                                  sample.message.port = 255;
                                  sample.message.position = (Position{1} << 53) - 1;
                                  sample.message.frameCounter =
                                      std::numeric_limits<std::uint32_t>::max();
                                  sample.message.frequencyHz =
                                      std::numeric_limits<std::uint32_t>::max();
                                  sample.message.isConfirmed = true;
                                  sample.isReplay = true;
                              }));
    samples.push_back(changed("an uplink with decoded fields",
                              [](EncodeSample& sample) { sample.decoded = strangeFields(); }));
    samples.push_back(changed("an uplink with a decode error", [](EncodeSample& sample) {
        sample.decodeError = Error{"decodeUplink", "answered \"\xFF\""};
    }));
}

void addUnknowns(std::vector<EncodeSample>& samples) {
    samples.push_back(changed("an uplink without receptions", [](EncodeSample& sample) {
        sample.message.receptions.clear();
        sample.hasReception = false;
    }));
    samples.push_back(
        changed("an uplink whose reception names no gateway", [](EncodeSample& sample) {
            sample.message.receptions.front().gateway.reset();
            sample.message.receptions.front().snrDb = std::numeric_limits<float>::quiet_NaN();
        }));
    samples.push_back(changed("an uplink without application",
                              [](EncodeSample& sample) { sample.message.application.reset(); }));
    samples.push_back(changed("an uplink with defaults only", [](EncodeSample& sample) {
        sample.message = Message{};
        sample.hasReception = false;
    }));
    for (const char* name : {"", "\xFF\xFE not UTF-8", "\"],{\\\n</a>&\x01", "\xED\xA0\x80",
                             "\xF0\x9F\x98\x80 emoji", "{{name}}"}) {
        samples.push_back(changed("a device with a strange name", [&](EncodeSample& sample) {
            sample.message.deviceName = name;
            sample.message.dataRate = name;
            sample.message.region = name;
        }));
    }
}

void addEvents(std::vector<EncodeSample>& samples) {
    const std::pair<Kind, const char*> kinds[]{{Kind::Join, "a join"},
                                               {Kind::Queued, "a queued event"},
                                               {Kind::Sent, "a sent event"},
                                               {Kind::Acknowledged, "an acknowledged event"},
                                               {Kind::NotAcknowledged, "a not-acknowledged event"},
                                               {Kind::Expired, "an expired event"},
                                               {Kind::Failed, "a failed event"},
                                               {Kind::DeviceStatus, "a device status"},
                                               {Kind::Location, "a location"},
                                               {Kind::Test, "a test message"}};
    for (const auto& [kind, name] : kinds) {
        EncodeSample sample{name, usualUplink(), false, {}, {}, false};
        sample.message.kind = kind;
        sample.message.receptions.clear();
        samples.push_back(sample);
        sample.name += " with text and details";
        sample.message.downlinkId = "order 17";
        sample.message.text = "TX \xFF \"failed\"\n";
        sample.message.extra = strangeFields();
        samples.push_back(std::move(sample));
    }
}

std::string randomBytes(std::mt19937& random, std::size_t size) {
    std::uniform_int_distribution<int> byte{0, 255};
    std::string bytes;
    while (bytes.size() < size) bytes += static_cast<char>(byte(random));
    return bytes;
}

}  // namespace

EncodeInput EncodeSample::input() const {
    const bool isHeard = hasReception && !message.receptions.empty();
    return {.message = message,
            .reception = isHeard ? &message.receptions.front() : nullptr,
            .tags = nullptr,
            .decoded = decoded ? &*decoded : nullptr,
            .decodeError = decodeError ? &*decodeError : nullptr,
            .isReplay = isReplay};
}

std::vector<EncodeSample> encodeSamples() {
    std::vector<EncodeSample> samples;
    addPayloads(samples);
    addUnknowns(samples);
    addEvents(samples);
    return samples;
}

std::vector<HostileDocument> hostileDocuments() {
    const std::string usual = R"({"Type":3,"Port":2,"DeviceEUI":"0080E1150529E258","Data":"01FF"})";
    std::vector<HostileDocument> documents{
        {"an empty document", ""},
        {"a space", " "},
        {"a zero byte", std::string(1, '\0')},
        {"bytes that are not UTF-8", "\xFF\xFE\xC0\x80"},
        {"a cut-off UTF-8 character", "{\"Id\":\"\xF0\x9F"},
        {"a byte order mark", "\xEF\xBB\xBF" + usual},
        {"a usual JSON downlink", usual},
        {"two documents", usual + usual},
        {"a JSON array", "[" + usual + "]"},
        {"a JSON text", "\"text\""},
        {"a JSON number", "18446744073709551616"},
        {"null", "null"},
        {"an empty object", "{}"},
        {"an empty array", "[]"},
        {"an unclosed object", "{"},
        {"a port of 2^64 + 1", R"({"DeviceEUI":"0080E1150529E258","Data":"00","Port":)"
                               "18446744073709551617}"},
        {"a port of 1e400", R"({"DeviceEUI":"0080E1150529E258","Data":"00","Port":1e400})"},
        {"a thousand digits", R"({"Port":)" + std::string(1'000, '9') + "}"},
        {"a payload of 30,000 bytes",
         R"({"DeviceEUI":"0080E1150529E258","Data":")" + std::string(60'000, 'A') + "\"}"},
        {"60,000 open arrays", std::string(60'000, '[')},
        {"60,000 open objects",
         [] {
             std::string text;
             while (text.size() < 60'000) text += "{\"a\":";
             return text;
         }()},
        {"20,000 open XML elements",
         [] {
             std::string text;
             while (text.size() < 60'000) text += "<a>";
             return text;
         }()},
        {"XML with an entity",
         "<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><a>&b;</a>"},
        {"XML without an end", "<Downlink><Port>2</Port"},
        {"70,000 spaces", std::string(70'000, ' ')},
    };
    std::mt19937 random{20'260'101};  // fixed: a complaint can be repeated
    for (const std::size_t size : {1, 2, 16, 512, 4'096}) {
        documents.push_back({std::to_string(size) + " random bytes", randomBytes(random, size)});
    }
    for (std::size_t cut = 1; cut < usual.size(); cut += 7) {
        documents.push_back({"a cut-off JSON downlink", usual.substr(0, cut)});
    }
    return documents;
}

}  // namespace runnel
