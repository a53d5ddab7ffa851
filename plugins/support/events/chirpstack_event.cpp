// SPDX-License-Identifier: Apache-2.0
#include "events/chirpstack_event.h"

#include <Poco/String.h>

#include <cmath>
#include <limits>
#include <utility>

#include "events/chirpstack_rules.h"
#include "events/region_names.h"

namespace runnel::events {

namespace {

constexpr std::int64_t kMax32 = std::numeric_limits<std::uint32_t>::max();

std::string_view guessEvent(const JsonReader& root) {
    if (root.has("rxInfo") || root.has("fPort") || root.has("data")) return "up";
    if (root.has("acknowledged")) return "ack";
    if (root.has("txInfo") || root.has("gatewayId")) return "txack";
    if (root.has("queueItemId")) return "ack";  // "acknowledged": false may be left out
    if (root.has("level") || root.has("description")) return "log";
    if (root.has("margin") || root.has("batteryLevel")) return "status";
    if (root.has("location")) return "location";
    if (root.has("integrationName")) return "integration";
    return root.has("devAddr") && !root.has("fCnt") ? "join" : "up";
}

std::optional<Eui> applicationOf(const JsonReader& root, const JsonReader& deviceInfo) {
    if (auto eui = deviceInfo.eui("joinEui")) return eui;
    if (auto eui = root.eui("joinEui")) return eui;
    const JsonReader tags = deviceInfo.object("tags");
    for (const std::string_view name : kApplicationTags) {
        if (auto eui = parseEui(tags.text(name))) return eui;
    }
    return std::nullopt;
}

Message start(const JsonReader& root, Kind kind) {
    const JsonReader deviceInfo = root.object("deviceInfo");
    Message message;
    message.kind = kind;
    message.device = deviceInfo.requiredEui("devEui");
    message.application = applicationOf(root, deviceInfo);
    message.networkApplication = deviceInfo.text("applicationId");
    message.networkDevice = Poco::toLower(text(message.device));
    message.deviceName = deviceInfo.text("deviceName");
    message.networkTime = root.time("time");
    message.region = commonRegionName(root.text("regionConfigId"));
    message.originId = root.text("deduplicationId");
    return message;
}

std::string dataRate(const JsonReader& modulation) {
    const JsonReader lora = modulation.object("lora");
    const auto factor = static_cast<unsigned>(lora.figure("spreadingFactor", 0, 99));
    std::string name = loraDataRate(factor, lora.hertz("bandwidth"));
    if (name.empty()) name = fskDataRate(modulation.object("fsk").hertz("datarate"));
    if (name.empty()) {
        name = lrFhssDataRate(modulation.object("lrFhss").hertz("operatingChannelWidth"));
    }
    return name;
}

Reception reception(const JsonReader& rx) {
    Reception reception;
    reception.gateway = rx.eui("gatewayId");
    reception.rssiDbm = static_cast<std::int16_t>(std::lround(rx.figure("rssi", -32768, 32767)));
    reception.snrDb = static_cast<float>(rx.figure("snr", -1000, 1000));
    reception.time = rx.time(rx.has("gwTime") ? "gwTime" : "time");
    return reception;
}

NetworkEvent readUplink(const JsonReader& root) {
    NetworkEvent event{start(root, Kind::Uplink), {}, {}};
    Message& message = event.message;
    message.isConfirmed = root.boolean("confirmed");
    message.port = static_cast<std::uint8_t>(root.integer("fPort", 0, 255));
    message.frameCounter = static_cast<std::uint32_t>(root.integer("fCnt", 0, kMax32));
    message.payload = root.base64("data");
    const JsonReader txInfo = root.object("txInfo");
    message.frequencyHz = txInfo.hertz("frequency");
    message.dataRate = dataRate(txInfo.object("modulation"));
    for (const JsonReader& rx : root.objects("rxInfo")) {
        message.receptions.push_back(reception(rx));
        if (!message.region.empty()) continue;
        message.region = commonRegionName(rx.object("metadata").text("region_common_name"));
    }
    return event;
}

NetworkEvent readDownlinkEvent(const JsonReader& root, Kind kind, std::string_view prefix) {
    NetworkEvent event{start(root, kind), root.text("queueItemId"), {}};
    event.message.frameCounter = static_cast<std::uint32_t>(root.integer("fCntDown", 0, kMax32));
    finishDownlinkEvent(event, prefix,
                        static_cast<std::uint32_t>(root.integer("downlinkId", 0, kMax32)));
    return event;
}

NetworkEvent readLog(const JsonReader& root) {
    const JsonReader context = root.object("context");
    NetworkEvent event{start(root, Kind::Failed), context.text("queue_item_id"), {}};
    if (event.queueItem.empty()) event.queueItem = context.text("queueItemId");
    finishLogEvent(event, root.text("level"), root.text("code"), root.text("description"));
    return event;
}

NetworkEvent readFigures(const JsonReader& root, const JsonReader& figures, Kind kind,
                         std::initializer_list<const char*> names) {
    NetworkEvent event{start(root, kind), {}, {}};
    for (const char* name : names) {
        if (auto field = figures.scalar(name)) event.message.extra.push_back(*std::move(field));
    }
    return event;
}

NetworkEvent prefixed(NetworkEvent event, std::string_view prefix) {
    prefixOrigin(event, prefix);
    return event;
}

}  // namespace

NetworkEvent readChirpstack(const JsonReader& root, std::string_view event) {
    if (event.empty()) event = guessEvent(root);
    if (event == "up") return readUplink(root);
    if (event == "join") return prefixed({start(root, Kind::Join), {}, {}}, "join:");
    if (event == "txack") return readDownlinkEvent(root, Kind::Sent, "txack:");
    if (event == "ack") {
        const bool isAcknowledged = root.boolean("acknowledged");
        return readDownlinkEvent(root, isAcknowledged ? Kind::Acknowledged : Kind::NotAcknowledged,
                                 "ack:");
    }
    if (event == "log") return readLog(root);
    if (event == "status") {
        return prefixed(readFigures(root, root, Kind::DeviceStatus,
                                    {"margin", "externalPowerSource", "batteryLevelUnavailable",
                                     "batteryLevel"}),
                        "status:");
    }
    if (event == "location") {
        return prefixed(readFigures(root, root.object("location"), Kind::Location,
                                    {"latitude", "longitude", "altitude", "source", "accuracy"}),
                        "location:");
    }
    return unusedEvent(event);
}

Result<NetworkEvent> readChirpstackEvent(std::string_view document, std::string_view event) {
    const auto root = parseObject(document);
    if (!root) return root.error();
    JsonReader::Complaint complaint;
    NetworkEvent result = readChirpstack(JsonReader(*root, complaint), event);
    if (complaint) return *std::move(complaint);
    return result;
}

}  // namespace runnel::events
