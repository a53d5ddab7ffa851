// SPDX-License-Identifier: Apache-2.0
#include "mqtt/text_check.h"

#include <cstddef>

#include "mqtt/eight_bytes.h"

namespace runnel::mqtt {
namespace {

struct Lead {
    std::size_t length;  ///< 0: no character starts with this byte
    unsigned char low;   ///< range of the second byte
    unsigned char high;
};

Lead leadOf(unsigned char byte) {
    if (byte == 0) return {0, 0, 0};
    if (byte < 0x80) return {1, 0, 0};
    if (byte < 0xC2 || byte > 0xF4) return {0, 0, 0};
    if (byte < 0xE0) return {2, 0x80, 0xBF};
    if (byte < 0xF0) {
        if (byte == 0xE0) return {3, 0xA0, 0xBF};  // below: overlong
        if (byte == 0xED) return {3, 0x80, 0x9F};  // above: surrogates
        return {3, 0x80, 0xBF};
    }
    if (byte == 0xF0) return {4, 0x90, 0xBF};  // below: overlong
    if (byte == 0xF4) return {4, 0x80, 0x8F};  // above: beyond U+10FFFF
    return {4, 0x80, 0xBF};
}

/// The bytes of the character at the beginning, which is there; 0: it is none.
std::size_t characterLength(std::string_view bytes) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
    const Lead lead = leadOf(byte(0));
    if (lead.length <= 1) return lead.length;
    if (bytes.size() < lead.length) return 0;
    if (byte(1) < lead.low || byte(1) > lead.high) return 0;
    for (std::size_t i = 2; i < lead.length; ++i) {
        if ((byte(i) & 0xC0U) != 0x80) return 0;
    }
    return lead.length;
}

bool isNotPlain(EightBytes bytes) {
    return (bytes & kEightHighBits) != 0 || haveZero(bytes);
}

}  // namespace

bool isText(std::string_view bytes) {
    if (!anyEight(bytes, isNotPlain)) return true;  // ASCII, as nearly always
    while (!bytes.empty()) {
        const std::size_t length = characterLength(bytes);
        if (length == 0) return false;
        bytes.remove_prefix(length);
    }
    return true;
}

}  // namespace runnel::mqtt
