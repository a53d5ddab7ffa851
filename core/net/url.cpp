// SPDX-License-Identifier: Apache-2.0
#include "net/url.h"

#include <algorithm>
#include <utility>

namespace runnel::net {

namespace {

int hexValue(char digit) {
    if (digit >= '0' && digit <= '9') return digit - '0';
    if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
    return -1;
}

/// The byte behind "%41", or -1.
int escapedByte(std::string_view text) {
    if (text.size() < 3) return -1;
    const int high = hexValue(text[1]);
    const int low = hexValue(text[2]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

}  // namespace

std::optional<std::string> percentDecode(std::string_view text, PlusSign plus) {
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '%') {
            const int byte = escapedByte(text.substr(at));
            if (byte <= 0) return std::nullopt;
            decoded += static_cast<char>(byte);
            at += 2;
        } else {
            decoded += text[at] == '+' && plus == PlusSign::IsSpace ? ' ' : text[at];
        }
    }
    return decoded;
}

std::optional<Query> parseQuery(std::string_view text) {
    Query query;
    while (!text.empty()) {
        const std::string_view part = text.substr(0, text.find('&'));
        text.remove_prefix(std::min(part.size() + 1, text.size()));
        if (part.empty()) continue;
        const std::size_t equals = part.find('=');
        const std::string_view value =
            equals == std::string_view::npos ? std::string_view{} : part.substr(equals + 1);
        auto name = percentDecode(part.substr(0, equals), PlusSign::IsSpace);
        auto decoded = percentDecode(value, PlusSign::IsSpace);
        if (!name || !decoded) return std::nullopt;
        query.try_emplace(std::move(*name), std::move(*decoded));
    }
    return query;
}

}  // namespace runnel::net
