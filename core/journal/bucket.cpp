// SPDX-License-Identifier: Apache-2.0
#include "journal/bucket.h"

#include <algorithm>
#include <cstring>

namespace runnel {

namespace {

std::uint64_t wordAt(std::span<const std::uint8_t> bytes, std::size_t index) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + index * sizeof word, sizeof word);
    return word;
}

std::vector<ScopeKey> distinctKeys(const Postings& postings) {
    std::vector<ScopeKey> keys;
    for (const std::uint64_t posting : postings) {
        const ScopeKey key = posting >> kBucketBits;
        if (keys.empty() || keys.back() != key) keys.push_back(key);
    }
    return keys;
}

}  // namespace

BucketIndex indexOf(std::uint64_t bucket, std::span<const MessagePtr> messages) {
    BucketIndex index;
    index.postings.reserve(4 * messages.size());
    Instant earliest = Instant::max();
    Instant latest = Instant::min();
    for (const MessagePtr& message : messages) {
        const std::uint64_t offset = message->position - firstOf(bucket);
        forEachKey(*message,
                   [&](ScopeKey key) { index.postings.push_back(key << kBucketBits | offset); });
        earliest = std::min(earliest, message->brokerTime);
        latest = std::max(latest, message->brokerTime);
    }
    Postings& postings = index.postings;
    std::sort(postings.begin(), postings.end());
    postings.erase(std::unique(postings.begin(), postings.end()), postings.end());
    index.summary = {bucket, earliest, latest,
                     std::make_shared<const KeyFilter>(distinctKeys(postings))};
    return index;
}

std::vector<Position> positionsOf(ScopeKey key, Position first,
                                  std::span<const std::uint8_t> postings) {
    const std::uint64_t bucket = bucketOf(first);
    const std::size_t count = postings.size() / sizeof(std::uint64_t);
    const std::uint64_t wanted = key << kBucketBits | (first - firstOf(bucket));
    std::size_t low = 0;
    for (std::size_t high = count; low < high;) {
        const std::size_t middle = low + (high - low) / 2;
        if (wordAt(postings, middle) < wanted) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    std::vector<Position> positions;
    for (; low < count && wordAt(postings, low) >> kBucketBits == key; ++low) {
        positions.push_back(firstOf(bucket) + wordAt(postings, low) % kBucketSize);
    }
    return positions;
}

}  // namespace runnel
