// SPDX-License-Identifier: Apache-2.0
#include "documents/utf8.h"

namespace runnel::documents {
namespace {

struct Lead {
    std::size_t length;  ///< 0: no character starts with this byte
    unsigned char low;   ///< range of the second byte, which excludes overlong forms, surrogates
    unsigned char high;  ///< and what lies beyond U+10FFFF
};

Lead leadOf(unsigned char byte) {
    if (byte < 0x80) return {1, 0, 0};
    if (byte < 0xC2 || byte > 0xF4) return {0, 0, 0};
    if (byte < 0xE0) return {2, 0x80, 0xBF};
    if (byte == 0xE0) return {3, 0xA0, 0xBF};
    if (byte == 0xED) return {3, 0x80, 0x9F};
    if (byte < 0xF0) return {3, 0x80, 0xBF};
    if (byte == 0xF0) return {4, 0x90, 0xBF};
    return {4, 0x80,
            byte == 0xF4 ? static_cast<unsigned char>(0x8F) : static_cast<unsigned char>(0xBF)};
}

}  // namespace

std::size_t utf8Length(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const Lead lead = leadOf(byte(0));
    if (lead.length <= 1) return lead.length;
    if (text.size() < lead.length) return 0;
    if (byte(1) < lead.low || byte(1) > lead.high) return 0;
    for (std::size_t i = 2; i < lead.length; ++i) {
        if ((byte(i) & 0xC0U) != 0x80) return 0;
    }
    return lead.length;
}

}  // namespace runnel::documents
