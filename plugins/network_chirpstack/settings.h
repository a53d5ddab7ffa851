// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string>

#include "mqtt/client_settings.h"
#include "runnel/plugin.h"

namespace runnel::chirpstack {

inline constexpr std::array kOwnOptions{
    Option{"topicPrefix", "text", nullptr,
           "What stands before application/… in ChirpStack's topics, such as lns1/.", false, false},
    Option{"marshalling", "choice json|protobuf", "json",
           "How ChirpStack writes its events, and reads downlinks.", false, false},
    Option{"applications", "map", nullptr,
           "ChirpStack's application ids and the application EUI of each.", false, false},
};
inline constexpr auto kOptions = mqtt::changed(
    mqtt::joined(kOwnOptions, mqtt::kClientOptions), "clientId", [](Option& clientId) {
        clientId.help =
            "Client identifier; the default is made from url, user and topicPrefix and stays the "
            "same.";
    });

/// The connector's options, checked.
struct Settings {
    std::string topicPrefix;  ///< "" or ends with "/"
    bool isProtobuf = false;
    mqtt::ClientSettings client;
};

/// The settings that the options describe, or the first option that is wrong.
Result<Settings> readSettings(const Fields& options);

}  // namespace runnel::chirpstack
