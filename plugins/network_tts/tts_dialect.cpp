// SPDX-License-Identifier: Apache-2.0
#include "tts_dialect.h"

#include <utility>

#include "events/tts_downlink.h"
#include "events/tts_event.h"

namespace runnel::tts {

namespace {

using events::NetworkEvent;

bool isId(std::string_view id) {
    return !id.empty() &&
           id.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos;
}

std::string_view applicationOf(std::string_view user) {
    return user.substr(0, user.find('@'));
}

}  // namespace

bool isUser(std::string_view user) {
    const auto at = user.find('@');
    return isId(applicationOf(user)) && (at == std::string_view::npos || isId(user.substr(at + 1)));
}

std::vector<std::string> TtsDialect::subscriptions() const {
    std::vector<std::string> filters;
    for (const char* kind : {"up", "join", "down/queued", "down/sent", "down/ack", "down/nack",
                             "down/failed", "location/solved"}) {
        filters.push_back(prefix_ + "+/" + kind);
    }
    return filters;
}

Result<NetworkEvent> TtsDialect::read(std::string_view topic, std::string_view payload) const {
    if (!topic.starts_with(prefix_)) {
        return Error{"topic", "must be " + prefix_ + "DEVICE/KIND"};
    }
    topic.remove_prefix(prefix_.size());
    auto event = events::readTheThingsEvent(payload);
    if (!event || !event->ignored.empty()) return event;
    Message& message = event->message;
    if (message.deviceName != topic.substr(0, topic.find('/'))) {
        return Error{"end_device_ids.device_id",
                     "must be the topic's, found \"" + message.deviceName + '"'};
    }
    if (message.networkApplication != applicationOf(user_)) {
        return Error{"end_device_ids.application_ids.application_id",
                     "must be the topic's, found \"" + message.networkApplication + '"'};
    }
    message.networkDevice = user_ + '/' + message.deviceName;
    return event;
}

Result<network_mqtt::Command> TtsDialect::write(const Downlink& downlink) const {
    const auto device = events::parseTheThingsDevice(downlink.networkDevice);
    if (!device || device->application != applicationOf(user_)) {
        return Error{"DeviceEUI", "has no address in this application of The Things Stack (" +
                                      user_ + "/device), found \"" + downlink.networkDevice +
                                      "\": it is known after the next uplink"};
    }
    return network_mqtt::Command{prefix_ + device->device + "/down/push",
                                 events::theThingsDownlink(downlink)};
}

}  // namespace runnel::tts
