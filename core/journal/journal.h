// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "base/scope.h"

namespace runnel {

using MessagePtr = std::shared_ptr<const Message>;

/// Every message that was taken in, in order of arrival, kept until retention lets it go.
/// Thread safety: append and trim by one thread; everything else by any thread, meanwhile.
class Journal {
  public:
    virtual ~Journal() = default;

    /// Gives each message its position and returns when all of them are safe. After an error none
    /// is stored, positions may be given again, and the same call may be repeated.
    virtual Status append(std::span<const std::shared_ptr<Message>> batch) = 0;

    struct ReadRequest {
        Position after{};  ///< first candidate is after + 1
        Scope scope;
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
};

}  // namespace runnel
