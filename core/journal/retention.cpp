// SPDX-License-Identifier: Apache-2.0
#include "journal/retention.h"

#include <algorithm>

namespace runnel {

namespace {

constexpr std::chrono::milliseconds kPeriod = std::chrono::seconds(1);
constexpr std::chrono::milliseconds kMaxOverdue = std::chrono::hours(1);
constexpr int kOverduePart = 64;

/// Ends of the oldest buckets as long as `goOn` agrees and it is one slice; at least the first one
/// has to fit, and it does.
template <class GoOn>
std::optional<Position> lastWhile(const Retention::OldEnd& end, GoOn goOn) {
    std::optional<Position> through;
    for (const BucketSummary& bucket : end.buckets) {
        const Position last = lastOf(bucket.number);
        if (last - end.oldest + 1 > Journal::kMaxSlice || !goOn(bucket, through)) break;
        through = last;
    }
    return through;
}

}  // namespace

Retention::OldEnd::OldEnd(const Recent& recent) : oldest(recent.oldest()), head(recent.head()) {
    const auto& all = recent.buckets();
    const std::size_t count = std::min(all.size(), Journal::kMaxSlice / kBucketSize + 1);
    buckets.assign(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(count));
}

bool Retention::mayBeDue(Instant now) const {
    return isCheckWanted_ || now < lastCheck_ || now - lastCheck_ >= kPeriod;
}

std::optional<Position> Retention::due(Instant now, const OldEnd& end, JournalFile& file) {
    lastCheck_ = now;
    isCheckWanted_ = false;
    auto through = byAge(now, end, file);
    if (!through) through = bySize(end, file);
    isCheckWanted_ = through.has_value();
    return through;
}

std::optional<Position> Retention::byAge(Instant now, const OldEnd& end, JournalFile& file) const {
    const Instant limit = now - limits_.age;
    const auto through = lastWhile(
        end, [&](const BucketSummary& bucket, const auto&) { return bucket.latest <= limit; });
    if (through || end.oldest > end.head) return through;

    const auto overdue = std::min(limits_.age / kOverduePart, kMaxOverdue);
    const Position last = std::min(end.head, lastOf(bucketOf(end.oldest)));
    std::optional<Position> expired;
    file.rows().read(positionsBetween(end.oldest, last), [&](const MessagePtr& message) {
        const Instant time = message->brokerTime;
        if (time > (expired ? limit : limit - overdue)) return false;
        expired = message->position;
        return true;
    });
    return expired;
}

std::optional<Position> Retention::bySize(const OldEnd& end, JournalFile& file) const {
    if (end.buckets.empty()) return std::nullopt;
    const std::uint64_t used = file.usedBytes();
    if (used <= limits_.bytes) return std::nullopt;
    const std::uint64_t perMessage = used / (end.head - end.oldest + 1) + 1;
    const Position enough = end.oldest + (used - limits_.bytes) / perMessage;
    return lastWhile(end, [&](const BucketSummary&, const std::optional<Position>& through) {
        return !through || *through < enough;
    });
}

}  // namespace runnel
