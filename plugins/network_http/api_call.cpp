// SPDX-License-Identifier: Apache-2.0
#include "api_call.h"

#include <Poco/JSON/Object.h>
#include <Poco/String.h>

#include <sstream>

#include "events/base64.h"
#include "events/json_reader.h"
#include "events/tts_downlink.h"
#include "events/tts_event.h"

namespace runnel::http {

namespace {

using Poco::JSON::Object;

std::string print(const Object& object) {
    std::ostringstream out;
    object.stringify(out);
    return out.str();
}

Result<ApiCall> chirpstackCall(const Downlink& downlink) {
    const std::string address =
        downlink.networkDevice.empty() ? text(downlink.device) : downlink.networkDevice;
    const std::optional<Eui> device = parseEui(address);
    if (!device) {
        return Error{"DeviceEUI", "has no address of ChirpStack, found " + address};
    }
    Object::Ptr item = new Object;
    item->set("confirmed", downlink.isConfirmed);
    item->set("data", events::encodeBase64(downlink.payload));
    item->set("fPort", static_cast<int>(downlink.port));
    Object body;
    body.set("queueItem", item);
    return ApiCall{"/api/devices/" + Poco::toLower(text(*device)) + "/queue",
                   "Grpc-Metadata-Authorization", print(body)};
}

Result<ApiCall> theThingsCall(const Downlink& downlink, const std::string& webhook) {
    const auto device = events::parseTheThingsDevice(downlink.networkDevice);
    if (!device) {
        return Error{"DeviceEUI",
                     "has no address of The Things Stack (application/device), found " +
                         downlink.networkDevice};
    }
    return ApiCall{"/api/v3/as/applications/" + device->application + "/webhooks/" + webhook +
                       "/devices/" + device->device + "/down/push",
                   "Authorization", events::theThingsDownlink(downlink)};
}

}  // namespace

Result<ApiCall> makeCall(const ApiSettings& settings, const Downlink& downlink) {
    switch (settings.server) {
        case ApiSettings::Server::Chirpstack:
            return chirpstackCall(downlink);
        case ApiSettings::Server::TheThings:
            return theThingsCall(downlink, settings.webhook);
        case ApiSettings::Server::None:
            break;
    }
    return Error{"",
                 "this connector only receives: for downlinks set its options server (chirpstack "
                 "or tts), api and key"};
}

std::string queueItemIn(std::string_view answer) {
    const auto root = events::parseObject(answer);
    if (!root) return {};
    events::JsonReader::Complaint complaint;
    return events::JsonReader(*root, complaint).text("id");
}

}  // namespace runnel::http
