// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace runnel {

/// Recognises messages that a network server sent again: by a 64-bit hash of connector and origin
/// id, among the last kRemembered. Thread safety: none, the ingress thread's own.
class Repeats {
  public:
    static constexpr std::size_t kRemembered = 65'536;

    /// True if it was seen before; remembers it otherwise. An empty id is never a repeat.
    bool isRepeat(std::string_view source, std::string_view originId);

  private:
    std::unordered_set<std::uint64_t> seen_;
    std::vector<std::uint64_t> order_;  ///< ring, oldest at next_
    std::size_t next_ = 0;
};

}  // namespace runnel
