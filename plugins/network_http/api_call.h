// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "runnel/document.h"
#include "settings.h"

namespace runnel::http {

/// One POST to a network server's API. `authorizationName` is the header that carries the key.
struct ApiCall {
    std::string path;  ///< behind ApiSettings::url
    std::string authorizationName;
    std::string body;
};

/// How the downlink is handed to the server: ChirpStack v4's device queue (REST), or The Things
/// Stack's webhook push. An error when the connector has no way back, or the device's address is
/// not one of this server.
Result<ApiCall> makeCall(const ApiSettings& settings, const Downlink& downlink);

/// The queue item's id in ChirpStack's answer ({"id":"…"}); "" when there is none.
std::string queueItemIn(std::string_view answer);

}  // namespace runnel::http
