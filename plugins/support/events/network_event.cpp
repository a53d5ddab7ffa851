// SPDX-License-Identifier: Apache-2.0
#include "events/network_event.h"

#include <Poco/DigestEngine.h>
#include <Poco/SHA1Engine.h>

namespace runnel::events {

std::string contentId(std::string_view document) {
    Poco::SHA1Engine engine;
    engine.update(document.data(), document.size());
    return Poco::DigestEngine::digestToHex(engine.digest());
}

std::optional<Error> checkApplications(const Fields& options) {
    for (const Field& entry : valueOr<Fields>(options, "applications", {})) {
        const auto* eui = std::get_if<std::string>(&entry.value.is);
        if (entry.name.empty() || !eui || !parseEui(*eui)) {
            return Error{"applications",
                         "must map a network application id to an application EUI of 16 "
                         "hexadecimal digits, found " +
                             entry.name + ": " + (eui ? *eui : "no text")};
        }
    }
    return std::nullopt;
}

}  // namespace runnel::events
