// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace runnel::bench {

/// The messages of a run: what is posted, what every session has to get for it, and who got what.
///
/// Several posts are on their way at once, so the broker chooses the order; it has to be the same
/// for every session, without gap or repetition. The first session to get so far tells the order,
/// all others are compared with it, byte by byte.
///
/// Thread safety: none.
class Traffic final {
  public:
    Traffic();

    /// The next post's body.
    std::string next();

    /// A session has got its document number `index` (from 0). False when it is not the right one.
    bool arrived(std::size_t index, std::string_view document);

    std::size_t posted() const { return posted_; }
    /// How many of them every session has.
    std::size_t completed() const { return completed_; }
    /// The frame counter (posts count from 0) of the last of them.
    std::uint32_t lastCompleted() const { return order_[completed_ - 1]; }
    std::size_t underWay() const { return posted_ - completed_; }
    std::uint64_t deliveries() const { return deliveries_; }
    std::size_t documentSize() const { return prefix_.size() + 7; }

    /// What is posted from now on goes to so many sessions. Nothing may be under way.
    void setSessions(std::size_t sessions) { sessions_ = sessions; }

  private:
    bool isNew(std::uint32_t counter);

    std::size_t sessions_ = 0;
    std::string prefix_;  // of the document, up to the frame counter
    std::size_t posted_ = 0;
    std::size_t completed_ = 0;
    std::uint64_t deliveries_ = 0;
    std::vector<std::uint32_t> order_;      // by index: the frame counter
    std::vector<std::uint32_t> receivers_;  // by index: how many sessions have it
    std::vector<bool> isSeen_;              // by frame counter
};

}  // namespace runnel::bench
