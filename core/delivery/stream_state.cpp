// SPDX-License-Identifier: Apache-2.0
#include "delivery/stream_state.h"

#include <algorithm>
#include <cassert>

namespace runnel {

namespace {

/// CatchUp fetches again when a reader has fewer items than this left.
constexpr std::size_t kLowBacklog = 128;
/// Of the lane at a time, while the session has something of its own: a fifth of what it takes.
constexpr std::size_t kLaneChunk = 16;

}  // namespace

StreamState::ReaderPtr StreamState::deliver(std::span<const EncodedPtr> items, WakeList& wake) {
    while (!items.empty() && items.front()->position() <= account_.lastMatched()) {
        items = items.subspan(1);
    }
    if (items.empty()) return nullptr;
    account_.match(items);
    if (!window_.isOpen()) return nullptr;
    for (const EncodedPtr& item : items) window_.push(item);
    ReaderPtr behind = window_.size() > Window::kMaxItems ? overflow() : nullptr;
    for (const ReaderPtr& reader : readers_) wakeIfWaiting(*reader, wake);
    return behind;
}

StreamState::ReaderPtr StreamState::overflow() {
    const std::uint64_t keepFrom = window_.end() - Window::kMaxItems;
    for (const ReaderPtr& reader : readers_) {
        if (!reader->isLive || reader->next >= keepFrom) continue;
        if (isHolder(*reader)) {
            // A promoted listener may have taken less than the cursor says.
            const Position after = std::max(reader->taken, account_.cursor());
            const std::uint64_t lost = lostInMemory(*reader, after);
            fallBehind(*reader, after);
            if (lost > 0) pushGap(*reader, {after + 1, lostThrough_, lost, "retention"});
        } else {
            reader->inFlight.clear();
            goLive(*reader, window_.end());
        }
    }
    window_.trim(keepFrom);
    trimWindow();
    // One that was about to go live and stands still has lost its place too.
    const ReaderPtr& holder = readers_.back();
    return needsFetch(*holder) ? holder : nullptr;
}

StreamState::ReaderPtr StreamState::attach(const ReaderPtr& reader, Start start, WakeList& wake) {
    ReaderPtr surplus;
    if (readers_.size() == kMaxReaders) {
        surplus = readers_.front();
        readers_.erase(readers_.begin());
        release(*surplus);
    }
    if (!readers_.empty()) {
        surrender(*readers_.back());
        demote(*readers_.back());
    }
    readers_.push_back(reader);
    reader->isAttached = true;
    const Position cursor = account_.cursor();
    reader->taken = cursor;
    const bool goesBack = start.isGiven && start.since < cursor;
    if (start.isGiven && !goesBack) reader->filterThrough = start.since;
    if (account_.books().pending() == 0 && !account_.gap() && !goesBack) {
        openWindow();
        goLive(*reader, window_.end());
    } else {
        fallBehind(*reader, goesBack ? start.since : cursor);
        if (account_.gap()) pushGap(*reader, *account_.gap());
    }
    wakeIfWaiting(*reader, wake);
    return surplus;
}

void StreamState::demote(Reader& reader) {
    ++reader.epoch;  // the dead letters that it may be taking are the new holder's
    if (reader.isLive) {
        // It has taken everything behind the cursor, so a promotion can go on from here.
        reader.runStart = account_.cursor();
        reader.runThrough = account_.cursor();
        reader.runOrdinal = account_.books().done();
        return;
    }
    // A backlog is the new holder's business; what this one has in flight will be sent again.
    reader.inFlight.clear();
    openWindow();
    goLive(reader, window_.end());
}

StreamState::ReaderPtr StreamState::detach(const ReaderPtr& reader, WakeList& wake) {
    const auto found = std::find(readers_.begin(), readers_.end(), reader);
    if (found == readers_.end()) return nullptr;
    const bool wasHolder = isHolder(*reader);
    if (wasHolder) surrender(*reader);
    readers_.erase(found);
    release(*reader);
    trimWindow();
    if (!wasHolder || readers_.empty()) return nullptr;
    const ReaderPtr& holder = readers_.back();
    promote(*holder);
    wakeIfWaiting(*holder, wake);
    return needsFetch(*holder) ? holder : nullptr;
}

void StreamState::release(Reader& reader) {
    reader.isAttached = false;
    reader.inFlight.clear();
    reader.backlog = {};
    reader.backlogFirst = 0;
    ++reader.epoch;
}

void StreamState::promote(Reader& reader) {
    if (reader.isLive && !account_.gap() && account_.cursor() >= reader.runStart) {
        account_.passThrough(reader.runThrough, reader.runOrdinal);
        settled(reader);
        return;
    }
    reader.skipBehind = reader.runStart;
    reader.skipThrough = reader.runThrough;
    reader.inFlight.clear();
    fallBehind(reader, account_.cursor());
    if (account_.gap()) pushGap(reader, *account_.gap());
}

void StreamState::goLive(Reader& reader, std::uint64_t ordinal) {
    reader.isLive = true;
    reader.isJoining = false;
    reader.next = ordinal;
    reader.backlog = {};
    reader.backlogFirst = 0;
    reader.runStart = reader.runThrough = account_.lastMatched();
    reader.runOrdinal = account_.books().matched;
    ++reader.epoch;
}

void StreamState::fallBehind(Reader& reader, Position after) {
    reader.isLive = false;
    reader.isJoining = false;
    reader.backlog = {};
    reader.backlogFirst = 0;
    reader.fetched = after;
    ++reader.epoch;
}

Lag StreamState::lagOf(const Reader& reader) const {
    Lag lag;
    std::uint64_t taken = 0;  // of what is pending
    for (const InFlight::Entry& entry : reader.inFlight.entries()) {
        if (entry.item->gap() != nullptr) continue;
        if (!entry.isSettled) ++lag.unsettled;
        if (entry.item->position() > account_.cursor()) ++taken;
    }
    if (!isHolder(reader)) return lag;
    if (lane_) lag.unsettled += lane_->unsettled();
    const std::uint64_t pending = account_.books().pending();
    lag.waiting = pending - std::min(taken, pending);
    return lag;
}

void StreamState::retire(Position delivered) {
    life_ = Life::Retired;
    if (!readers_.empty()) surrender(*readers_.back());
    for (const ReaderPtr& reader : readers_) release(*reader);
    readers_.clear();
    senders_.clear();
    trimWindow();
    account_.matchedThrough(delivered);
}

StreamState::Unsaved StreamState::takeUnsaved(WakeList& wake) {
    const bool wasFull = account_.isFull();
    Unsaved unsaved{.record = {},
                    .life = life_,
                    .forgets = std::exchange(forgets_, false),
                    .deadLetters = account_.takeDeadLetters(),
                    .resent = {}};
    if (lane_) {
        unsaved.resent = lane_->takeArrived();
        if (lane_->isEmpty()) lane_.reset();
    }
    if (life_ == Life::Retired) life_ = Life::Over;
    account_.fill(unsaved.record);
    if (wasFull) {
        for (const ReaderPtr& reader : readers_) wakeIfWaiting(*reader, wake);
    }
    return unsaved;
}

void StreamState::peek(Reader& reader, std::size_t max, std::vector<Candidate>& out) {
    if (isFull(reader) || !reader.isAttached) return;
    max = std::min(max, kMaxInFlight - reader.inFlight.size());
    const bool hasItsOwn = hasOwn(reader);
    if (laneReady(reader) > 0 && (isLaneNext_ || !hasItsOwn)) {
        return peekLane(hasItsOwn ? std::min(max, kLaneChunk) : max, out);
    }
    if (!hasItsOwn) return;
    if (!reader.isLive) {
        for (std::size_t i = reader.backlogFirst; i < reader.backlog.size() && out.size() < max;
             ++i) {
            out.push_back(candidateOf(reader, reader.backlog[i], 0));
        }
        return;
    }
    for (std::uint64_t i = reader.next; i < window_.end() && out.size() < max; ++i) {
        out.push_back(candidateOf(reader, window_.at(i), i));
    }
}

StreamState::Candidate StreamState::candidateOf(const Reader& reader, const EncodedPtr& item,
                                                std::uint64_t ordinal) {
    return {item, ordinal, settledAlready(reader, *item)};
}

bool StreamState::hasMore(Reader& reader) {
    return reader.isAttached && (laneReady(reader) > 0 || hasOwn(reader));
}

bool StreamState::hasOwn(Reader& reader) {
    if (!reader.isLive) {
        if (reader.backlogSize() > 0) return true;
        if (!window_.isOpen() || reader.fetched < window_.floor()) return false;
        const std::uint64_t ordinal = window_.firstBehind(reader.fetched);
        const std::uint64_t epoch = reader.epoch;
        goLive(reader, ordinal);
        reader.epoch = epoch;  // its own doing, no take is to be started over
    }
    return reader.next < window_.end();
}

void StreamState::take(Reader& reader, std::span<InFlight::Entry> entries) {
    if (entries.empty()) return;
    isLaneNext_ = !entries.front().item->isAgain();
    if (!isLaneNext_) return lane_->take(entries);
    reader.taken = entries.back().item->position();
    if (isHolder(reader)) highestTaken_ = std::max(highestTaken_, reader.taken);
    if (reader.isLive) {
        reader.next += entries.size();
        trimWindow();
    } else {
        reader.backlogFirst += entries.size();
        if (reader.backlogSize() == 0) {
            reader.backlog.clear();
            reader.backlogFirst = 0;
        }
    }
    for (InFlight::Entry& entry : entries) reader.inFlight.push(std::move(entry));
    settled(reader);
}

EncodedPtr StreamState::taken(const Reader& reader, std::uint64_t parcel) const {
    EncodedPtr item = reader.inFlight.find(parcel);
    return item || !lane_ || !isHolder(reader) ? item : lane_->inFlight(parcel);
}

void StreamState::wakeWaiting(WakeList& wake) {
    for (const ReaderPtr& reader : readers_) wakeIfWaiting(*reader, wake);
}

std::optional<Outcome> StreamState::settledAlready(const Reader& reader, const Encoded& item) {
    if (item.position() <= reader.filterThrough) return Outcome::Filtered;
    const Position first = item.gap() != nullptr ? item.gap()->from : item.position();
    const bool isOwn = first > reader.skipBehind && item.position() <= reader.skipThrough;
    return isOwn ? std::optional(Outcome::Delivered) : std::nullopt;
}

StreamState::Received StreamState::settle(Reader& reader, std::uint64_t parcel, Outcome outcome,
                                          std::string_view why) {
    reader.inFlight.settle(parcel, outcome, why);
    if (lane_ && isHolder(reader)) lane_->settle(parcel, outcome);
    return settled(reader);
}

StreamState::Received StreamState::settleThrough(Reader& reader, std::uint64_t parcel) {
    reader.inFlight.settleThrough(parcel);
    if (lane_ && isHolder(reader)) lane_->settleThrough(parcel);
    return settled(reader);
}

StreamState::Received StreamState::settleUpTo(Reader& reader, Position position) {
    reader.inFlight.settleUpTo(position);
    if (lane_ && isHolder(reader)) lane_->settleAt(position);
    return settled(reader);
}

StreamState::Received StreamState::settled(Reader& reader) {
    Received received;
    while (const InFlight::Entry* entry = reader.inFlight.settledFront()) {
        if (isHolder(reader)) {
            account_.pass(*entry);
            if (entry->ordinal != 0) received = entry->item->message()->brokerTime;
        } else {
            record(reader, *entry);
        }
        reader.inFlight.pop();
    }
    return received;
}

void StreamState::record(Reader& listener, const InFlight::Entry& entry) {
    const Position position = entry.item->position();
    if (entry.ordinal == 0 || entry.outcome == Outcome::Rejected) {
        // Nothing to build on: as holder it would have to take this one again.
        listener.runStart = std::max(listener.runStart, position);
    }
    listener.runThrough = std::max(listener.runThrough, position);
    listener.runOrdinal = std::max(listener.runOrdinal, entry.ordinal);
}

bool StreamState::needsFetch(Reader& reader) {
    if (!reader.isAttached || reader.isLive || reader.isFetching ||
        reader.backlogSize() >= kLowBacklog)
        return false;
    if (reader.isJoining && reader.fetched >= window_.floor()) return false;
    reader.isFetching = true;
    return true;
}

void StreamState::join(Reader& reader) {
    assert(reader.isAttached);
    reader.isJoining = true;
    openWindow();
}

void StreamState::append(Reader& reader, std::span<const EncodedPtr> items, Position through) {
    const auto first = reader.backlog.begin();
    reader.backlog.erase(first, first + static_cast<std::ptrdiff_t>(reader.backlogFirst));
    reader.backlogFirst = 0;
    reader.fetched = through;
    for (const EncodedPtr& item : items) {
        if (item->position() > account_.lastMatched()) {
            reader.fetched = account_.lastMatched();
            break;
        }
        reader.backlog.push_back(item);
    }
}

void StreamState::wakeIfWaiting(Reader& reader, WakeList& wake) {
    if (!reader.isWaiting || isFull(reader) || !hasMore(reader)) return;
    reader.isWaiting = false;
    wake.push_back(reader.session);
}

void StreamState::trimWindow() {
    if (!window_.isOpen()) return;
    std::uint64_t needed = window_.end();
    bool isNeeded = false;
    for (const ReaderPtr& reader : readers_) {
        if (!reader->isLive && !reader->isJoining) continue;
        isNeeded = true;
        needed =
            std::min(needed, reader->isLive ? reader->next : window_.firstBehind(reader->fetched));
    }
    if (isNeeded) {
        window_.trim(needed);
    } else {
        window_.close();
    }
}

void StreamState::openWindow() {
    if (!window_.isOpen()) window_.open(account_.lastMatched(), account_.books().matched);
}

}  // namespace runnel
