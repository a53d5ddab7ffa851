// SPDX-License-Identifier: Apache-2.0
#include "runnel/plugin.h"

#include "json_format.h"

namespace runnel::json {
namespace {

constexpr Option kOptions[] = {
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

Result<std::unique_ptr<Format>> create(Host&, const Fields& options) {
    return std::unique_ptr<Format>{std::make_unique<JsonFormat>(readOptions(options))};
}

}  // namespace

Options readOptions(const Fields& fields) {
    const auto style = valueOr<std::string>(fields, "euiStyle", "plain");
    return {.gateway = valueOr(fields, "gateway", false),
            .sequence = valueOr(fields, "sequence", false),
            .frameCounter = valueOr(fields, "frameCounter", false),
            .dataRate = valueOr(fields, "dataRate", false),
            .deviceName = valueOr(fields, "deviceName", false),
            .fields = valueOr(fields, "fields", false),
            .euiStyle = style == "dashes"   ? EuiStyle::Dashes
                        : style == "colons" ? EuiStyle::Colons
                                            : EuiStyle::Plain};
}

}  // namespace runnel::json

RUNNEL_PLUGIN(Format, "json", "1.0.0",
              {.summary = "JSON documents with the field names of X-ON streams",
               .options = runnel::json::kOptions,
               .optionCount = std::size(runnel::json::kOptions),
               .format = &runnel::json::create});
