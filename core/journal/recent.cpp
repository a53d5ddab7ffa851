// SPDX-License-Identifier: Apache-2.0
#include "journal/recent.h"

#include <algorithm>

namespace runnel {

namespace {

constexpr std::size_t kFieldBytes = 128;

/// About what a message takes in memory.
std::size_t footprint(const Message& message) {
    std::size_t bytes = sizeof(Message) + message.payload.size() +
                        message.receptions.size() * sizeof(Reception) +
                        message.extra.size() * kFieldBytes;
    for (const std::string* text : {&message.network, &message.networkApplication,
                                    &message.networkDevice, &message.deviceName, &message.originId,
                                    &message.downlinkId, &message.downlinkStream, &message.text}) {
        bytes += text->size();
    }
    return bytes;
}

}  // namespace

void Recent::add(BucketSummary bucket) {
    buckets_.push_back(std::move(bucket));
}

void Recent::add(const MessagePtr& message, std::vector<SegmentPtr>& dropped) {
    const std::uint64_t bucket = bucketOf(message->position);
    if (segments_.empty()) firstSegment_ = bucket;
    if (bucket == firstSegment_ + segments_.size())
        segments_.push_back(std::make_shared<Segment>());
    const std::size_t bytes = footprint(*message);
    Segment& segment = *segments_.back();
    segment.messages[message->position % kBucketSize] = message;
    segment.bytes += bytes;
    bytes_ += bytes;
    head_ = std::max(head_, message->position);
    while (segments_.size() > 1 && (segments_.size() > kMaxSegments || bytes_ > kMaxBytes)) {
        bytes_ -= segments_.front()->bytes;
        dropped.push_back(std::move(segments_.front()));
        segments_.pop_front();
        ++firstSegment_;
    }
}

void Recent::trim(Position through, std::vector<SegmentPtr>& dropped) {
    trimmed_ = std::max(trimmed_, through);
    oldest_ = std::max(oldest_, through + 1);
    const std::uint64_t first = bucketOf(oldest_);
    while (!buckets_.empty() && buckets_.front().number < first) buckets_.pop_front();
    while (!segments_.empty() && firstSegment_ < first) {
        bytes_ -= segments_.front()->bytes;
        dropped.push_back(std::move(segments_.front()));
        segments_.pop_front();
        ++firstSegment_;
    }
}

SegmentPtr Recent::segmentOf(std::uint64_t bucket) const {
    if (bucket < firstSegment_ || bucket - firstSegment_ >= segments_.size()) return nullptr;
    return segments_[bucket - firstSegment_];
}

template <class MayHold>
Recent::Step Recent::step(Position from, MayHold mayHold) const {
    from = std::max(from, oldest_);
    if (from > head_) return {Step::Place::End, from, head_, nullptr};
    std::uint64_t bucket = bucketOf(from);
    if (SegmentPtr segment = segmentOf(bucket)) {
        return {Step::Place::Memory, from, std::min(head_, lastOf(bucket)), std::move(segment)};
    }
    const std::uint64_t end = std::min<std::uint64_t>(firstSegment_, bucket + kFilterChecks);
    for (; bucket < end; ++bucket) {
        if (!mayHold(buckets_[bucket - buckets_.front().number])) continue;
        return {Step::Place::Disk, std::max(from, firstOf(bucket)), lastOf(bucket), nullptr};
    }
    return {Step::Place::Nowhere, from, lastOf(end - 1), nullptr};
}

Recent::Step Recent::next(Position from, std::optional<ScopeKey> key) const {
    return step(
        from, [&](const BucketSummary& bucket) { return !key || bucket.filter->mayContain(*key); });
}

Recent::Step Recent::next(Position from, Instant time) const {
    return step(from, [&](const BucketSummary& bucket) { return bucket.latest >= time; });
}

}  // namespace runnel
