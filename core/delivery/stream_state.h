// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "delivery/account.h"
#include "delivery/reader.h"
#include "delivery/replay_lane.h"
#include "delivery/window.h"

namespace runnel {

/// The rules of delivery for one stream: who is holder, who reads what, where the cursor stands.
/// Calls no plugin and no disk. Thread safety: none; Stream holds its lock around every call.
///
/// The newest reader is the holder: it starts at the cursor and alone moves it. Older ones are
/// listeners: they stay live and count for nothing until the holder leaves.
class StreamState {
  public:
    static constexpr std::size_t kMaxReaders = 32;
    /// Taken and not settled, per session; beyond it take() gives nothing until something is
    /// settled.
    static constexpr std::size_t kMaxInFlight = 8192;

    using ReaderPtr = std::shared_ptr<Reader>;
    using WakeList = std::vector<std::shared_ptr<Session>>;

    StreamState(const StreamRecord& saved, const FormatUse& format)
        : account_(saved), format_(format) {}

    /// New messages, in order; those that are counted already are skipped. Sessions that wait for
    /// them are put on `wake`. Returns the holder if it has fallen out of the window and CatchUp
    /// has to fetch for it, else null.
    ReaderPtr deliver(std::span<const EncodedPtr> items, WakeList& wake);

    /// Where a new session wants to start.
    struct Start {
        Position since = 0;  ///< with `isGiven`: behind this position
        bool isGiven = false;
    };
    /// Makes `reader` the holder; puts it on `wake` if there is something for it at once. Returns
    /// the reader that has to go because there are too many, or null.
    ReaderPtr attach(const ReaderPtr& reader, Start start, WakeList& wake);
    /// The newest of the others becomes holder, and is put on `wake` if it waits and has something
    /// now; returns it if CatchUp has to fetch for it, else null.
    ReaderPtr detach(const ReaderPtr& reader, WakeList& wake);

    /// A session that takes nothing. It is neither holder nor listener.
    void attachSender(const ReaderPtr& sender);
    void detachSender(const Reader& sender);
    const std::vector<ReaderPtr>& senders() const { return senders_; }
    /// Takes the sessions of this token away. As detach(); they are put on `ended`.
    ReaderPtr end(std::uint64_t token, std::vector<ReaderPtr>& ended, WakeList& wake);
    static bool isEnded(const Reader& reader) { return reader.isEnded; }

    /// Next items for the reader, at most `max`, without taking them; with an ordinal or 0 each.
    struct Candidate {
        EncodedPtr item;
        std::uint64_t ordinal = 0;
        std::optional<Outcome> settledAs;  ///< settled before it is sent
    };
    void peek(Reader& reader, std::size_t max, std::vector<Candidate>& out);
    /// Takes what peek showed. Entries settled already (filtered, failed) count at once.
    void take(Reader& reader, std::span<InFlight::Entry> entries);
    /// What the reader has taken as this parcel and not settled; null: nothing.
    EncodedPtr taken(const Reader& reader, std::uint64_t parcel) const;
    /// True if a redelivery flag is due.
    bool wasTakenBefore(Position position) const { return position <= highestTaken_; }

    /// Each returns when the newest message that the cursor passed was received, if it was taken
    /// live; else nothing.
    using Received = std::optional<Instant>;
    Received settle(Reader& reader, std::uint64_t parcel, Outcome outcome, std::string_view why);
    Received settleThrough(Reader& reader, std::uint64_t parcel);
    Received settleUpTo(Reader& reader, Position position);

    /// The journal loses everything up to `through`. `wanted`: the positions of the stream's
    /// messages among what is lost now, rising; deliver() has brought them all. Nobody reads them
    /// any more, what a session has in memory excepted.
    struct Loss {
        std::uint64_t messages = 0;
        bool isFirst = false;  ///< no loss before it is still to be told
        ReaderPtr behind;      ///< as from deliver()
    };
    Loss lose(Position through, std::span<const Position> wanted, std::string_view reason,
              WakeList& wake);
    /// The same without a look at the messages: what is lost is everything that no session has in
    /// memory, but the `left` newest.
    Loss loseAll(Position through, std::uint64_t left, std::string_view reason, WakeList& wake);

    /// Sends a dead letter again, or a sample; false if too many are on their way.
    bool replay(EncodedPtr item, WakeList& wake);
    /// As ReplayLane's.
    void openReplay(std::uint64_t replay, std::shared_ptr<ReplayCounts> counts,
                    std::weak_ptr<Chore> source);
    ReplayLane::Appetite replayAppetite(std::uint64_t replay);
    bool feedReplay(std::uint64_t replay, std::span<const EncodedPtr> items, bool isLast,
                    WakeList& wake);
    std::optional<Position> closeReplay(std::uint64_t replay);
    void takeHungry(std::vector<std::shared_ptr<Chore>>& out) {
        if (lane_) lane_->takeHungry(out);
    }

