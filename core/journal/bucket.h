// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "journal/journal.h"
#include "journal/key_filter.h"

namespace runnel {

/// 1,024 positions that begin at a multiple of it share an index row; the oldest bucket may lack
/// some at its beginning, the newest one gets its row when it is complete. Thread safety: plain
/// values.
constexpr int kBucketBits = 10;
constexpr std::size_t kBucketSize = std::size_t{1} << kBucketBits;

constexpr std::uint64_t bucketOf(Position position) {
    return position >> kBucketBits;
}
constexpr Position firstOf(std::uint64_t bucket) {
    return bucket << kBucketBits;
}
constexpr Position lastOf(std::uint64_t bucket) {
    return firstOf(bucket) + kBucketSize - 1;
}

/// What is known of a complete bucket without the disk.
struct BucketSummary {
    std::uint64_t number{};
    Instant earliest{};  ///< of the messages' broker times
    Instant latest{};
    std::shared_ptr<const KeyFilter> filter;  ///< never null
};

/// Sorted pairs (key, offset in the bucket) as key << kBucketBits | offset (FORMAT.md).
using Postings = std::vector<std::uint64_t>;

struct BucketIndex {
    BucketSummary summary;
    Postings postings;
};

/// `messages`: all of the bucket, at least one.
BucketIndex indexOf(std::uint64_t bucket, std::span<const MessagePtr> messages);

/// The positions from `first` on whose messages `key` may cover, rising. `postings`: the bytes as
/// stored.
std::vector<Position> positionsOf(ScopeKey key, Position first,
                                  std::span<const std::uint8_t> postings);

}  // namespace runnel
