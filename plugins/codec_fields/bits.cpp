// SPDX-License-Identifier: Apache-2.0
#include "bits.h"

namespace runnel::fields {
namespace {

std::uint64_t readNumber(const Entry& entry, const std::uint8_t* bytes) {
    std::uint64_t number = 0;
    for (unsigned i = 0; i < entry.width; ++i) {
        number = number << 8 | bytes[entry.isLittle ? entry.width - 1U - i : i];
    }
    return number;
}

}  // namespace

std::uint64_t readBits(const Entry& entry, const std::uint8_t* bytes) {
    return readNumber(entry, bytes) >> entry.bit & maskOf(entry.bits);
}

void writeBits(const Entry& entry, std::uint64_t bits, std::uint8_t* bytes) {
    const std::uint64_t mask = maskOf(entry.bits) << entry.bit;
    std::uint64_t number = (readNumber(entry, bytes) & ~mask) | (bits << entry.bit & mask);
    for (unsigned i = 0; i < entry.width; ++i, number >>= 8) {
        bytes[entry.isLittle ? i : entry.width - 1U - i] = static_cast<std::uint8_t>(number);
    }
}

}  // namespace runnel::fields
