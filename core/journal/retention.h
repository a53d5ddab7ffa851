// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "journal/journal_file.h"
#include "journal/recent.h"

namespace runnel {

struct RetentionLimits {
    std::chrono::milliseconds age = std::chrono::days(7);
    std::uint64_t bytes = std::uint64_t{4} << 30;
};

/// Says what has to go, in slices: whole buckets as far as possible. By age (of the broker's time)
/// also parts of a bucket, so that a site with few messages keeps none for months; those may be
/// overdue by a 64th of the age, at most an hour, so that not every message is a transaction.
/// Thread safety: the writer's thread.
class Retention final {
  public:
    explicit Retention(RetentionLimits limits) : limits_(limits) {}

    void setLimits(RetentionLimits limits) { limits_ = limits; }

    /// The journal's old end, copied from Recent.
    struct OldEnd {
        explicit OldEnd(const Recent& recent);
        Position oldest;
        Position head;
        std::vector<BucketSummary> buckets;  ///< the oldest complete ones, at most a slice
    };

    /// Cheap, and false most of the time: something may be due once a second, after a bucket was
    /// completed and after something was due.
    bool mayBeDue(Instant now) const;
    void bucketCompleted() { isCheckWanted_ = true; }
    /// Reads from the file, and throws as it does.
    std::optional<Position> due(Instant now, const OldEnd& end, JournalFile& file);

  private:
    std::optional<Position> byAge(Instant now, const OldEnd& end, JournalFile& file) const;
    std::optional<Position> bySize(const OldEnd& end, JournalFile& file) const;

    RetentionLimits limits_;
    bool isCheckWanted_ = true;
    Instant lastCheck_{};
};

}  // namespace runnel
