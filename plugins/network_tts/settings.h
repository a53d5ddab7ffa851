// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "mqtt/client_settings.h"
#include "runnel/plugin.h"

namespace runnel::tts {

inline constexpr std::array kOwnOptions{
    Option{"applications", "map", nullptr,
           "The Things Stack's application ids and the application EUI of each, for devices that "
           "have none.",
           false, false},
};

inline constexpr auto kWithUser =
    mqtt::changed(mqtt::joined(kOwnOptions, mqtt::kClientOptions), "user", [](Option& user) {
        user.help = "APPLICATION@TENANT, such as parking@ttn; APPLICATION without tenants.";
        user.isRequired = true;
    });
inline constexpr auto kWithPassword = mqtt::changed(kWithUser, "password", [](Option& password) {
    password.help = "API key of the application.";
    password.isRequired = true;
});
inline constexpr auto kWithClientId =
    mqtt::changed(kWithPassword, "clientId", [](Option& clientId) {
        clientId.help =
            "Client identifier; the default is made from url and user and stays the same.";
    });
inline constexpr auto kOptions =
    mqtt::changed(kWithClientId, "version", [](Option& version) { version.fallback = "3.1.1"; });

/// The settings that the options describe, or the first option that is wrong.
Result<mqtt::ClientSettings> readSettings(Fields options);

}  // namespace runnel::tts
