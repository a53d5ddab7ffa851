// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include "delivery/in_flight.h"

namespace runnel {

/// Dead letters that are sent again: to the stream's holder, before everything else, outside the
/// order promise and the books. One that arrives stops being a dead letter; one that is refused
/// again stays one. Thread safety: none, it is part of a stream's locked state.
class ReplayLane {
  public:
    static constexpr std::size_t kMax = 256;

    /// False if there is no room. One that is on its way already is not sent twice.
    bool add(EncodedPtr item);

    const std::deque<EncodedPtr>& waiting() const { return waiting_; }
    /// The holder takes the first ones that wait. Those that are settled already are done with.
    void take(std::span<InFlight::Entry> entries);
    /// The holder is gone: what it has not settled waits again.
    void giveBack();

    void settle(std::uint64_t parcel, Outcome outcome);
    /// This parcel and all before it.
    void settleThrough(std::uint64_t parcel);
    /// The application names a position: exactly this message.
    void settleAt(Position position);

    /// Ids of dead letters that have arrived since the last call.
    std::vector<std::uint64_t> takeArrived() { return std::exchange(arrived_, {}); }

  private:
    template <class Match>
    void settleIf(Match&& match, Outcome outcome);

    std::deque<EncodedPtr> waiting_;
    std::vector<InFlight::Entry> inFlight_;
    std::vector<std::uint64_t> arrived_;
};

}  // namespace runnel