    /// Whether CatchUp has to fetch for this reader now; marks it as fetching.
    bool needsFetch(Reader& reader);
    /// Marks the reader, which is attached, as nearly live: the window collects from now on.
    void join(Reader& reader);
    /// What CatchUp read: everything of the stream in (reader.fetched, through]. Messages that the
    /// router has not brought yet are left for it, so that they count as matched before all else.
    void append(Reader& reader, std::span<const EncodedPtr> items, Position through);
    bool isHolder(const Reader& reader) const {
        return !readers_.empty() && readers_.back().get() == &reader;
    }
    /// Has the reader something to take? A reader that has caught up with the window goes live
    /// here.
    bool hasMore(Reader& reader);
    /// What sessions waited for may be there.
    void wakeWaiting(WakeList& wake);
    /// Puts the session on `wake` if it waits and there is something that it may take.
    void wakeIfWaiting(Reader& reader, WakeList& wake);
    std::vector<ReaderPtr> readers() const { return readers_; }
    std::size_t readerCount() const { return readers_.size(); }
    const Account& account() const { return account_; }
    /// Looks at everything that the reader has in flight.
    Lag lagOf(const Reader& reader) const;
    std::uint64_t takeSettled() { return account_.takeSettled(); }
    /// The end: sessions get nothing more, and what they do counts for nothing. Nobody can attach
    /// and nothing is delivered any more, everything up to `delivered` was. account() stays as it
    /// is now.
    void retire(Position delivered);
    /// See Stream; handed over with what is saved next.
    void forgetPast() { forgets_ = true; }
    enum class Life : std::uint8_t {
        Live,
        Retired,  ///< the record is the last one
        Over      ///< the last record was handed over before
    };
    Life life() const { return life_; }
    /// What was not saved yet, handed over; the name is the caller's to fill in. Sessions that
    /// stood still because too much was unsaved are put on `wake`.
    struct Unsaved {
        StreamRecord record;
        Life life{};
        bool forgets = false;  ///< what was saved before
        std::vector<DeadLetter> deadLetters;
        std::vector<std::uint64_t> resent;
    };
    Unsaved takeUnsaved(WakeList& wake);

  private:
    /// What is settled before it is sent: filtered if the client does not want the position,
    /// delivered if this reader settled it as a listener; nullopt: send it.
    static std::optional<Outcome> settledAlready(const Reader& reader, const Encoded& item);
    static Candidate candidateOf(const Reader& reader, const EncodedPtr& item,
                                 std::uint64_t ordinal);
    /// How much of the lane the reader may take now.
    std::size_t laneReady(const Reader& reader) const {
        return lane_ && isHolder(reader) ? lane_->ready() : 0;
    }
    void peekLane(std::size_t max, std::vector<Candidate>& out) const;
    /// Has the reader something of its own, besides the lane?
    bool hasOwn(Reader& reader);
    ReplayLane& lane();
    bool isFull(const Reader& reader) const {
        return reader.inFlight.size() >= kMaxInFlight || account_.isFull();
    }
    Received settled(Reader& reader);
    void record(Reader& listener, const InFlight::Entry& entry);
    void surrender(const Reader& holder);
    void demote(Reader& reader);
    static void release(Reader& reader);
    void promote(Reader& reader);
    void goLive(Reader& reader, std::uint64_t ordinal);
    void fallBehind(Reader& reader, Position after);
    Loss lose(const Gap& gap, WakeList& wake);
    void pushGap(Reader& reader, Gap gap) const;
    Position readsBehind() const;
    std::uint64_t lostInMemory(const Reader& holder, Position after) const;
    ReaderPtr overflow();
    void trimWindow();
    void openWindow();

    Account account_;
    const FormatUse& format_;
    std::unique_ptr<ReplayLane> lane_;  ///< null while nothing is sent again
    bool isLaneNext_ = true;            ///< the lane's turn, if both have something
    Life life_ = Life::Live;
    bool forgets_ = false;
    Position lostThrough_ = 0;  ///< up to here the stream's messages exist in memory only
    Position highestTaken_ = 0;
    Window window_;
    std::vector<ReaderPtr> readers_;  ///< oldest first, the holder last
    std::vector<ReaderPtr> senders_;
};

}  // namespace runnel
