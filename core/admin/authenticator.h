// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "admin/login.h"
#include "admin/sessions.h"
#include "net/http_message.h"
#include "registry/api_keys.h"
#include "registry/users.h"

namespace runnel::admin {

/// Says who asks, from a request's headers: an API key in `Authorization: Bearer KEY`, else a
/// session's cookie. An Authorization header alone counts if there is one. A session's user is
/// looked up for every request: what was taken from it is gone at once. Everything but GET and HEAD
/// also needs the session's X-CSRF-Token.
/// Thread safety: any thread; waits for the disk only to end a session whose user has gone.
class Authenticator final {
  public:
    Authenticator(ApiKeys& keys, Sessions& sessions, const Users& users)
        : keys_(keys), sessions_(sessions), users_(users) {}

    /// Throws a Problem: 401 with WWW-Authenticate, 403 if only the X-CSRF-Token is wrong. Not for
    /// routes with Need::Nothing: a stale cookie must not keep anybody from logging in.
    Login identify(std::string_view method, const net::HttpHeaders& headers);

  private:
    Login byKey(std::string_view authorization);
    Login bySession(std::string_view method, const net::HttpHeaders& headers);

    ApiKeys& keys_;
    Sessions& sessions_;
    const Users& users_;
};

}  // namespace runnel::admin
