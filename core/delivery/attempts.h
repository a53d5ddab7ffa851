// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "base/guarded.h"
#include "runnel/message.h"

namespace runnel {

/// One try of a protocol at a parcel that it may repeat, for people.
struct Attempt {
    Instant time{};
    Position position{};     ///< of the message; 0: of a made-up one
    std::uint16_t status{};  ///< the protocol's, such as HTTP's; 0: there was no answer
    std::string answer;      ///< how it begins, or why there was none; any bytes
};

/// The newest ones of a stream. Thread safety: any thread.
class Attempts final {
  public:
    static constexpr std::size_t kMost = 20;
    static constexpr std::size_t kMostOfAnswer = 256;  ///< bytes

    void add(Attempt attempt) {
        auto attempts = attempts_.lock();
        if (attempts->size() == kMost) attempts->pop_back();
        attempts->push_front(std::move(attempt));
    }
    /// The newest first.
    std::vector<Attempt> all() const {
        const auto attempts = attempts_.lock();
        return {attempts->begin(), attempts->end()};
    }

  private:
    mutable Guarded<std::deque<Attempt>> attempts_;
};

}  // namespace runnel
