// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mqtt/packet.h"
#include "runnel/protocol.h"

/// The topics of role listener: <AppEUI>/<DeviceEUI>/up, event, receipt to subscribe to and
/// <AppEUI>/<DeviceEUI>/down to publish to. EUIs are 16 upper-case hexadecimal digits, "-" where
/// there is none. Thread safety: any thread.
namespace runnel::mqtt {

/// Where a parcel of the stream is published: `up` for uplinks, `event` for all else; a gap notice
/// has the stream's device, or "-".
std::string topicOf(const StreamConfig& stream, const Message* message);

/// What a subscription may see.
struct Verdict {
    Reason reason{};      ///< a granted QoS, at most 1, or why not
    bool wantsParcels{};  ///< it can match more than receipts
};
/// Wildcards are welcome everywhere: a token sees its stream's messages only, whatever the filter.
/// EUIs that are not in the stream's scope, and topics that there are none of, are not authorized.
Verdict judge(const StreamConfig& stream, const Subscription& subscription);

/// Where a downlink was published to.
struct DownTopic {
    Eui device{};
    std::string receiptTopic;
};
/// nullopt: no topic for downlinks, or not in the stream's scope. EUIs in any case.
std::optional<DownTopic> parseDownTopic(const StreamConfig& stream, std::string_view topic);

}  // namespace runnel::mqtt
