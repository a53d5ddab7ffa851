// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "events/json_reader.h"
#include "posted_event.h"

namespace runnel::http {

using events::JsonReader;

/// An uplink as runnel's own JSON format writes it, for network servers without a shape of their
/// own: Type (2 or 4, default 2), DeviceEUI, Port, Data in hex, and optionally AppEUI, Timestamp in
/// Unix seconds, Frequency in MHz, RSSI, SNR, GatewayEUI, FrameCounter, DataRate. The reader takes
/// keys in any case. A document with Timestamp or FrameCounter is recognised when it is repeated.
NetworkEvent readPlain(const JsonReader& root, std::string_view document);

}  // namespace runnel::http
