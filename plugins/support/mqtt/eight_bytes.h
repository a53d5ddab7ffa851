// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

/// Looking at eight characters at once, for checks that every byte of a topic passes.
/// Thread safety: any thread.
namespace runnel::mqtt {

using EightBytes = std::uint64_t;

constexpr EightBytes kEightOnes = 0x0101'0101'0101'0101;
constexpr EightBytes kEightHighBits = 0x8080'8080'8080'8080;

constexpr EightBytes eightOf(char character) {
    return kEightOnes * static_cast<unsigned char>(character);
}
constexpr bool haveZero(EightBytes bytes) {
    return ((bytes - kEightOnes) & ~bytes & kEightHighBits) != 0;
}

/// Is the test true of any eight bytes of those that cover the text? The last ones may overlap
/// those before them; a shorter text is filled up with spaces.
template <class Test>
bool anyEight(std::string_view text, Test test) {
    EightBytes bytes = eightOf(' ');
    if (text.size() < sizeof bytes) {
        if (!text.empty()) std::memcpy(&bytes, text.data(), text.size());
        return test(bytes);
    }
    const char* const last = text.data() + text.size() - sizeof bytes;
    for (const char* at = text.data(); at < last; at += sizeof bytes) {
        std::memcpy(&bytes, at, sizeof bytes);
        if (test(bytes)) return true;
    }
    std::memcpy(&bytes, last, sizeof bytes);
    return test(bytes);
}

}  // namespace runnel::mqtt
