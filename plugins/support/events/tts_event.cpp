// SPDX-License-Identifier: Apache-2.0
#include "events/tts_event.h"

#include <cmath>
#include <limits>
#include <utility>

#include "events/region_names.h"

namespace runnel::events {

namespace {

constexpr std::int64_t kMax32 = std::numeric_limits<std::uint32_t>::max();

Message start(const JsonReader& root, Kind kind, const std::string& tenant) {
    const JsonReader ids = root.object("end_device_ids");
    Message message;
    message.kind = kind;
    message.device = ids.requiredEui("dev_eui");
    message.application = ids.eui("join_eui");
    message.deviceName = ids.text("device_id");
    message.networkApplication = ids.object("application_ids").text("application_id");
    message.networkDevice = message.networkApplication + (tenant.empty() ? "" : '@' + tenant) +
                            '/' + message.deviceName;
    message.networkTime = root.time("received_at");
    return message;
}

std::string correlation(const JsonReader& reader, std::string_view prefix) {
    for (const std::string& id : reader.texts("correlation_ids")) {
        if (id.starts_with(prefix)) return id;
    }
    return {};
}

/// The Application Server's id, the Gateway Server's, or what identifies a frame: all three are the
/// same when the webhook repeats the message.
std::string originOf(const JsonReader& root, const JsonReader& uplink, const Message& message,
                     std::string_view document) {
    if (auto id = correlation(root, "as:up:"); !id.empty()) return id;
    if (auto id = correlation(root, "gs:uplink:"); !id.empty()) return id;
    const std::string session = uplink.text("session_key_id");
    if (session.empty()) return contentId(document);
    return session + ':' + std::to_string(message.frameCounter) + ':' + text(message.device);
}

std::string dataRate(const JsonReader& rate) {
    const JsonReader lora = rate.object("lora");
    const auto factor = static_cast<unsigned>(lora.figure("spreading_factor", 0, 99));
    std::string name = loraDataRate(factor, lora.hertz("bandwidth"));
    if (name.empty()) name = fskDataRate(rate.object("fsk").hertz("bit_rate"));
    if (name.empty()) {
        name = lrFhssDataRate(rate.object("lrfhss").hertz("operating_channel_width"));
    }
    return name;
}

Reception reception(const JsonReader& rx) {
    Reception reception;
    reception.gateway = rx.object("gateway_ids").eui("eui");
    reception.rssiDbm = static_cast<std::int16_t>(std::lround(rx.figure("rssi", -32768, 32767)));
    reception.snrDb = static_cast<float>(rx.figure("snr", -1000, 1000));
    reception.time = rx.time("time");
    return reception;
}

NetworkEvent readUplink(const JsonReader& root, std::string_view document) {
    const JsonReader uplink = root.object("uplink_message");
    const std::string tenant = uplink.object("network_ids").text("tenant_id");
    NetworkEvent event{start(root, Kind::Uplink, tenant), {}, {}};
    Message& message = event.message;
    message.isConfirmed = uplink.boolean("confirmed");
    message.port = static_cast<std::uint8_t>(uplink.integer("f_port", 0, 255));
    message.frameCounter = static_cast<std::uint32_t>(uplink.integer("f_cnt", 0, kMax32));
    message.payload = uplink.base64("frm_payload");
    const JsonReader settings = uplink.object("settings");
    message.frequencyHz = settings.hertz("frequency");
    message.dataRate = dataRate(settings.object("data_rate"));
    message.region = commonRegionName(uplink.object("version_ids").text("band_id"));
    if (auto time = uplink.time("received_at")) message.networkTime = time;
    for (const JsonReader& rx : uplink.objects("rx_metadata")) {
        message.receptions.push_back(reception(rx));
    }
    message.originId = originOf(root, uplink, message, document);
    return event;
}

/// `downlink` is the object with the downlink's own correlation ids.
NetworkEvent readDownlinkEvent(const JsonReader& root, const JsonReader& downlink, Kind kind,
                               std::string_view document) {
    NetworkEvent event{start(root, kind, {}), {}, {}};
    Message& message = event.message;
    message.isConfirmed = downlink.boolean("confirmed");
    message.port = static_cast<std::uint8_t>(downlink.integer("f_port", 0, 255));
    message.frameCounter = static_cast<std::uint32_t>(downlink.integer("f_cnt", 0, kMax32));
    std::string id = correlation(downlink, kCorrelationPrefix);
    if (id.empty()) id = correlation(root, kCorrelationPrefix);
    if (!id.empty()) message.downlinkId = id.substr(kCorrelationPrefix.size());
    message.originId = contentId(document);
    return event;
}

NetworkEvent readFailure(const JsonReader& root, std::string_view document) {
    const JsonReader failure = root.object("downlink_failed");
    NetworkEvent event =
        readDownlinkEvent(root, failure.object("downlink"), Kind::Failed, document);
    const JsonReader error = failure.object("error");
    event.message.text = error.text("name") + ": " + error.text("message_format");
    return event;
}

NetworkEvent readLocation(const JsonReader& root, std::string_view document) {
    NetworkEvent event{start(root, Kind::Location, {}), {}, {}};
    const JsonReader location = root.object("location_solved").object("location");
    for (const char* name : {"latitude", "longitude", "altitude", "accuracy", "source"}) {
        if (auto field = location.scalar(name)) event.message.extra.push_back(*std::move(field));
    }
    event.message.originId = contentId(document);
    return event;
}

}  // namespace

NetworkEvent readTheThings(const JsonReader& root, std::string_view document) {
    static constexpr std::pair<const char*, Kind> kDownlinkEvents[] = {
        {"downlink_queued", Kind::Queued},
        {"downlink_sent", Kind::Sent},
        {"downlink_ack", Kind::Acknowledged},
        {"downlink_nack", Kind::NotAcknowledged}};

    if (root.has("uplink_message")) return readUplink(root, document);
    for (const auto& [name, kind] : kDownlinkEvents) {
        if (root.has(name)) return readDownlinkEvent(root, root.object(name), kind, document);
    }
    if (root.has("downlink_failed")) return readFailure(root, document);
    if (root.has("location_solved")) return readLocation(root, document);
    if (root.has("join_accept")) {
        NetworkEvent event{start(root, Kind::Join, {}), {}, {}};
        event.message.originId = contentId(document);
        return event;
    }
    NetworkEvent unused;
    unused.ignored = "an event that is not used";
    return unused;
}

Result<NetworkEvent> readTheThingsEvent(std::string_view document) {
    const auto root = parseObject(document);
    if (!root) return root.error();
    JsonReader::Complaint complaint;
    NetworkEvent result = readTheThings(JsonReader(*root, complaint), document);
    if (complaint) return *std::move(complaint);
    return result;
}

std::optional<TheThingsDevice> parseTheThingsDevice(std::string_view networkDevice) {
    const auto slash = networkDevice.find('/');
    if (slash == std::string_view::npos) return std::nullopt;
    std::string_view application = networkDevice.substr(0, slash);
    const std::string_view device = networkDevice.substr(slash + 1);
    application = application.substr(0, application.find('@'));
    // Identifiers of The Things Stack: lower-case letters, digits and dashes, so nothing of them
    // needs escaping in a URL.
    const auto isId = [](std::string_view id) {
        return !id.empty() &&
               id.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos;
    };
    if (!isId(application) || !isId(device)) return std::nullopt;
    return TheThingsDevice{std::string(application), std::string(device)};
}

}  // namespace runnel::events
