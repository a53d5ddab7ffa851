// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace runnel {

/// Work for the thread that reads the journal, done in turns so that a long one delays no session
/// that is behind for longer than a turn. Thread safety: takeTurn by CatchUp's thread; queued at
/// most once at a time, which is the business of whoever queues it.
class Chore {
  public:
    virtual ~Chore() = default;

    enum class Then : std::uint8_t {
        Rest,      ///< until it is requested again
        GoOn,      ///< another turn, behind what waits already
        TryAgain,  ///< the journal could not be read: the same, after a pause
    };
    virtual Then takeTurn() = 0;
};

}  // namespace runnel
