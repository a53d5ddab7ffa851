// SPDX-License-Identifier: Apache-2.0
#include "events/chirpstack_rules.h"

namespace runnel::events {

void finishDownlinkEvent(NetworkEvent& event, std::string_view prefix, std::uint32_t downlinkId) {
    if (event.queueItem.empty()) {
        event.ignored = "a downlink without queueItemId (MAC commands)";
        return;
    }
    event.message.originId =
        std::string(prefix) + event.queueItem + ':' + std::to_string(downlinkId);
}

void finishLogEvent(NetworkEvent& event, std::string_view level, const std::string& code,
                    const std::string& description) {
    if (level != "ERROR" || event.queueItem.empty()) {
        event.ignored = "a log line that is not about a failed downlink";
    }
    if (code.find("EXPIRED") != std::string::npos) event.message.kind = Kind::Expired;
    event.message.text = code + ": " + description;
    event.message.originId = "log:" + event.queueItem + ':' + code;
}

void prefixOrigin(NetworkEvent& event, std::string_view prefix) {
    std::string& id = event.message.originId;
    if (!id.empty()) id.insert(0, prefix);
}

NetworkEvent unusedEvent(std::string_view name) {
    NetworkEvent unused;
    unused.ignored = "an event that is not used: " + std::string(name.substr(0, 40));
    return unused;
}

}  // namespace runnel::events
