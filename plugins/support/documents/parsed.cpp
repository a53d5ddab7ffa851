// SPDX-License-Identifier: Apache-2.0
#include "documents/parsed.h"

#include <algorithm>
#include <cstdint>

#include "documents/utf8.h"

namespace runnel::documents {

std::string place(std::string_view document, std::size_t offset) {
    const std::string_view before = document.substr(0, offset);
    std::size_t line = 1;
    for (const char c : before) line += c == '\n' ? 1 : 0;
    const std::size_t lineStart = before.rfind('\n') + 1;  // npos + 1 is 0
    return "line " + std::to_string(line) + ", column " + std::to_string(offset - lineStart + 1);
}

std::optional<std::size_t> badByte(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t length = utf8Length(text.substr(at));
        if (length == 0) return at;
        at += length;
    }
    return std::nullopt;
}

std::optional<Error> problemBeforeParsing(std::string_view document) {
    if (document.size() > kLongestDocument) {
        return Error{"", "must have at most " + std::to_string(kLongestDocument) +
                             " bytes, found " + std::to_string(document.size())};
    }
    if (const auto at = badByte(document)) {
        return Error{"", "must be UTF-8, found the byte " + excerpt(document.substr(*at, 1)) +
                             " at " + place(document, *at)};
    }
    return std::nullopt;
}

bool isSameName(std::string_view a, std::string_view b) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return std::ranges::equal(a, b, {}, lower, lower);
}

std::string excerpt(std::string_view text) {
    constexpr std::size_t kMost = 40;
    std::string shown;
    for (const char c : text.substr(0, kMost)) {
        const auto byte = static_cast<std::uint8_t>(c);
        if (byte >= 0x20 && byte < 0x7F) {
            shown += c;
        } else {
            shown += "\\x";
            appendHex(shown, &byte, 1);
        }
    }
    if (text.size() > kMost) shown += "...";
    return shown;
}

}  // namespace runnel::documents
