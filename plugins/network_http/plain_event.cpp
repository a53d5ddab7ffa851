// SPDX-License-Identifier: Apache-2.0
#include "plain_event.h"

#include <cmath>
#include <limits>

namespace runnel::http {

namespace {

constexpr std::int64_t kMax32 = std::numeric_limits<std::uint32_t>::max();
constexpr std::int64_t kYear10000 = 253'402'300'800;

bool readType(const JsonReader& root) {
    if (!root.has("Type")) return false;
    const std::int64_t type = root.integer("Type", 0, 255);
    if (type != 2 && type != 4) {
        root.complain("Type", "must be 2 (unconfirmed) or 4 (confirmed uplink), found " +
                                  std::to_string(type));
    }
    return type == 4;
}

std::uint8_t readPort(const JsonReader& root) {
    if (!root.has("Port")) root.complain("Port", "must be 0 to 255, found nothing");
    return static_cast<std::uint8_t>(root.integer("Port", 0, 255));
}

std::optional<Instant> readTimestamp(const JsonReader& root) {
    if (!root.has("Timestamp")) return std::nullopt;
    const std::int64_t seconds = root.integer("Timestamp", 0, kYear10000 - 1);
    return Instant(std::chrono::seconds(seconds));
}

}  // namespace

NetworkEvent readPlain(const JsonReader& root, std::string_view document) {
    NetworkEvent event;
    Message& message = event.message;
    message.kind = Kind::Uplink;
    message.isConfirmed = readType(root);
    message.device = root.requiredEui("DeviceEUI");
    message.application = root.eui("AppEUI");
    message.networkDevice = text(message.device);
    message.networkTime = readTimestamp(root);
    message.port = readPort(root);
    message.payload = root.hex("Data");
    message.frequencyHz = root.hertz("Frequency", 1e6);
    message.frameCounter = static_cast<std::uint32_t>(root.integer("FrameCounter", 0, kMax32));
    message.dataRate = root.text("DataRate");
    if (root.has("GatewayEUI") || root.has("RSSI") || root.has("SNR")) {
        Reception reception;
        reception.gateway = root.eui("GatewayEUI");
        reception.rssiDbm =
            static_cast<std::int16_t>(std::lround(root.figure("RSSI", -32768, 32767)));
        reception.snrDb = static_cast<float>(root.figure("SNR", -1000, 1000));
        message.receptions.push_back(reception);
    }
    // Two equal readings without time and counter may be two messages.
    if (root.has("Timestamp") || root.has("FrameCounter")) {
        message.originId = events::contentId(document);
    }
    return event;
}

}  // namespace runnel::http
