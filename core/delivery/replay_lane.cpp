// SPDX-License-Identifier: Apache-2.0
#include "delivery/replay_lane.h"

#include <algorithm>
#include <utility>

namespace runnel {

bool ReplayLane::add(EncodedPtr item) {
    const auto isSame = [&](const EncodedPtr& other) {
        return other->deadLetter() == item->deadLetter();
    };
    const bool isUnderWay =
        std::any_of(waiting_.begin(), waiting_.end(), isSame) ||
        std::any_of(inFlight_.begin(), inFlight_.end(),
                    [&](const InFlight::Entry& entry) { return isSame(entry.item); });
    if (isUnderWay) return true;
    if (waiting_.size() + inFlight_.size() >= kMax) return false;
    waiting_.push_back(std::move(item));
    return true;
}

void ReplayLane::take(std::span<InFlight::Entry> entries) {
    for (InFlight::Entry& entry : entries) {
        waiting_.pop_front();
        if (!entry.isSettled) {
            inFlight_.push_back(std::move(entry));
        } else if (entry.outcome != Outcome::Rejected) {
            arrived_.push_back(entry.item->deadLetter());
        }
    }
}

void ReplayLane::giveBack() {
    for (auto entry = inFlight_.rbegin(); entry != inFlight_.rend(); ++entry) {
        waiting_.push_front(std::move(entry->item));
    }
    inFlight_.clear();
}

template <class Match>
void ReplayLane::settleIf(Match&& match, Outcome outcome) {
    std::erase_if(inFlight_, [&](const InFlight::Entry& entry) {
        if (!match(entry)) return false;
        if (outcome != Outcome::Rejected) arrived_.push_back(entry.item->deadLetter());
        return true;
    });
}

void ReplayLane::settle(std::uint64_t parcel, Outcome outcome) {
    settleIf([&](const InFlight::Entry& entry) { return entry.parcel == parcel; }, outcome);
}

void ReplayLane::settleThrough(std::uint64_t parcel) {
    settleIf([&](const InFlight::Entry& entry) { return entry.parcel <= parcel; },
             Outcome::Delivered);
}

void ReplayLane::settleAt(Position position) {
    settleIf([&](const InFlight::Entry& entry) { return entry.item->position() == position; },
             Outcome::Delivered);
}

}  // namespace runnel
