// SPDX-License-Identifier: Apache-2.0
#include "documents/xml_text.h"

#include <algorithm>

#include "documents/utf8.h"

namespace runnel::documents {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

/// The reference for a character of one byte, "" if it stands for itself.
std::string_view reference(char c) {
    switch (c) {
        case '&':
            return "&amp;";
        case '<':
            return "&lt;";
        case '>':
            return "&gt;";
        case '"':
            return "&quot;";
        case '\'':
            return "&apos;";
        case '\r':
            return "&#13;";
        case '\n':
            return "&#10;";
        case '\t':
            return "&#9;";
        default:
            return static_cast<unsigned char>(c) < 0x20 ? kReplacement : std::string_view{};
    }
}

/// U+FFFE and U+FFFF are no characters of XML.
bool isForbidden(std::string_view character) {
    return character == "\xEF\xBF\xBE" || character == "\xEF\xBF\xBF";
}

}  // namespace

void appendXmlText(std::string& out, std::string_view text) {
    while (!text.empty()) {
        const std::size_t length = utf8Length(text);
        const std::string_view character = text.substr(0, std::max<std::size_t>(length, 1));
        const std::string_view instead = length == 1 ? reference(character.front()) : "";
        if (length == 0 || isForbidden(character)) {
            out += kReplacement;
        } else {
            out += instead.empty() ? character : instead;
        }
        text.remove_prefix(character.size());
    }
}

}  // namespace runnel::documents
