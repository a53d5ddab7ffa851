// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "events/network_event.h"

namespace runnel::events {

/// One event of ChirpStack v4 as Protobuf (api/proto/integration/integration.proto of its source):
/// the same NetworkEvent as readChirpstackEvent makes of the same event as JSON. `event` is
/// ChirpStack's name of it: up, join, ack, txack, log, status, location, integration. The error
/// names the field that is wrong as JSON spells it. Fields of later versions are skipped.
/// Thread safety: any thread.
Result<NetworkEvent> readChirpstackProtobuf(std::string_view document, std::string_view event);

}  // namespace runnel::events
