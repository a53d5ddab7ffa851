// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "journal/bucket.h"

namespace runnel {

/// The messages of one bucket in memory. Places behind the head are written by the writer while
/// others read those up to it.
struct Segment {
    std::array<MessagePtr, kBucketSize> messages;  ///< by offset in the bucket
    std::size_t bytes = 0;

    const MessagePtr& at(Position position) const { return messages[position % kBucketSize]; }
};
using SegmentPtr = std::shared_ptr<Segment>;

/// What the journal knows without the disk: where it begins and ends, the newest messages, and for
/// each complete bucket what may be in it. Thread safety: none of its own; SqliteJournal keeps it
/// behind a lock that nobody holds for longer than a few hundred look-ups.
class Recent final {
  public:
    static constexpr std::size_t kMaxSegments = 8;
    static constexpr std::size_t kMaxBytes = std::size_t{32} << 20;
    /// Filters that one call of next() asks.
    static constexpr std::size_t kFilterChecks = 256;

    Recent() = default;
    /// An empty one: the next message is the one behind `head`.
    Recent(Position origin, Position trimmed, Position head)
        : origin_(origin), trimmed_(trimmed), oldest_(trimmed + 1), head_(head) {}

    Position origin() const { return origin_; }
    Position oldest() const { return oldest_; }
    Position head() const { return head_; }
    /// Rows up to here may be gone from the disk already; at least oldest() - 1.
    Position trimmed() const { return trimmed_; }

    /// The next complete bucket.
    void add(BucketSummary bucket);
    /// A message that was just stored, at its position: head() + 1, or at start anywhere up to the
    /// head, rising without a gap. What leaves memory for it is put into `dropped`, to be destroyed
    /// without the lock.
    void add(const MessagePtr& message, std::vector<SegmentPtr>& dropped);
    void startTrim(Position through) { trimmed_ = through; }
    /// As add: what leaves is put into `dropped`.
    void trim(Position through, std::vector<SegmentPtr>& dropped);

    /// Where to look for the first candidate at or behind a position.
    struct Step {
        enum class Place {
            End,     ///< nothing there; `last` is the head
            Memory,  ///< in `segment`
            Disk,    ///< in the bucket of `first`
            Nowhere  ///< nothing up to `last`, more may come
        };
        Place place;
        Position first;
        Position last;
        SegmentPtr segment;
    };
    /// Candidates are the messages that `key` may cover, or all.
    Step next(Position from, std::optional<ScopeKey> key) const;
    /// Candidates are all of the buckets with a message of `time` or later.
    Step next(Position from, Instant time) const;

    /// The complete ones that are on disk.
    const std::deque<BucketSummary>& buckets() const { return buckets_; }
    /// Null if that bucket is not in memory.
    SegmentPtr segmentOf(std::uint64_t bucket) const;

  private:
    template <class MayHold>
    Step step(Position from, MayHold mayHold) const;

    Position origin_ = 0;
    Position trimmed_ = 0;
    Position oldest_ = 1;
    Position head_ = 0;
    std::deque<BucketSummary> buckets_;  ///< numbers without a gap
    std::deque<SegmentPtr> segments_;    ///< of buckets without a gap; the last one is the newest
    std::uint64_t firstSegment_ = 0;     ///< bucket of segments_[0]
    std::size_t bytes_ = 0;
};

}  // namespace runnel
