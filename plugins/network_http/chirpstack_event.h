// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "json_reader.h"
#include "network_event.h"

namespace runnel::http {

/// One event of ChirpStack v4's HTTP integration (its integration.proto as JSON). Complaints go to
/// the reader. `event` is ChirpStack's name of it: up, join, ack, txack, log, status, location,
/// integration; "" judges by the members, and takes what is unclear for an uplink.
///
/// Zeros: ChirpStack writes them at the top level and leaves them out inside rxInfo. It names no
/// application EUI; joinEui is read where a later version may put it, and from the device's tags.
NetworkEvent readChirpstack(const JsonReader& root, std::string_view event);

}  // namespace runnel::http
