// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "events/json_reader.h"
#include "events/network_event.h"

namespace runnel::events {

/// One event of ChirpStack v4's integrations (its integration.proto as JSON). Complaints go to
/// the reader. `event` is ChirpStack's name of it: up, join, ack, txack, log, status, location,
/// integration; "" judges by the members, and takes what is unclear for an uplink.
///
/// Zeros: ChirpStack writes them at the top level and leaves them out inside rxInfo. It names no
/// application EUI; joinEui is read where a later version may put it, and from the device's tags.
NetworkEvent readChirpstack(const JsonReader& root, std::string_view event);

/// The same from the document's text. The error names the member that is wrong.
Result<NetworkEvent> readChirpstackEvent(std::string_view document, std::string_view event);

}  // namespace runnel::events
