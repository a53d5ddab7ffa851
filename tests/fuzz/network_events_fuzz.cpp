// SPDX-License-Identifier: Apache-2.0
#include <Poco/JSON/Parser.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "events/chirpstack_event.h"
#include "events/chirpstack_protobuf.h"
#include "events/tts_event.h"
#include "plugins/support/events/tests/protobuf_samples.h"
#include "tests/fuzz/fuzz_target.h"

/// An input is a byte that chooses the reader and ChirpStack's name of the event, and the document.
/// Promises: nothing is thrown; an error says why; the same document gives the same answer.
namespace runnel::events {
namespace {

constexpr std::array<const char*, 7> kEvents{"up",  "join",   "ack",     "txack",
                                             "log", "status", "location"};
enum Reader : std::uint8_t { Json, Protobuf, TheThings, Readers };

Result<NetworkEvent> read(std::uint8_t choice, std::string_view document) {
    const std::string_view event = kEvents[choice / Readers % kEvents.size()];
    switch (choice % Readers) {
        case Json:
            return readChirpstackEvent(document, event);
        case Protobuf:
            return readChirpstackProtobuf(document, event);
        default:
            return readTheThingsEvent(document);
    }
}

[[noreturn]] void fail(const char* what) {
    std::fprintf(stderr, "%s\n", what);
    std::abort();
}

Bytes inputOf(std::uint8_t choice, const std::string& document) {
    Bytes input{choice};
    input.insert(input.end(), document.begin(), document.end());
    return input;
}

const std::string kChirpstack =
    R"({"deduplicationId":"d-1","time":"2024-12-23T14:30:19.5Z","deviceInfo":{"applicationId":"a",)"
    R"("deviceName":"Bay 1","devEui":"0080e1150529e258","tags":{"appEui":"0102030405060708"}},)"
    R"("fCnt":7,"fPort":2,"confirmed":true,"data":"YQs1","rxInfo":[{"gatewayId":"0a90a8f9b32b5434",)"
    R"("rssi":-127,"snr":-9.25,"gwTime":"2024-12-23T14:30:19Z","metadata":{"x":"y"}}],)"
    R"("txInfo":{"frequency":903000000,"modulation":{"lora":{"bandwidth":500000,)"
    R"("spreadingFactor":8}}},"regionConfigId":"us915_0","queueItemId":"q-1","downlinkId":5,)"
    R"("fCntDown":9,"acknowledged":true,"level":"ERROR","code":"EXPIRED","description":"late",)"
    R"("context":{"queue_item_id":"q-1"},"margin":-7,"batteryLevel":92.5,)"
    R"("location":{"latitude":45.5,"longitude":-1.25,"source":"GPS","accuracy":12.5}})";

const std::string kTheThings =
    R"({"end_device_ids":{"device_id":"bay-1","application_ids":{"application_id":"parking"},)"
    R"("dev_eui":"0080E1150529E258","join_eui":"0102030405060708"},"correlation_ids":["as:up:01"],)"
    R"("received_at":"2024-12-23T14:30:19.5Z","uplink_message":{"f_port":2,"f_cnt":7,)"
    R"("frm_payload":"YQs1","rx_metadata":[{"gateway_ids":{"eui":"0A90A8F9B32B5434"},"rssi":-80,)"
    R"("snr":9.5}],"settings":{"data_rate":{"lora":{"bandwidth":125000,"spreading_factor":7}},)"
    R"("frequency":"868100000"}},"downlink_failed":{"downlink":{"correlation_ids":["runnel:d"]}}})";

}  // namespace
}  // namespace runnel::events

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace runnel::events;
    if (size == 0) return 0;
    const std::string_view document(reinterpret_cast<const char*>(data) + 1, size - 1);
    const auto first = read(data[0], document);
    const auto second = read(data[0], document);
    if (static_cast<bool>(first) != static_cast<bool>(second)) fail("two answers to one document");
    if (!first && first.error().reason.empty()) fail("an error without a reason");
    if (first && first->message.originId != second->message.originId) fail("two ids");
    return 0;
}

std::vector<std::vector<std::uint8_t>> fuzzSeeds() {
    using namespace runnel::events;
    const auto root = Poco::JSON::Parser().parse(kChirpstack).extract<Poco::JSON::Object::Ptr>();
    std::vector<std::vector<std::uint8_t>> seeds{inputOf(TheThings, kTheThings)};
    for (std::size_t event = 0; event < kEvents.size(); ++event) {
        const auto choice = static_cast<std::uint8_t>(event * Readers);
        seeds.push_back(inputOf(static_cast<std::uint8_t>(choice + Json), kChirpstack));
        seeds.push_back(inputOf(static_cast<std::uint8_t>(choice + Protobuf),
                                test::protobufOf(root, kEvents[event])));
    }
    return seeds;
}
