// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "net/http_message.h"

namespace runnel::http {

/// What is wrong with the request itself, ready to be sent: 405 not POST, 401 without the token
/// (Authorization: Bearer, X-Token or ?token=), 415 a body that is clearly not JSON. Nothing when
/// the body is worth reading. The token is compared in constant time.
std::optional<net::HttpResponse> refusal(const net::HttpRequest& request, std::string_view token);

/// {"Field":…,"Reason":…} with this status.
net::HttpResponse complaint(int status, const std::string& field, const std::string& reason);

}  // namespace runnel::http
