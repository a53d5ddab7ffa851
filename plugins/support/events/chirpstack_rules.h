// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "events/network_event.h"

/// What ChirpStack's events mean, in whichever marshalling they came. Thread safety: any thread.
namespace runnel::events {

/// The device's tags that may hold the application EUI, the most telling one first. People write
/// there as they like; what is no EUI is not ours to judge.
inline constexpr std::array<std::string_view, 4> kApplicationTags{"joinEui", "join_eui", "appEui",
                                                                  "app_eui"};

/// Of txack and ack, with the queue item set. An acknowledgement comes with the uplink that carried
/// it and has its deduplicationId, so the queue item tells the two apart.
void finishDownlinkEvent(NetworkEvent& event, std::string_view prefix, std::uint32_t downlinkId);

/// Of log, with the queue item set: only the death of a downlink is an event to us.
void finishLogEvent(NetworkEvent& event, std::string_view level, const std::string& code,
                    const std::string& description);

/// Of events that come with an uplink and have its deduplicationId.
void prefixOrigin(NetworkEvent& event, std::string_view prefix);

/// Of an event that is none of those that are read.
NetworkEvent unusedEvent(std::string_view name);

}  // namespace runnel::events
