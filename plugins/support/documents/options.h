// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "runnel/plugin.h"

/// The options of formats that write the stream's own documents: the same in JSON and in XML.
namespace runnel::documents {

enum class EuiStyle : std::uint8_t { Plain, Dashes, Colons };

/// What the option table sets, in its order. Thread safety: a plain value.
struct Options {
    bool gateway{};
    bool sequence{};
    bool frameCounter{};
    bool dataRate{};
    bool deviceName{};
    bool fields{};
    EuiStyle euiStyle{};
};

inline constexpr Option kOptions[] = {
    {"gateway", "boolean", "false", "Adds GatewayEUI, the gateway that heard the uplink.", false,
     false},
    {"sequence", "boolean", "false", "Adds Sequence, the message's number in the journal.", false,
     false},
    {"frameCounter", "boolean", "false", "Adds FrameCounter, the device's uplink counter.", false,
     false},
    {"dataRate", "boolean", "false", "Adds DataRate, such as SF7BW125.", false, false},
    {"deviceName", "boolean", "false", "Adds DeviceName, the device's name.", false, false},
    {"fields", "boolean", "false",
     "Adds Fields, decoded by the codec of the device's template, or DecodeError.", false, false},
    {"euiStyle", "choice plain|dashes|colons", "plain", "How EUIs are written; all three are read.",
     false, false},
};

/// `fields` were validated against the option table.
Options readOptions(const Fields& fields);

}  // namespace runnel::documents
