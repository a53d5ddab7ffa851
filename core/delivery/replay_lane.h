// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "delivery/chore.h"
#include "delivery/in_flight.h"

namespace runnel {

/// What became of a replay's messages so far. Thread safety: any thread.
struct ReplayCounts {
    std::atomic<std::uint64_t> sent{};     ///< handed to a session; once more after a change of it
    std::atomic<std::uint64_t> arrived{};  ///< or the format or the protocol did not want it
    std::atomic<std::uint64_t> refused{};  ///< can never be delivered
};

/// What is sent again, to the stream's holder, outside the order promise and the books: dead
/// letters, replays and samples, in the order in which they were asked for. A dead letter that
/// arrives stops being one; one that is refused again stays one. A replay is fed a slice at a time,
/// as what it has here arrives. Thread safety: none, it is part of a stream's locked state.
class ReplayLane {
  public:
    /// Dead letters and samples, waiting and in flight.
    static constexpr std::size_t kMax = 256;
    /// Of one replay, waiting and in flight.
    static constexpr std::size_t kMaxOfReplay = 1024;
    /// In flight; beyond it nothing is handed out: a new message of the stream is never behind more
    /// than this.
    static constexpr std::size_t kMaxTaken = 1024;
    /// A replay that has room for this many is hungry.
    static constexpr std::size_t kSlice = 256;

    /// A dead letter or a sample. False if there is no room. A dead letter that is on its way
    /// already is not sent twice.
    bool add(EncodedPtr item);

    /// A replay begins; `source` is called (takeHungry) when it was not hungry and is again, and
    /// when the last of it has arrived.
    void open(std::uint64_t replay, std::shared_ptr<ReplayCounts> counts,
              std::weak_ptr<Chore> source);
    enum class Appetite : std::uint8_t {
        Hungry,
        Full,  ///< the source will be called
        Done,  ///< all of it has been fed and has arrived
        Gone   ///< there is no such replay
    };
    Appetite appetite(std::uint64_t replay);
    /// `isLast`: nothing more will come.
    /// False if there is no such replay.
    bool feed(std::uint64_t replay, std::span<const EncodedPtr> items, bool isLast);
    /// The replay ends: what waits is not sent, what is in flight does not count. Returns the
    /// oldest position of it that has not arrived.
    std::optional<Position> close(std::uint64_t replay);
    /// The sources that are to be called now.
    void takeHungry(std::vector<std::shared_ptr<Chore>>& out);

    const std::deque<EncodedPtr>& waiting() const { return waiting_; }
    /// How many of those that wait may be taken now.
    std::size_t ready() const;
    /// The holder takes the first ones that wait. Those that are settled already are done with.
    void take(std::span<InFlight::Entry> entries);
    /// Taken by the holder and not settled.
    std::size_t unsettled() const { return inFlight_.size(); }
    /// The holder is gone: what it has not settled waits again, but for samples.
    void giveBack();

    /// Null: it is not in flight.
    EncodedPtr inFlight(std::uint64_t parcel) const;
    void settle(std::uint64_t parcel, Outcome outcome);
    /// This parcel and all before it.
    void settleThrough(std::uint64_t parcel);
    /// The application names a position: exactly this message, and of a replay everything that was
    /// taken before it.
    void settleAt(Position position);

    /// Ids of dead letters that have arrived since the last call.
    std::vector<std::uint64_t> takeArrived() { return std::exchange(arrived_, {}); }
    /// Nothing is here and nothing is expected.
    bool isEmpty() const { return single_ == 0 && arrived_.empty() && feeds_.empty(); }

  private:
    struct Feed {
        std::uint64_t replay{};
        std::shared_ptr<ReplayCounts> counts;
        std::weak_ptr<Chore> source;
        std::size_t underWay = 0;
        bool isLast = false;
        bool isResting = false;  ///< the source is to be called when the appetite is back

        Appetite appetite() const;
    };

    Feed* find(std::uint64_t replay);
    std::deque<InFlight::Entry>::const_iterator placeOf(std::uint64_t parcel) const;
    void settled(const Encoded& item, Outcome outcome);
    template <class Match>
    void settleIf(Match&& match, Outcome outcome);

    std::deque<EncodedPtr> waiting_;
    std::deque<InFlight::Entry> inFlight_;  ///< parcel ids rise
    std::size_t single_ = 0;                ///< dead letters and samples among both
    std::vector<std::uint64_t> arrived_;
    std::vector<Feed> feeds_;
};

}  // namespace runnel
