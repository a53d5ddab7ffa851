// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "layout.h"

/// Numbers of 1 to 8 bytes. Thread safety: pure functions.
namespace runnel::fields {

/// The lowest `bits` bits set; `bits` is 1 to 64.
constexpr std::uint64_t maskOf(unsigned bits) {
    return ~std::uint64_t{0} >> (64 - bits);
}

/// The entry's bits of the entry.width bytes at `bytes`.
std::uint64_t readBits(const Entry& entry, const std::uint8_t* bytes);
/// Writes the entry's bits and leaves the other bits of these bytes as they are.
void writeBits(const Entry& entry, std::uint64_t bits, std::uint8_t* bytes);

}  // namespace runnel::fields
