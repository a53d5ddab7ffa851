// SPDX-License-Identifier: Apache-2.0
#include "admin/message_json.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "admin/json_body.h"
#include "base/time_text.h"

namespace runnel::admin {

namespace {

/// In the order of Kind.
constexpr std::array<std::string_view, 11> kKinds{
    "uplink",  "join",   "queued", "sent",     "acknowledged", "notAcknowledged",
    "expired", "failed", "status", "location", "test"};

std::string hexText(const Bytes& bytes) {
    std::string hex;
    appendHex(hex, bytes.data(), bytes.size());
    return hex;
}

Poco::JSON::Array::Ptr receptionsJson(const Message& message) {
    Poco::JSON::Array::Ptr list = new Poco::JSON::Array;
    for (const Reception& reception : message.receptions) {
        auto one = newObject();
        if (reception.gateway) one->set("gateway", text(*reception.gateway));
        one->set("rssiDbm", static_cast<int>(reception.rssiDbm));
        if (std::isfinite(reception.snrDb)) one->set("snrDb", static_cast<double>(reception.snrDb));
        if (reception.time) one->set("time", timeText(*reception.time));
        list->add(one);
    }
    return list;
}

void addUplink(Poco::JSON::Object& json, const Message& message) {
    json.set("port", static_cast<int>(message.port));
    json.set("confirmed", message.isConfirmed);
    json.set("frameCounter", message.frameCounter);
    json.set("data", hexText(message.payload));
    if (message.frequencyHz != 0) json.set("frequencyHz", message.frequencyHz);
    if (!message.dataRate.empty()) json.set("dataRate", message.dataRate);
    if (!message.region.empty()) json.set("region", message.region);
    json.set("receptions", receptionsJson(message));
}

}  // namespace

std::string_view kindText(Kind kind) {
    const auto index = static_cast<std::size_t>(kind);
    return index < kKinds.size() ? kKinds[index] : "unknown";
}

std::optional<Kind> parseKind(std::string_view text) {
    const auto found = std::find(kKinds.begin(), kKinds.end(), text);
    if (found == kKinds.end()) return std::nullopt;
    return static_cast<Kind>(found - kKinds.begin());
}

Poco::JSON::Object::Ptr messageJson(const Message& message) {
    auto json = newObject();
    json->set("position", message.position);
    json->set("kind", std::string(kindText(message.kind)));
    json->set("device", text(message.device));
    if (!message.deviceName.empty()) json->set("deviceName", message.deviceName);
    if (message.application) json->set("application", text(*message.application));
    json->set("received", timeText(message.brokerTime));
    if (message.networkTime) json->set("networkTime", timeText(*message.networkTime));
    json->set("network", message.network);
    if (message.kind == Kind::Uplink) addUplink(*json, message);
    if (!message.downlinkId.empty()) json->set("downlink", message.downlinkId);
    if (!message.downlinkStream.empty()) json->set("stream", message.downlinkStream);
    if (!message.text.empty()) json->set("text", message.text);
    return json;
}

}  // namespace runnel::admin
