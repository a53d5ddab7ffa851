// SPDX-License-Identifier: Apache-2.0
#include "journal/memory_journal.h"

#include <algorithm>
#include <mutex>

namespace runnel {

MemoryJournal::MemoryJournal(Position start, std::size_t capacity)
    : capacity_(capacity), origin_(start), oldest_(start + 1) {}

Status MemoryJournal::append(std::span<const std::shared_ptr<Message>> batch) {
    const std::unique_lock lock(mutex_);
    for (const auto& message : batch) {
        message->position = oldest_ + messages_.size();
        messages_.push_back(message);
    }
    return Done{};
}

Result<Journal::Slice> MemoryJournal::read(const ReadRequest& request) const {
    const std::shared_lock lock(mutex_);
    Slice slice;
    const Position first = std::max(request.after + 1, oldest_);
    const Position end = oldest_ + messages_.size();
    slice.through = std::max(request.after, end - 1);
    for (Position position = first; position < end; ++position) {
        const MessagePtr& message = messages_[position - oldest_];
        if (request.scope && !covers(*request.scope, *message)) continue;
        if (slice.messages.size() == request.maxMessages) {
            slice.through = position - 1;
            break;
        }
        slice.messages.push_back(message);
    }
    return slice;
}

Position MemoryJournal::head() const {
    const std::shared_lock lock(mutex_);
    return oldest_ + messages_.size() - 1;
}

Position MemoryJournal::oldest() const {
    const std::shared_lock lock(mutex_);
    return oldest_;
}

Position MemoryJournal::origin() const {
    const std::shared_lock lock(mutex_);
    return origin_;
}

Position MemoryJournal::before(Instant time) const {
    const std::shared_lock lock(mutex_);
    const auto found =
        std::partition_point(messages_.begin(), messages_.end(),
                             [&](const MessagePtr& message) { return message->brokerTime < time; });
    return oldest_ + static_cast<Position>(found - messages_.begin()) - 1;
}

std::optional<Position> MemoryJournal::due(Instant) {
    const std::shared_lock lock(mutex_);
    if (messages_.size() <= capacity_) return std::nullopt;
    return oldest_ + std::min(messages_.size() - capacity_, kMaxSlice) - 1;
}

Status MemoryJournal::trim(Position through) {
    const std::unique_lock lock(mutex_);
    while (!messages_.empty() && oldest_ <= through) {
        messages_.pop_front();
        ++oldest_;
    }
    return Done{};
}

Status MemoryJournal::replace() {
    const std::unique_lock lock(mutex_);
    oldest_ += messages_.size();
    messages_.clear();
    origin_ = oldest_ - 1;
    return Done{};
}

}  // namespace runnel
