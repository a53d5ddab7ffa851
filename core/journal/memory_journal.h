// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <shared_mutex>

#include "journal/journal.h"

namespace runnel {

/// A journal that lives as long as the process: the tests' fake. Retention keeps the newest
/// `capacity` messages. Thread safety: as Journal.
class MemoryJournal final : public Journal {
  public:
    static constexpr std::size_t kDefaultCapacity = 100'000;

    /// Positions start behind `start`; Unix microseconds let them grow over restarts.
    explicit MemoryJournal(Position start, std::size_t capacity = kDefaultCapacity);

    Status append(std::span<const std::shared_ptr<Message>> batch) override;
    Result<Slice> read(const ReadRequest& request) const override;
    Position head() const override;
    Position oldest() const override;
    Position before(Instant time) const override;
    Position origin() const override;
    /// What is above the capacity.
    std::optional<Position> due(Instant now) override;
    Status trim(Position through) override;
    bool isDamaged() const override { return false; }
    Status replace() override;

  private:
    const std::size_t capacity_;
    mutable std::shared_mutex mutex_;
    Position origin_;
    std::deque<MessagePtr> messages_;  ///< positions without gaps: messages_[i] is at oldest_ + i
    Position oldest_;
};

}  // namespace runnel
