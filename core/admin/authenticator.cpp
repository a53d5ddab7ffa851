// SPDX-License-Identifier: Apache-2.0
#include "admin/authenticator.h"

#include <openssl/crypto.h>
#include <strings.h>

#include <optional>
#include <string>

#include "admin/problem.h"

namespace runnel::admin {

namespace {

bool isSame(std::string_view one, std::string_view other) {
    return one.size() == other.size() && ::strncasecmp(one.data(), other.data(), one.size()) == 0;
}

std::optional<std::string_view> find(const net::HttpHeaders& headers, std::string_view name) {
    for (const auto& [key, value] : headers) {
        if (isSame(key, name)) return value;
    }
    return std::nullopt;
}

[[noreturn]] void refuse(std::string detail) {
    throw Problem(401, std::move(detail)).with("WWW-Authenticate", "Bearer");
}

/// In a time that tells nothing.
bool isEqual(std::string_view one, std::string_view other) {
    return one.size() == other.size() && CRYPTO_memcmp(one.data(), other.data(), one.size()) == 0;
}

}  // namespace

Login Authenticator::identify(std::string_view method, const net::HttpHeaders& headers) {
    if (const auto authorization = find(headers, "Authorization")) return byKey(*authorization);
    return bySession(method, headers);
}

Login Authenticator::byKey(std::string_view authorization) {
    const std::size_t end = authorization.find(' ');
    if (!isSame(authorization.substr(0, end), "Bearer") || end == std::string_view::npos) {
        refuse("the Authorization header has to be \"Bearer\" and an API key");
    }
    authorization.remove_prefix(
        std::min(authorization.find_first_not_of(' ', end), authorization.size()));
    const auto key = keys_.lookUp(authorization);
    if (!key) refuse("the API key is unknown, removed or expired; an admin can make another one");
    return {key->principal(), ""};
}

Login Authenticator::bySession(std::string_view method, const net::HttpHeaders& headers) {
    const std::string_view id = sessionIdIn(find(headers, "Cookie").value_or(""));
    if (id.empty()) {
        refuse(
            "this needs a login: an API key (Authorization: Bearer KEY), or a session "
            "(POST /api/v1/session)");
    }
    const auto session = sessions_.find(id);
    const auto user = session ? users_.find(session->user) : std::nullopt;
    if (!user || user->credential != session->credential) {
        sessions_.end(id);
        refuse("the session has ended; log in again");
    }
    const bool isReading = method == "GET" || method == "HEAD";
    if (!isReading && !isEqual(find(headers, "X-CSRF-Token").value_or(""), session->csrf)) {
        throw Problem(
            403, "the X-CSRF-Token header has to be what GET /api/v1/session says in \"csrf\"");
    }
    return {user->principal(), std::string(id)};
}

}  // namespace runnel::admin
