// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "net/http_message.h"
#include "registry/principal.h"

namespace runnel::admin {

/// Who asks, and by which session cookie; "" with an API key or by the Unix socket.
struct Login {
    Principal who;
    std::string session;
};

/// Finds out who a request comes from. Thread safety: any thread; may wait for the disk.
class Authenticator {
  public:
    virtual ~Authenticator() = default;

    /// Of a request that came by HTTPS. Nothing: it brings no login (no key, no cookie). Throws a
    /// Problem: 401 for a key or session that is unknown, ended or wrong; 403 when a session's
    /// change comes without its X-CSRF-Token; 429 for whoever guesses. Asked again every 15 s for
    /// each live event stream, which ends when the answer is another one.
    virtual std::optional<Login> authenticate(const net::HttpRequest& request) = 0;
};

}  // namespace runnel::admin
