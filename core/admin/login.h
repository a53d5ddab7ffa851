// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "admin/problem.h"
#include "net/http_message.h"
#include "registry/principal.h"

namespace runnel::admin {

/// Who asks, and by which session; "" with an API key or by the Unix socket.
struct Login {
    Principal who;
    std::string session;
};

/// Finds out who a request by HTTPS comes from (authenticator.h: identify). Throws a Problem: 401
/// without a login that is good, 403 when only the CSRF token is wrong. Asked again now and then
/// for each live event stream, which ends when the answer is another one.
/// Thread safety: called on any thread; may wait for the disk.
using Identify = std::function<Login(std::string_view method, const net::HttpHeaders& headers)>;

}  // namespace runnel::admin
