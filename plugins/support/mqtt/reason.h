// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "mqtt/packet.h"

/// What is known about reasons. Thread safety: any thread.
namespace runnel::mqtt {

/// In words, such as "not authorized"; "unknown reason" for what the standard does not name.
std::string_view text(Reason reason);

/// May MQTT 5 packets of this type carry it (table 2-6)?
bool isAllowed(Reason reason, PacketType type);

/// CONNACK's return code in MQTT 3.1.1 §3.2.2.3 (0 to 5) that says most of `reason`.
std::uint8_t returnCode(Reason reason);
/// What a return code of 3.1.1 means; UnspecifiedError above 5.
Reason reasonOf(std::uint8_t returnCode);

}  // namespace runnel::mqtt
