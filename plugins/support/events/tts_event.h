// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "events/json_reader.h"
#include "events/network_event.h"

namespace runnel::events {

/// The correlation id under which a downlink travels through The Things Stack: this and its id.
inline constexpr std::string_view kCorrelationPrefix = "runnel:";

/// One message of The Things Stack v3 (ApplicationUp as JSON); which kind is told by the member
/// that is there. `document` is the text of `root`: its contentId is the id of messages that name
/// no other. Complaints go to the reader. The Things Stack leaves out every zero and writes 64-bit
/// numbers as texts.
NetworkEvent readTheThings(const JsonReader& root, std::string_view document);

/// The same from the document's text alone. The error names the member that is wrong.
Result<NetworkEvent> readTheThingsEvent(std::string_view document);

/// How a device of The Things Stack is addressed: "application@tenant/device" or, without tenant,
/// "application/device" (Message::networkDevice).
struct TheThingsDevice {
    std::string application;
    std::string device;
};
/// Nothing when the text is no such address.
std::optional<TheThingsDevice> parseTheThingsDevice(std::string_view networkDevice);

}  // namespace runnel::events
