// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/scope.h"

namespace runnel {

using MessagePtr = std::shared_ptr<const Message>;

/// Every message that was taken in, in order of arrival, kept until retention lets it go.
/// Thread safety: append, due, trim and replace by one thread, the writer's; everything else by any
/// thread, meanwhile.
class Journal {
  public:
    virtual ~Journal() = default;

    /// Gives each message its position and returns when all of them are safe. After an error none
    /// is stored, positions may be given again, and the same call may be repeated.
    virtual Status append(std::span<const std::shared_ptr<Message>> batch) = 0;

    struct ReadRequest {
        Position after{};            ///< first candidate is after + 1
        std::optional<Scope> scope;  ///< nullopt: everything
        std::size_t maxMessages{};
    };
    struct Slice {
        std::vector<MessagePtr> messages;  ///< by position
        Position through{};  ///< every message of the scope up to here is in `messages`
    };
    /// The next messages of a scope; may read from disk. `through` == head() of the moment when
    /// there is nothing more. Messages that retention removed are silently not there: compare
    /// oldest().
    virtual Result<Slice> read(const ReadRequest& request) const = 0;

    /// Position of the newest message; of an empty journal: the position before the first one to
    /// come.
    virtual Position head() const = 0;
    /// Everything before this position is gone.
    virtual Position oldest() const = 0;
    /// Position before the first message that runnel received at `time` or later.
    virtual Position before(Instant time) const = 0;
    /// Position before the first message that this journal ever held. What came earlier was in
    /// another one, which was damaged or deleted.
    virtual Position origin() const = 0;

    /// Messages of one slice of retention.
    static constexpr std::size_t kMaxSlice = 5000;
    /// The last position of the slice that retention has to remove next, by age or by size; nullopt
    /// if nothing is due.
    virtual std::optional<Position> due(Instant now) = 0;
    /// Removes everything up to this position: at most a slice, as due() said.
    virtual Status trim(Position through) = 0;

    /// A read or an append has found that what is stored cannot be trusted any more.
    virtual bool isDamaged() const = 0;
    /// Moves a damaged journal aside, loudly, and starts an empty one whose positions go on
    /// growing.
    virtual Status replace() = 0;
};

}  // namespace runnel
