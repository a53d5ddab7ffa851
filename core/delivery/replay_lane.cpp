// SPDX-License-Identifier: Apache-2.0
#include "delivery/replay_lane.h"

#include <algorithm>
#include <utility>

namespace runnel {

bool ReplayLane::add(EncodedPtr item) {
    const std::uint64_t letter = item->deadLetter();
    const auto isSame = [&](const EncodedPtr& other) { return other->deadLetter() == letter; };
    const bool isUnderWay =
        letter != 0 && (std::any_of(waiting_.begin(), waiting_.end(), isSame) ||
                        std::any_of(inFlight_.begin(), inFlight_.end(),
                                    [&](const InFlight::Entry& e) { return isSame(e.item); }));
    if (isUnderWay) return true;
    if (single_ >= kMax) return false;
    ++single_;
    waiting_.push_back(std::move(item));
    return true;
}

void ReplayLane::open(std::uint64_t replay, std::shared_ptr<ReplayCounts> counts,
                      std::weak_ptr<Chore> source) {
    feeds_.push_back({.replay = replay, .counts = std::move(counts), .source = std::move(source)});
}

ReplayLane::Appetite ReplayLane::Feed::appetite() const {
    if (isLast) return underWay == 0 ? Appetite::Done : Appetite::Full;
    return underWay + kSlice <= kMaxOfReplay ? Appetite::Hungry : Appetite::Full;
}

ReplayLane::Feed* ReplayLane::find(std::uint64_t replay) {
    const auto found = std::find_if(feeds_.begin(), feeds_.end(),
                                    [&](const Feed& feed) { return feed.replay == replay; });
    return found == feeds_.end() ? nullptr : &*found;
}

ReplayLane::Appetite ReplayLane::appetite(std::uint64_t replay) {
    Feed* feed = find(replay);
    if (feed == nullptr) return Appetite::Gone;
    const Appetite appetite = feed->appetite();
    feed->isResting = appetite == Appetite::Full;
    return appetite;
}

bool ReplayLane::feed(std::uint64_t replay, std::span<const EncodedPtr> items, bool isLast) {
    Feed* feed = find(replay);
    if (feed == nullptr) return false;
    waiting_.insert(waiting_.end(), items.begin(), items.end());
    feed->underWay += items.size();
    feed->isLast = isLast;
    return true;
}

std::optional<Position> ReplayLane::close(std::uint64_t replay) {
    std::optional<Position> oldest;
    const auto isOfIt = [&](const EncodedPtr& item) {
        if (item->replay() != replay) return false;
        oldest = std::min(oldest.value_or(item->position()), item->position());
        return true;
    };
    std::erase_if(waiting_, isOfIt);
    std::erase_if(inFlight_, [&](const InFlight::Entry& entry) { return isOfIt(entry.item); });
    std::erase_if(feeds_, [&](const Feed& feed) { return feed.replay == replay; });
    return oldest;
}

void ReplayLane::takeHungry(std::vector<std::shared_ptr<Chore>>& out) {
    for (Feed& feed : feeds_) {
        if (!feed.isResting || feed.appetite() == Appetite::Full) continue;
        feed.isResting = false;
        if (auto source = feed.source.lock()) out.push_back(std::move(source));
    }
}

std::size_t ReplayLane::ready() const {
    return std::min(waiting_.size(), kMaxTaken - std::min(kMaxTaken, inFlight_.size()));
}

void ReplayLane::take(std::span<InFlight::Entry> entries) {
    for (InFlight::Entry& entry : entries) {
        waiting_.pop_front();
        if (entry.isSettled) {
            settled(*entry.item, entry.outcome);
            continue;
        }
        if (Feed* feed = find(entry.item->replay())) ++feed->counts->sent;
        inFlight_.push_back(std::move(entry));
    }
}

void ReplayLane::giveBack() {
    for (auto entry = inFlight_.rbegin(); entry != inFlight_.rend(); ++entry) {
        waiting_.push_front(std::move(entry->item));
    }
    inFlight_.clear();
    const std::size_t samples = std::erase_if(
        waiting_, [](const EncodedPtr& item) { return item->again().why == Again::Why::Sample; });
    single_ -= samples;
}

void ReplayLane::settled(const Encoded& item, Outcome outcome) {
    const bool hasArrived = outcome != Outcome::Rejected;
    if (Feed* feed = find(item.replay())) {
        --feed->underWay;
        ++(hasArrived ? feed->counts->arrived : feed->counts->refused);
        return;
    }
    --single_;
    if (item.again().fate) item.again().fate->settled(outcome);
    if (hasArrived && item.deadLetter() != 0) arrived_.push_back(item.deadLetter());
}

template <class Match>
void ReplayLane::settleIf(Match&& match, Outcome outcome) {
    std::erase_if(inFlight_, [&](const InFlight::Entry& entry) {
        if (!match(entry)) return false;
        settled(*entry.item, outcome);
        return true;
    });
}

std::deque<InFlight::Entry>::const_iterator ReplayLane::placeOf(std::uint64_t parcel) const {
    const auto found = std::lower_bound(
        inFlight_.begin(), inFlight_.end(), parcel,
        [](const InFlight::Entry& entry, std::uint64_t id) { return entry.parcel < id; });
    return found != inFlight_.end() && found->parcel == parcel ? found : inFlight_.end();
}

EncodedPtr ReplayLane::inFlight(std::uint64_t parcel) const {
    const auto found = placeOf(parcel);
    return found != inFlight_.end() ? found->item : nullptr;
}

void ReplayLane::settle(std::uint64_t parcel, Outcome outcome) {
    const auto found = placeOf(parcel);
    if (found == inFlight_.end()) return;
    settled(*found->item, outcome);
    inFlight_.erase(found);
}

void ReplayLane::settleThrough(std::uint64_t parcel) {
    while (!inFlight_.empty() && inFlight_.front().parcel <= parcel) {
        settled(*inFlight_.front().item, Outcome::Delivered);
        inFlight_.pop_front();
    }
}

void ReplayLane::settleAt(Position position) {
    // By replay (0: dead letters), the newest parcel at that position.
    std::vector<std::pair<std::uint64_t, std::uint64_t>> through;
    for (const InFlight::Entry& entry : inFlight_) {
        if (entry.item->position() != position || entry.item->replay() == 0) continue;
        through.emplace_back(entry.item->replay(), entry.parcel);
    }
    settleIf(
        [&](const InFlight::Entry& entry) {
            const std::uint64_t replay = entry.item->replay();
            if (replay == 0) return entry.item->position() == position;
            return std::any_of(through.begin(), through.end(), [&](const auto& last) {
                return last.first == replay && entry.parcel <= last.second;
            });
        },
        Outcome::Delivered);
}

}  // namespace runnel
