// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "journal/memory_journal.h"

namespace runnel::test {

/// A MemoryJournal; fakes override what they want to watch or to spoil.
class ForwardingJournal : public Journal {
  public:
    ForwardingJournal(Position start, std::size_t capacity) : memory_(start, capacity) {}

    Status append(std::span<const std::shared_ptr<Message>> batch) override {
        return memory_.append(batch);
    }
    Result<Slice> read(const ReadRequest& request) const override { return memory_.read(request); }
    Position head() const override { return memory_.head(); }
    Position oldest() const override { return memory_.oldest(); }
    Position before(Instant time) const override { return memory_.before(time); }
    Position origin() const override { return memory_.origin(); }
    std::optional<Position> due(Instant now) override { return memory_.due(now); }
    Status trim(Position through) override { return memory_.trim(through); }
    bool isDamaged() const override { return memory_.isDamaged(); }
    Status replace() override { return memory_.replace(); }

  private:
    MemoryJournal memory_;
};

}  // namespace runnel::test
