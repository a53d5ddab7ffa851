// SPDX-License-Identifier: Apache-2.0
#include "network_mqtt/client_id.h"

#include "events/network_event.h"

namespace runnel::network_mqtt {

std::string defaultClientId(const Fields& options, std::string_view salt) {
    constexpr std::size_t kDigits = 16;
    const std::string name = std::string(salt) + '\n' + valueOr<std::string>(options, "url", "") +
                             '\n' + valueOr<std::string>(options, "user", "");
    return "runnel" + events::contentId(name).substr(0, kDigits);
}

}  // namespace runnel::network_mqtt
