// SPDX-License-Identifier: Apache-2.0
#include "request_check.h"

#include <Poco/JSON/Object.h>
#include <Poco/String.h>
#include <openssl/crypto.h>

#include <array>
#include <sstream>

namespace runnel::http {

namespace {

bool isEqual(std::string_view a, std::string_view b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

bool hasToken(const net::HttpRequest& request, std::string_view token) {
    constexpr std::string_view kBearer = "bearer ";
    std::string_view authorization = request.header("Authorization");
    if (authorization.size() > kBearer.size() &&
        Poco::icompare(std::string(authorization.substr(0, kBearer.size())),
                       std::string(kBearer)) == 0) {
        authorization.remove_prefix(kBearer.size());
        if (isEqual(authorization, token)) return true;
    }
    if (isEqual(request.header("X-Token"), token)) return true;
    const auto parameter = request.query.find("token");
    return parameter != request.query.end() && isEqual(parameter->second, token);
}

/// Many clients send JSON under other names; only what cannot be JSON is refused.
bool isClearlyNotJson(std::string_view contentType) {
    const std::string type = Poco::toLower(std::string(contentType));
    constexpr std::array kOthers{"xml", "html", "multipart/", "octet-stream", "protobuf", "image/"};
    for (const char* other : kOthers) {
        if (type.find(other) != std::string::npos) return true;
    }
    return false;
}

}  // namespace

std::optional<net::HttpResponse> refusal(const net::HttpRequest& request, std::string_view token) {
    if (request.method != "POST") {
        auto response = complaint(405, "", "events are sent with POST");
        response.headers.emplace_back("Allow", "POST");
        return response;
    }
    if (!hasToken(request, token)) {
        auto response = complaint(
            401, "token", "must be sent as Authorization: Bearer, X-Token or the parameter token");
        response.headers.emplace_back("WWW-Authenticate", "Bearer");
        return response;
    }
    if (isClearlyNotJson(request.header("Content-Type"))) {
        return complaint(415, "Content-Type",
                         "must be application/json: choose JSON in the network server");
    }
    return std::nullopt;
}

net::HttpResponse complaint(int status, const std::string& field, const std::string& reason) {
    Poco::JSON::Object object;
    object.set("Field", field);
    object.set("Reason", reason);
    std::ostringstream out;
    object.stringify(out);
    net::HttpResponse response;
    response.status = status;
    response.contentType = "application/json";
    response.body = out.str() + '\n';
    return response;
}

}  // namespace runnel::http
