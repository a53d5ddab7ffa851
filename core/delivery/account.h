// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "delivery/in_flight.h"
#include "state/records.h"

namespace runnel {

/// A stream's cursor and its books: what has been matched, what the cursor has passed and why, and
/// what is still to be told of. Thread safety: none, it is part of a stream's locked state.
class Account {
  public:
    explicit Account(const StreamRecord& saved);

    const Books& books() const { return books_; }
    /// Everything of the stream up to here is done.
    Position cursor() const { return cursor_; }
    /// All of the stream's messages up to here are counted as matched.
    Position lastMatched() const { return lastMatched_; }

    /// None of the stream's messages up to here is still to be matched.
    void matchedThrough(Position through) { lastMatched_ = std::max(lastMatched_, through); }
    void match(std::span<const EncodedPtr> items);
    /// The cursor moves to this entry, which is settled. One behind the cursor (asked for again
    /// with since=) counts for nothing.
    void pass(const InFlight::Entry& entry);
    /// The cursor moves to `through`, the stream's message number `ordinal`; all before are
    /// settled.
    void passThrough(Position through, std::uint64_t ordinal);
    /// `gap.messages` pending ones are gone and nobody has them; the cursor moves to gap.to.
    void lose(const Gap& gap);

    /// What the next session has to be told of, until pass() has seen it settled.
    const std::optional<Gap>& gap() const { return gap_; }

    /// Dead letters that are not saved yet; beyond this, nothing more is handed out.
    static constexpr std::size_t kMaxUnsaved = 1024;
    bool isFull() const { return deadLetters_.size() >= kMaxUnsaved; }
    std::vector<DeadLetter> takeDeadLetters() { return std::exchange(deadLetters_, {}); }

    /// What was settled since the call before, or since the account was made.
    std::uint64_t takeSettled() {
        return books_.settled - std::exchange(toldSettled_, books_.settled);
    }

    void fill(StreamRecord& record) const;

  private:
    Position cursor_;
    Position lastMatched_;
    Books books_;
    std::uint64_t toldSettled_;
    std::optional<Gap> gap_;
    std::vector<DeadLetter> deadLetters_;
};

/// Two neighbouring gaps as one.
Gap joined(const Gap& first, const Gap& second);

}  // namespace runnel
