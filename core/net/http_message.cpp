// SPDX-License-Identifier: Apache-2.0
#include "net/http_message.h"

#include <algorithm>
#include <array>

namespace runnel::net {

namespace {

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool equalsAnyCase(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trim(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(" \t");
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

constexpr std::array<std::pair<int, std::string_view>, 34> kReasons{{
    {100, "Continue"},
    {101, "Switching Protocols"},
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {417, "Expectation Failed"},
    {422, "Unprocessable Content"},
    {426, "Upgrade Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {503, "Service Unavailable"},
    {505, "HTTP Version Not Supported"},
}};

/// A line break in a value would begin a header, or a response, of somebody else's making.
void appendHeader(std::string& head, std::string_view name, std::string_view value) {
    const std::size_t begin = head.size();
    head.append(name).append(": ").append(value);
    std::replace_if(
        head.begin() + static_cast<std::ptrdiff_t>(begin), head.end(),
        [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, ' ');
    head += "\r\n";
}

}  // namespace

std::string_view HttpRequest::header(std::string_view name) const {
    for (const auto& [key, value] : headers) {
        if (equalsAnyCase(key, name)) return value;
    }
    return {};
}

bool HttpRequest::hasHeaderToken(std::string_view name, std::string_view token) const {
    for (const auto& [key, value] : headers) {
        if (!equalsAnyCase(key, name)) continue;
        std::string_view rest = value;
        while (!rest.empty()) {
            const std::string_view part = rest.substr(0, rest.find(','));
            if (equalsAnyCase(trim(part), token)) return true;
            rest.remove_prefix(std::min(part.size() + 1, rest.size()));
        }
    }
    return false;
}

std::string statusLine(int status) {
    std::string line = std::to_string(status);
    for (const auto& [code, reason] : kReasons) {
        if (code == status) line.append(" ").append(reason);
    }
    return line;
}

std::string serialize(const HttpResponse& response, bool isHead, bool isKeepAlive) {
    std::string text = "HTTP/1.1 " + statusLine(response.status);
    if (text.size() == 12) text += ' ';  // the space stays when there is no reason (RFC 9112 §4)
    text += "\r\n";
    const bool isBodiless =
        response.status < 200 || response.status == 204 || response.status == 304;
    if (!isBodiless) {
        if (!response.contentType.empty()) appendHeader(text, "Content-Type", response.contentType);
        appendHeader(text, "Content-Length", std::to_string(response.body.size()));
    }
    for (const auto& [name, value] : response.headers) appendHeader(text, name, value);
    if (response.status != 101) {
        appendHeader(text, "Connection", isKeepAlive ? "keep-alive" : "close");
    }
    text += "\r\n";
    if (!isHead && !isBodiless) text += response.body;
    return text;
}

}  // namespace runnel::net
