// SPDX-License-Identifier: Apache-2.0
#include "admin/problem.h"

#include "admin/json_string.h"

namespace runnel::admin {

namespace {

/// The reason phrase: "Not Found".
std::string titleOf(int status) {
    const std::string line = net::statusLine(status);
    return line.size() > 4 ? line.substr(4) : "Error";
}

}  // namespace

net::HttpResponse Problem::response() const {
    net::HttpResponse response;
    response.status = status_;
    response.contentType = "application/problem+json";
    response.headers = headers_;
    std::string& body = response.body;
    body = R"({"type":"about:blank","title":)" + jsonString(titleOf(status_)) + R"(,"status":)" +
           std::to_string(status_) + R"(,"detail":)" + jsonString(detail_);
    const char* separator = R"(,"errors":[)";
    for (const Field& error : errors_) {
        body += separator;
        body += R"({"pointer":)" + jsonString(error.pointer) + R"(,"detail":)" +
                jsonString(error.detail) + '}';
        separator = ",";
    }
    if (!errors_.empty()) body += ']';
    body += '}';
    return response;
}

}  // namespace runnel::admin
