// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>

/// Looking at eight characters at once, for checks that every byte of a topic passes.
/// Thread safety: any thread.
namespace runnel::mqtt {

using EightBytes = std::uint64_t;

constexpr EightBytes kEightOnes = 0x0101'0101'0101'0101;
constexpr EightBytes kEightHighBits = 0x8080'8080'8080'8080;

/// `text` has at least eight characters.
inline EightBytes eightBytes(const char* text) {
    EightBytes bytes{};
    std::memcpy(&bytes, text, sizeof bytes);
    return bytes;
}

constexpr bool haveZero(EightBytes bytes) {
    return ((bytes - kEightOnes) & ~bytes & kEightHighBits) != 0;
}
constexpr bool have(EightBytes bytes, char character) {
    return haveZero(bytes ^ (kEightOnes * static_cast<unsigned char>(character)));
}
constexpr bool haveNonAscii(EightBytes bytes) {
    return (bytes & kEightHighBits) != 0;
}

}  // namespace runnel::mqtt
