// SPDX-License-Identifier: Apache-2.0
#include "admin/etag.h"

#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <optional>
#include <utility>

namespace runnel::admin {

namespace {

enum class Comparison : std::uint8_t { Strong, Weak };

[[noreturn]] void malformed(std::string_view name) {
    throw Problem(400,
                  std::string(name) +
                      " is malformed: expected * or entity tags in quotes with commas between");
}

/// Takes one tag and the comma behind it off the list.
std::pair<std::string_view, bool> nextTag(std::string_view& list, std::string_view name) {
    const bool isWeak = list.starts_with("W/");
    if (isWeak) list.remove_prefix(2);
    const std::size_t end = list.starts_with('"') ? list.find('"', 1) : std::string_view::npos;
    if (end == std::string_view::npos) malformed(name);
    const std::string_view tag = list.substr(0, end + 1);
    list.remove_prefix(std::min(list.find_first_not_of(" \t", end + 1), list.size()));
    if (!list.empty() && list.front() != ',') malformed(name);
    list.remove_prefix(std::min(list.find_first_not_of(", \t"), list.size()));
    return {tag, isWeak};
}

/// Whether a header names the current tag; nothing if it is not there. The whole list is read: a
/// client's mistake shows whatever comes first in it.
std::optional<bool> names(const ApiRequest& request, std::string_view name,
                          std::string_view current, Comparison comparison) {
    std::string_view list = request.header(name);
    list.remove_prefix(std::min(list.find_first_not_of(", \t"), list.size()));
    if (list.empty()) return std::nullopt;
    if (list == "*") return !current.empty();
    bool isNamed = false;
    while (!list.empty()) {
        const auto [tag, isWeak] = nextTag(list, name);
        if (isWeak && comparison == Comparison::Strong) continue;
        isNamed = isNamed || tag == current;
    }
    return isNamed;
}

}  // namespace

std::string uriPath(std::string_view path) {
    constexpr std::string_view kPlain = "-._~/:@!$&'()*+,;=";
    std::string encoded;
    for (const char c : path) {
        if (std::isalnum(static_cast<unsigned char>(c)) != 0 || kPlain.find(c) != kPlain.npos) {
            encoded += c;
            continue;
        }
        const auto byte = static_cast<std::uint8_t>(c);
        encoded += '%';
        appendHex(encoded, &byte, 1);
    }
    return encoded;
}

std::string etagOf(std::string_view document) {
    std::array<std::uint8_t, SHA256_DIGEST_LENGTH> digest{};
    ::SHA256(reinterpret_cast<const std::uint8_t*>(document.data()), document.size(),
             digest.data());
    std::string tag = "\"";
    appendHex(tag, digest.data(), 8);
    return tag + '"';
}

void requireConditions(const ApiRequest& request, std::string_view current) {
    const auto isMatch = names(request, "If-Match", current, Comparison::Strong);
    if (isMatch && !*isMatch) {
        throw Problem(412, current.empty() ? "If-Match: there is no such object"
                                           : "If-Match: the object is " + std::string(current) +
                                                 " by now; read it again, then change it");
    }
    const auto isNamed = names(request, "If-None-Match", current, Comparison::Weak);
    if (isNamed && *isNamed) {
        throw Problem(412,
                      "If-None-Match: the object is there already, as " + std::string(current));
    }
}

ApiAnswer document(const ApiRequest& request, std::string body) {
    const std::string tag = etagOf(body);
    ApiAnswer answer;
    answer.headers = {{"ETag", tag}};
    const bool isChange = request.method != "GET" && request.method != "HEAD";
    if (!isChange && names(request, "If-None-Match", tag, Comparison::Weak).value_or(false)) {
        answer.status = 304;
    } else {
        answer.body = std::move(body);
    }
    return answer;
}

ApiAnswer created(std::string body, std::string_view path) {
    ApiAnswer answer;
    answer.status = 201;
    answer.headers = {{"ETag", etagOf(body)}, {"Location", uriPath(path)}};
    answer.body = std::move(body);
    return answer;
}

}  // namespace runnel::admin
