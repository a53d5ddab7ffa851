// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "delivery/encoded.h"

namespace runnel {

/// A stream's newest messages, kept while a session is about to take them. Items have ordinals: the
/// number of the message among all that the stream ever matched. Thread safety: none, it is part of
/// a stream's locked state.
class Window {
  public:
    /// More are not kept: who is slower than this reads on from the journal.
    static constexpr std::size_t kMaxItems = 1024;

    /// Starts empty. `lastMatched`: the newest position that will not come into it any more,
    /// `ordinal`: how many messages the stream has matched so far.
    void open(Position lastMatched, std::uint64_t ordinal);
    void close();
    bool isOpen() const { return isOpen_; }

    void push(EncodedPtr item) { items_.push_back(std::move(item)); }

    /// Ordinals [begin, end) are here.
    std::uint64_t begin() const { return firstOrdinal_; }
    std::uint64_t end() const { return firstOrdinal_ + size(); }
    std::size_t size() const { return items_.size() - first_; }
    const EncodedPtr& at(std::uint64_t ordinal) const {
        assert(ordinal >= begin() && ordinal < end());
        return items_[first_ + static_cast<std::size_t>(ordinal - firstOrdinal_)];
    }

    /// Every matched message behind this position is in the window.
    Position floor() const { return floor_; }
    /// Ordinal of the first item behind `position` (end() if there is none).
    std::uint64_t firstBehind(Position position) const;

    /// Lets go of everything before `ordinal`.
    void trim(std::uint64_t ordinal);

  private:
    std::vector<EncodedPtr> items_;  ///< [first_, end)
    std::size_t first_ = 0;
    std::uint64_t firstOrdinal_ = 1;
    Position floor_ = 0;
    bool isOpen_ = false;
};

}  // namespace runnel
