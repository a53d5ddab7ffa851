// SPDX-License-Identifier: Apache-2.0
#include "chirpstack_dialect.h"

#include <Poco/JSON/Object.h>
#include <Poco/String.h>

#include <array>
#include <optional>
#include <protozero/pbf_writer.hpp>
#include <sstream>
#include <utility>

#include "events/base64.h"
#include "events/chirpstack_event.h"
#include "events/chirpstack_protobuf.h"

namespace runnel::chirpstack {

namespace {

using events::NetworkEvent;

/// "application/ID/device/EUI/event/NAME".
struct EventTopic {
    std::string_view application, device, event;
};

std::optional<EventTopic> parseTopic(std::string_view topic, std::string_view prefix) {
    if (!topic.starts_with(prefix)) return std::nullopt;
    topic.remove_prefix(prefix.size());
    std::array<std::string_view, 6> levels;
    for (std::size_t i = 0; i < levels.size(); ++i) {
        const auto end = topic.find('/');
        const bool isLast = i + 1 == levels.size();
        if (isLast != (end == std::string_view::npos)) return std::nullopt;
        levels[i] = topic.substr(0, end);
        if (!isLast) topic.remove_prefix(end + 1);
    }
    if (levels[0] != "application" || levels[2] != "device" || levels[4] != "event") {
        return std::nullopt;
    }
    return EventTopic{levels[1], levels[3], levels[5]};
}

/// "ID/EUI", as commands' topics need it.
struct Address {
    std::string application;
    Eui device;
};

std::optional<Address> parseAddress(const std::string& networkDevice) {
    const auto slash = networkDevice.find('/');
    if (slash == std::string::npos || slash == 0) return std::nullopt;
    const auto device = parseEui(std::string_view(networkDevice).substr(slash + 1));
    if (!device) return std::nullopt;
    return Address{networkDevice.substr(0, slash), *device};
}

std::string asJson(const Downlink& downlink, const std::string& device) {
    Poco::JSON::Object command;
    command.set("id", downlink.id);
    command.set("devEui", device);
    command.set("confirmed", downlink.isConfirmed);
    command.set("fPort", static_cast<int>(downlink.port));
    command.set("data", events::encodeBase64(downlink.payload));
    std::ostringstream out;
    command.stringify(out);
    return out.str();
}

std::string asProtobuf(const Downlink& downlink, const std::string& device) {
    std::string out;
    protozero::pbf_writer command(out);
    command.add_string(1, downlink.id);
    command.add_string(2, device);
    command.add_bool(3, downlink.isConfirmed);
    command.add_uint32(4, downlink.port);
    command.add_bytes(5, reinterpret_cast<const char*>(downlink.payload.data()),
                      downlink.payload.size());
    return out;
}

}  // namespace

std::vector<std::string> ChirpstackDialect::subscriptions() const {
    return {prefix_ + "application/+/device/+/event/+"};
}

Result<NetworkEvent> ChirpstackDialect::read(std::string_view topic,
                                             std::string_view payload) const {
    const auto place = parseTopic(topic, prefix_);
    if (!place) return Error{"topic", "must be application/ID/device/EUI/event/NAME"};
    auto event = isProtobuf_ ? events::readChirpstackProtobuf(payload, place->event)
                             : events::readChirpstackEvent(payload, place->event);
    if (!event || !event->ignored.empty()) return event;
    Message& message = event->message;
    if (parseEui(place->device) != message.device) {
        return Error{"deviceInfo.devEui", "must be the topic's, found " + text(message.device)};
    }
    if (message.networkApplication != place->application) {
        return Error{"deviceInfo.applicationId",
                     "must be the topic's, found \"" + message.networkApplication + '"'};
    }
    message.networkDevice = message.networkApplication + '/' + Poco::toLower(text(message.device));
    if (message.originId.empty()) message.originId = events::contentId(payload);
    message.downlinkId = event->queueItem;
    return event;
}

Result<network_mqtt::Command> ChirpstackDialect::write(const Downlink& downlink) const {
    const auto address = parseAddress(downlink.networkDevice);
    if (!address) {
        return Error{"DeviceEUI",
                     "has no address of ChirpStack (application id/device EUI), found \"" +
                         downlink.networkDevice + "\": it is known after the next uplink"};
    }
    const std::string device = Poco::toLower(text(address->device));
    return network_mqtt::Command{
        prefix_ + "application/" + address->application + "/device/" + device + "/command/down",
        isProtobuf_ ? asProtobuf(downlink, device) : asJson(downlink, device)};
}

}  // namespace runnel::chirpstack
