// SPDX-License-Identifier: Apache-2.0
#include "admin/json_string.h"

#include <array>
#include <cstdint>

namespace runnel::admin {

namespace {

std::uint8_t byteAt(std::string_view text, std::size_t at) {
    return static_cast<std::uint8_t>(text[at]);
}

/// By the first byte; 0 if no character begins with it.
std::size_t sizeBy(std::uint8_t lead) {
    if (lead < 0x80) return 1;
    if (lead < 0xC2 || lead > 0xF4) return 0;
    if (lead < 0xE0) return 2;
    return lead < 0xF0 ? 3 : 4;
}

/// RFC 3629 §4: leaves out what is too long, surrogates and what is above U+10FFFF.
bool isSecond(std::uint8_t lead, std::uint8_t byte) {
    switch (lead) {
        case 0xE0:
            return byte >= 0xA0 && byte <= 0xBF;
        case 0xED:
            return byte >= 0x80 && byte <= 0x9F;
        case 0xF0:
            return byte >= 0x90 && byte <= 0xBF;
        case 0xF4:
            return byte >= 0x80 && byte <= 0x8F;
        default:
            return byte >= 0x80 && byte <= 0xBF;
    }
}

/// How many bytes the character at the front takes; 0 if it is none.
std::size_t characterSize(std::string_view text) {
    const std::size_t size = sizeBy(byteAt(text, 0));
    if (size == 1) return 1;
    if (text.size() < size || size == 0) return 0;
    if (!isSecond(byteAt(text, 0), byteAt(text, 1))) return 0;
    for (std::size_t i = 2; i < size; ++i) {
        if ((byteAt(text, i) & 0xC0U) != 0x80U) return 0;
    }
    return size;
}

void appendControl(std::string& out, char c) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    const auto byte = static_cast<std::uint8_t>(c);
    out += "\\u00";
    out += kDigits[byte >> 4U];
    out += kDigits[byte & 15U];
}

void appendAscii(std::string& out, char c) {
    if (c == '"' || c == '\\') {
        out += '\\';
        out += c;
    } else if (c == '\n') {
        out += "\\n";
    } else if (static_cast<std::uint8_t>(c) < 0x20 || c == 0x7F) {
        appendControl(out, c);
    } else {
        out += c;
    }
}

}  // namespace

std::string jsonString(std::string_view text) {
    std::string out = "\"";
    while (!text.empty()) {
        const std::size_t size = characterSize(text);
        if (size == 1) {
            appendAscii(out, text.front());
        } else if (size == 0) {
            out += "\xEF\xBF\xBD";
        } else {
            out += text.substr(0, size);
        }
        text.remove_prefix(size == 0 ? 1 : size);
    }
    return out + '"';
}

std::size_t firstNonUtf8(std::string_view text) {
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t size = characterSize(text.substr(at));
        if (size == 0) break;
        at += size;
    }
    return at;
}

}  // namespace runnel::admin
