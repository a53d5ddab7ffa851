// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "journal/scope_key.h"

namespace runnel {

/// A Bloom filter over the keys of one bucket: 10 bits a key, 6 of them set, all within one cache
/// line, so that a look-up costs one miss; 1 of 80 look-ups in vain says yes. Its bytes are part of
/// the journal's format (FORMAT.md). Thread safety: a plain value.
class KeyFilter final {
  public:
    /// `keys`: all different.
    explicit KeyFilter(std::span<const ScopeKey> keys);
    /// nullopt: the bytes are no filter.
    static std::optional<KeyFilter> fromBytes(std::span<const std::uint8_t> bytes);

    /// False: certainly not.
    bool mayContain(ScopeKey key) const;
    /// Little-endian words, borrowed.
    std::span<const std::uint8_t> bytes() const;

  private:
    using Block = std::array<std::uint64_t, 8>;
    explicit KeyFilter(std::size_t blocks) : blocks_(blocks) {}

    std::vector<Block> blocks_;
};

}  // namespace runnel
