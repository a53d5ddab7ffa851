// SPDX-License-Identifier: Apache-2.0
#include "settings.h"

#include "events/network_event.h"
#include "network_mqtt/client_id.h"
#include "tts_dialect.h"

namespace runnel::tts {

Result<mqtt::ClientSettings> readSettings(Fields options) {
    const auto user = valueOr<std::string>(options, "user", "");
    if (!isUser(user)) {
        return Error{"user",
                     "must be APPLICATION@TENANT in lower-case letters, digits and dashes, "
                     "such as parking@ttn, found \"" +
                         user + '"'};
    }
    if (valueOr<std::string>(options, "password", "").empty()) {
        return Error{"password", "must be an API key of the application, found nothing"};
    }
    if (auto error = events::checkApplications(options)) return *std::move(error);
    if (!find(options, "version")) options.push_back({"version", {std::string("3.1.1")}});
    return mqtt::readClientSettings(options, network_mqtt::defaultClientId(options, "tts"));
}

}  // namespace runnel::tts
