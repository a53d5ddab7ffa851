// SPDX-License-Identifier: Apache-2.0
#include "delivery/in_flight.h"

#include <algorithm>

namespace runnel {

namespace {

/// A finished burst's memory is given back from this many entries on.
constexpr std::size_t kKeptEntries = 16;

void markDelivered(InFlight::Entry& entry) {
    if (entry.isSettled) return;
    entry.isSettled = true;
    entry.outcome = Outcome::Delivered;
}

}  // namespace

void InFlight::settle(std::uint64_t parcel, Outcome outcome, std::string_view why) {
    const std::size_t place = placeOf(parcel);
    if (place == entries_.size() || entries_[place].isSettled) return;
    Entry& entry = entries_[place];
    entry.isSettled = true;
    entry.outcome = outcome;
    if (outcome == Outcome::Rejected) entry.why = std::make_unique<const std::string>(why);
}

EncodedPtr InFlight::find(std::uint64_t parcel) const {
    const std::size_t place = placeOf(parcel);
    return place == entries_.size() ? nullptr : entries_[place].item;
}

/// The end if it is not in flight.
std::size_t InFlight::placeOf(std::uint64_t parcel) const {
    const auto found = std::lower_bound(
        entries_.begin() + static_cast<std::ptrdiff_t>(first_), entries_.end(), parcel,
        [](const Entry& entry, std::uint64_t id) { return entry.parcel < id; });
    const bool isThere = found != entries_.end() && found->parcel == parcel;
    return isThere ? static_cast<std::size_t>(found - entries_.begin()) : entries_.size();
}

void InFlight::settleThrough(std::uint64_t parcel) {
    for (std::size_t i = first_; i < entries_.size() && entries_[i].parcel <= parcel; ++i) {
        markDelivered(entries_[i]);
    }
}

void InFlight::settleUpTo(Position position) {
    for (std::size_t i = first_; i < entries_.size() && entries_[i].item->position() <= position;
         ++i) {
        markDelivered(entries_[i]);
    }
}

const InFlight::Entry* InFlight::settledFront() const {
    return !empty() && entries_[first_].isSettled ? &entries_[first_] : nullptr;
}

void InFlight::pop() {
    entries_[first_].item.reset();
    ++first_;
    if (first_ == entries_.size()) {
        clear();
    } else if (first_ > kKeptEntries && first_ * 2 > entries_.size()) {
        entries_.erase(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(first_));
        first_ = 0;
    }
}

void InFlight::clear() {
    entries_.clear();
    first_ = 0;
    if (entries_.capacity() > kKeptEntries) entries_.shrink_to_fit();
}

}  // namespace runnel
