// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "state/records.h"
#include "delivery/reader.h"
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
    static constexpr std::size_t kMaxDeadLetters = 1000;
    /// Taken and not settled, per session; beyond it take() gives nothing until something is
    /// settled.
    static constexpr std::size_t kMaxInFlight = 8192;

    using ReaderPtr = std::shared_ptr<Reader>;
    using WakeList = std::vector<std::shared_ptr<Session>>;

    explicit StreamState(Position start) : cursor_(start), lastMatched_(start) {}

    /// New messages, in order. Sessions that wait for them are put on `wake`. Returns the holder if
    /// it has fallen out of the window and CatchUp has to fetch for it, else null.
    ReaderPtr deliver(std::span<const EncodedPtr> items, WakeList& wake);

    /// Where a new session wants to start.
    struct Start {
        Position since = 0;  ///< with `isGiven`: behind this position
        bool isGiven = false;
    };
    /// Makes `reader` the holder. Returns the reader that has to go because there are too many, or
    /// null.
    ReaderPtr attach(const ReaderPtr& reader, Start start);
    /// The newest of the others becomes holder; returns it if CatchUp has to fetch for it, else
    /// null.
    ReaderPtr detach(const ReaderPtr& reader);

    /// Next items for the reader, at most `max`, without taking them; with an ordinal or 0 each.
    struct Candidate {
        EncodedPtr item;
        std::uint64_t ordinal = 0;
        std::optional<Outcome> settledAs;  ///< settled before it is sent
    };
    void peek(Reader& reader, std::size_t max, std::vector<Candidate>& out);
    /// Takes what peek showed. Entries settled already (filtered, failed) count at once.
    void take(Reader& reader, std::span<InFlight::Entry> entries);
    /// True if a redelivery flag is due.
    bool wasTakenBefore(Position position) const { return position <= highestTaken_; }

    void settle(Reader& reader, std::uint64_t parcel, Outcome outcome, std::string_view why);
    void settleThrough(Reader& reader, std::uint64_t parcel);
    void settleUpTo(Reader& reader, Position position);

    /// Whether CatchUp has to fetch for this reader now; marks it as fetching.
    bool needsFetch(Reader& reader);
    /// Marks the reader as nearly live: the window collects from now on.
    void join(Reader& reader);
    /// What CatchUp read: everything of the stream in (reader.fetched, through]. Messages that the
    /// router has not brought yet are left for it, so that they count as matched before all else.
    void append(Reader& reader, std::span<const EncodedPtr> items, Position through);
    /// How many messages behind `reader.fetched` are pending: retention compares with what it still
    /// has.
    std::uint64_t untaken(const Reader& reader) const;

    bool isHolder(const Reader& reader) const {
        return !readers_.empty() && readers_.back().get() == &reader;
    }
    /// Has the reader something to take? A reader that has caught up with the window goes live
    /// here.
    bool hasMore(Reader& reader);
    /// Puts the session on `wake` if it waits and there is something that it may take.
    void wakeIfWaiting(Reader& reader, WakeList& wake);
    std::vector<ReaderPtr> readers() const { return readers_; }
    std::size_t readerCount() const { return readers_.size(); }
    const Books& books() const { return books_; }
    Position cursor() const { return cursor_; }
    Position lastMatched() const { return lastMatched_; }
    const std::vector<DeadLetter>& deadLetters() const { return deadLetters_; }

  private:
    /// What is settled before it is sent: filtered if the client does not want the position,
    /// delivered if this reader settled it as a listener; nullopt: send it.
    static std::optional<Outcome> settledAlready(const Reader& reader, Position position);
    static Candidate candidateOf(const Reader& reader, const EncodedPtr& item,
                                 std::uint64_t ordinal);
    void settled(Reader& reader);
    void account(const InFlight::Entry& entry);
    void record(Reader& listener, const InFlight::Entry& entry);
    void demote(Reader& reader);
    static void release(Reader& reader);
    void promote(Reader& reader);
    void goLive(Reader& reader, std::uint64_t ordinal);
    void fallBehind(Reader& reader, Position after);
    ReaderPtr overflow();
    void trimWindow();
    void openWindow();

    Books books_;
    Position cursor_;  ///< everything of the stream up to here is done
    Position lastMatched_;
    Position highestTaken_ = 0;
    Window window_;
    std::vector<ReaderPtr> readers_;  ///< oldest first, the holder last
    std::vector<DeadLetter> deadLetters_;
};

}  // namespace runnel
