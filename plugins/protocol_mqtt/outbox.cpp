// SPDX-License-Identifier: Apache-2.0
#include "outbox.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace runnel::mqtt {

void Outbox::add(Parcel parcel, std::string topic) {
    const auto count = static_cast<std::uint32_t>(parcel.documents->size());
    entries_.push_back({std::move(parcel), std::move(topic), nextToken_, count, count});
    nextToken_ += count;
}

std::size_t Outbox::place(Token token) const {
    const auto first = entries_.begin() + static_cast<std::ptrdiff_t>(head_);
    const auto behind =
        std::upper_bound(first, entries_.end(), token,
                         [](Token wanted, const Entry& entry) { return wanted < entry.first; });
    assert(behind != first);
    return static_cast<std::size_t>(behind - entries_.begin()) - 1;
}

std::uint64_t Outbox::parcelOf(Token token) const {
    const bool isKnown = head_ < entries_.size() && token >= entries_[head_].first;
    return isKnown ? entries_[place(token)].parcel.id : 0;
}

Outbox::Document Outbox::at(Token token) const {
    const Entry& entry = entries_[place(token)];
    return {token, &entry.parcel, static_cast<std::size_t>(token - entry.first), &entry.topic};
}

Outbox::Document Outbox::unsent() const {
    assert(hasUnsent());
    return at(nextUnsent_);
}

void Outbox::sent() {
    Entry& entry = entries_[place(nextUnsent_)];
    if (!isResending_ && nextUnsent_ + 1 == entry.first + entry.count) {
        entry.parcel.documents.reset();
        entry.parcel.message.reset();
        entry.topic = {};
    }
    ++nextUnsent_;
}

void Outbox::abandon() {
    entries_.clear();
    head_ = 0;
    nextUnsent_ = nextToken_;
    complete_ = told_ = 0;
}

std::uint64_t Outbox::finished(Token token) {
    if (head_ == entries_.size() || token < entries_[head_].first) return 0;
    Entry& entry = entries_[place(token)];
    assert(entry.unfinished > 0);
    if (--entry.unfinished > 0) return 0;
    const std::uint64_t parcel = entry.parcel.id;
    trim();
    return parcel;
}

void Outbox::trim() {
    while (head_ < entries_.size() && entries_[head_].unfinished == 0) {
        complete_ = std::max(complete_, entries_[head_].parcel.id);
        entries_[head_++] = {};
    }
    if (head_ == entries_.size()) {
        entries_.clear();
        head_ = 0;
        // An idle session holds no memory for what it once had under way.
        if (entries_.capacity() > 16) entries_.shrink_to_fit();
    } else if (head_ >= std::max<std::size_t>(entries_.size() / 2, 32)) {
        entries_.erase(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(head_));
        head_ = 0;
    }
}

std::optional<std::uint64_t> Outbox::settledThrough() {
    if (complete_ == told_) return std::nullopt;
    told_ = complete_;
    return told_;
}

}  // namespace runnel::mqtt
