// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "delivery/encoded.h"
#include "runnel/protocol.h"

namespace runnel {

/// The parcels that a session has taken and not all settled, in the order of their positions. Costs
/// no memory while empty. Thread safety: none, it is part of a stream's locked state.
class InFlight {
  public:
    struct Entry {
        EncodedPtr item;
        std::uint64_t parcel{};
        std::uint64_t ordinal{};  ///< which of the stream's matched messages, from 1; 0 = not known
        bool isSettled{};
        Outcome outcome{};
        std::unique_ptr<const std::string> why;  ///< Rejected: the reason; else null
    };

    void push(Entry entry) { entries_.push_back(std::move(entry)); }
    std::size_t size() const { return entries_.size() - first_; }
    bool empty() const { return size() == 0; }

    /// Marks one parcel; unknown and already settled ones are left alone.
    void settle(std::uint64_t parcel, Outcome outcome, std::string_view why);
    /// Marks this parcel and all before it as delivered.
    void settleThrough(std::uint64_t parcel);
    /// Marks everything up to this position as delivered.
    void settleUpTo(Position position);

    /// The first entry if it is settled, else null; pop() removes it.
    const Entry* settledFront() const;
    void pop();
    void clear();
    /// The message of this parcel; null: it is not in flight.
    EncodedPtr find(std::uint64_t parcel) const;
    /// Those that are in flight, in order.
    std::span<const Entry> entries() const { return {entries_.data() + first_, size()}; }

  private:
    std::size_t placeOf(std::uint64_t parcel) const;

    std::vector<Entry>
        entries_;  ///< [first_, end) are in flight; parcel ids rise, without gaps or with
    std::size_t first_ = 0;
};

}  // namespace runnel
