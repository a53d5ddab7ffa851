// SPDX-License-Identifier: Apache-2.0
#include "journal/key_filter.h"

#include <bit>
#include <cstring>

namespace runnel {

namespace {

static_assert(std::endian::native == std::endian::little, "the filter's words are written as is");

constexpr std::size_t kBitsPerKey = 10;
constexpr int kBitsSet = 6;

std::size_t blockOf(ScopeKey key, std::size_t blocks) {
    return (key >> 22) * blocks >> 32;  // the key's upper 32 of 54 bits
}

/// Six numbers of nine bits, in the upper 54 bits.
std::uint64_t patternOf(ScopeKey key) {
    return key * 0x9E3779B97F4A7C15U >> 10;
}

}  // namespace

KeyFilter::KeyFilter(std::span<const ScopeKey> keys)
    : KeyFilter(keys.size() * kBitsPerKey / (8 * sizeof(Block)) + 1) {
    for (const ScopeKey key : keys) {
        Block& block = blocks_[blockOf(key, blocks_.size())];
        std::uint64_t pattern = patternOf(key);
        for (int i = 0; i < kBitsSet; ++i, pattern >>= 9) {
            block[pattern >> 6 & 7] |= std::uint64_t{1} << (pattern & 63);
        }
    }
}

std::optional<KeyFilter> KeyFilter::fromBytes(std::span<const std::uint8_t> bytes) {
    if (bytes.empty() || bytes.size() % sizeof(Block) != 0) return std::nullopt;
    KeyFilter filter(bytes.size() / sizeof(Block));
    std::memcpy(filter.blocks_.data(), bytes.data(), bytes.size());
    return filter;
}

bool KeyFilter::mayContain(ScopeKey key) const {
    const Block& block = blocks_[blockOf(key, blocks_.size())];
    std::uint64_t pattern = patternOf(key);
    for (int i = 0; i < kBitsSet; ++i, pattern >>= 9) {
        if ((block[pattern >> 6 & 7] >> (pattern & 63) & 1) == 0) return false;
    }
    return true;
}

std::span<const std::uint8_t> KeyFilter::bytes() const {
    return {reinterpret_cast<const std::uint8_t*>(blocks_.data()), blocks_.size() * sizeof(Block)};
}

}  // namespace runnel
