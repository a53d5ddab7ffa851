// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "mqtt/client_settings.h"
#include "runnel/plugin.h"

namespace runnel::tts {

inline constexpr std::array kOwnOptions{
    Option{"applications", "map", nullptr,
           "The Things Stack's application ids and the application EUI of each, for devices that "
           "have none.",
           false, false},
};

/// The client's options as this server wants them.
template <std::size_t N>
constexpr std::array<Option, N> tailored(std::array<Option, N> options) {
    for (Option& option : options) {
        const std::string_view name = option.name;
        if (name == "user") {
            option.help = "APPLICATION@TENANT, such as parking@ttn; APPLICATION without tenants.";
            option.isRequired = true;
        } else if (name == "password") {
            option.help = "API key of the application.";
            option.isRequired = true;
        } else if (name == "version") {
            option.fallback = "3.1.1";
        }
    }
    return options;
}
inline constexpr auto kOptions = tailored(mqtt::joined(kOwnOptions, mqtt::kClientOptions));

/// The settings that the options describe, or the first option that is wrong.
Result<mqtt::ClientSettings> readSettings(Fields options);

}  // namespace runnel::tts
