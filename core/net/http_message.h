// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/url.h"

namespace runnel::net {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

/// One complete request, decoded. Never log `query`: tokens travel in it.
struct HttpRequest {
    std::string method;  // as sent: "GET"
    std::string path;    // percent-decoded, begins with '/' (or is "*")
    Query query;
    HttpHeaders headers;  // in order, names as sent
    std::string body;     // without chunking
    std::string peer;     // "192.0.2.1:50123"
    bool isTls = false;
    bool isKeepAlive = false;  // the client would like to go on with this connection

    /// The first header of this name in any case; empty when there is none.
    std::string_view header(std::string_view name) const;
    /// Whether a comma-separated header contains this token in any case: ("Connection", "upgrade").
    bool hasHeaderToken(std::string_view name, std::string_view token) const;
};

struct HttpResponse {
    int status = 200;
    std::string contentType = "text/plain; charset=utf-8";  // empty: no such header
    std::string body;
    HttpHeaders headers{};  // additional; control characters in them become spaces
    bool isLast = false;    // close the connection afterwards
};

/// A request that broke a rule or a limit, or that its handler could not answer.
struct HttpFailure {
    int status = 400;
    std::string text;  // what is wrong, in words: "the request's body is too long"
};

/// "404 Not Found"; an unknown number stays alone.
std::string statusLine(int status);

/// The bytes of a response. For HEAD the length is named, but the body left out.
std::string serialize(const HttpResponse& response, bool isHead, bool isKeepAlive);

struct HttpLimits {
    std::size_t maxHeadBytes = std::size_t{16} * 1024;
    std::size_t maxTargetBytes = std::size_t{8} * 1024;
    std::size_t maxBodyBytes = std::size_t{64} * 1024;
    std::chrono::milliseconds headDeadline{10'000};
    std::chrono::milliseconds bodyDeadline{30'000};
    std::chrono::milliseconds idleDeadline{60'000};  // keep-alive; and without progress in sending
};

}  // namespace runnel::net
