// SPDX-License-Identifier: Apache-2.0
#include "tests/delivery/stream_world.h"

#include <algorithm>

namespace runnel::test {

EncodedPtr StreamWorld::item(Position position) const {
    auto message = std::make_shared<Message>();
    message->position = position;
    return std::make_shared<const Encoded>(message, use_, View{});
}

void StreamWorld::step() {
    const std::uint64_t dice = below(100);
    if (dice < 12) return append(), check();
    if (dice < 24) return route(), check();
    if (dice < 28) return lose(), check();
    if (dice < 31) return savesRarely_ && chance(90) ? void() : save(), check();
    if (dice < 32) return resend(), check();
    if (dice < 33) return replay(), check();
    if (dice < 37) return attach(), check();
    if (dice < 55) return catchUp(), check();
    if (dice < 57) return settleDown();
    if (dice == 57 && chance(20)) return restart(), check();
    if (dice == 57 && chance(20)) return endToken(), check();
    if (clients_.empty()) return;
    const std::size_t index = below(clients_.size());
    Client& client = clients_[index];
    if (client.isTaking) {
        take(client);
    } else if (dice < 61) {
        detach(index);
    } else if (dice < 80) {
        look(client, 1 + below(64));
    } else {
        settle(client);
    }
    check();
}

// The broker.

void StreamWorld::append() {
    const std::uint64_t count = chance(3) ? 1500 : 1 + below(30);
    for (std::uint64_t i = 0; i < count; ++i) {
        head_ += 1 + below(3);
        journal_.push_back(head_);  // other streams have messages in between
    }
}

void StreamWorld::route() {
    std::vector<EncodedPtr> items;
    for (; routed_ < journal_.size(); ++routed_) items.push_back(item(journal_[routed_]));
    if (items.empty()) return;
    request(state_->deliver(items, wake_));
}

void StreamWorld::lose() {
    route();
    const Position through = lostThrough_ + below(head_ - lostThrough_ + 1);
    std::vector<Position> wanted;
    std::copy_if(journal_.begin(), journal_.end(), std::back_inserter(wanted),
                 [&](Position p) { return p > lostThrough_ && p <= through; });
    if (chance(10)) {
        lostThrough_ = head_;
        request(state_->loseAll(head_, 0, "damage", wake_).behind);
    } else {
        lostThrough_ = through;
        request(state_->lose(through, wanted, "retention", wake_).behind);
    }
}

void StreamWorld::save() {
    const Position checkpoint = routed_ == 0 ? kStart : journal_[routed_ - 1];
    const StreamState::Unsaved unsaved = state_->takeUnsaved(wake_);
    deadLetters_ += unsaved.deadLetters.size();
    EXPECT_EQ(unsaved.record.books.dead, deadLetters_) << "each of them is handed over once";
    for (const std::uint64_t id : unsaved.resent) {
        EXPECT_EQ(asked_.erase(id), 1U) << "dead letter " << id << " arrived twice";
    }
    tellWoken();
    followMirrors();
    saved_ = {unsaved.record, checkpoint, told_, deadLetters_};
}

void StreamWorld::resend() {
    DeadLetter letter;
    letter.id = ++lastLetter_;
    auto message = std::make_shared<Message>();
    message->position = 1 + below(kStart);
    letter.message = std::move(message);
    if (state_->replay(std::make_shared<const Encoded>(letter.message, use_, View{},
                                                       Again{Again::Why::DeadLetter, letter.id}),
                       wake_)) {
        asked_.insert(letter.id);
    }
}

/// In order, with all saved, or by a crash: back to what was saved last.
void StreamWorld::restart() {
    if (chance(50)) save();
    restartFrom(saved_);
}

void StreamWorld::restartFrom(const Saved& saved) {
    clients_.clear();
    jobs_.clear();
    wake_.clear();
    asked_.clear();
    expected_.clear();
    replay_ = 0;
    const Position counted = saved.record.counted;
    // What was lost since without having been counted by then, nobody will ever count.
    std::erase_if(journal_, [&](Position p) { return p > counted && p <= lostThrough_; });
    state_.emplace(saved.record, use_);
    saved_ = saved;
    std::tie(books_, cursor_, gap_) =
        std::tie(saved.record.books, saved.record.cursor, saved.record.gap);
    told_ = saved.told;
    deadLetters_ = saved.deadLetters;
    std::vector<Position> wanted;
    std::copy_if(journal_.begin(), journal_.end(), std::back_inserter(wanted),
                 [&](Position p) { return p > cursor_ && p <= lostThrough_; });
    state_->lose(lostThrough_, wanted, "retention", wake_);
    const Position behind = saved.checkpoint - below(20);
    routed_ = static_cast<std::size_t>(
        std::upper_bound(journal_.begin(), journal_.end(), std::max(behind, lostThrough_)) -
        journal_.begin());
    route();
}

// CatchUp.

void StreamWorld::request(const StreamState::ReaderPtr& reader) {
    if (reader) jobs_.push_back({.reader = reader, .slice = {}});
}

void StreamWorld::catchUp() {
    if (jobs_.empty()) return;
    Job& job = jobs_.front();
    if (!job.isStarted && !job.reader->isAttached) return jobs_.pop_front();
    if (!job.isStarted) {
        job.isStarted = true;
        job.after = job.reader->fetched;
        job.epoch = job.reader->epoch;
        if (chance(50)) read(job);
        return;
    }
    if (!job.slice) read(job);
    const Job done = std::move(job);
    jobs_.pop_front();
    deliver(done);
}

void StreamWorld::read(Job& job) const {
    job.slice.emplace();
    const Position after = std::max(job.after, lostThrough_);
    for (auto next = std::upper_bound(journal_.begin(), journal_.end(), after);
         next != journal_.end() && job.slice->size() < kSlice; ++next) {
        job.slice->push_back(*next);
    }
    job.through = job.slice->size() < kSlice ? head_ : job.slice->back();
}

/// As CatchUp does it.
void StreamWorld::deliver(const Job& job) {
    Reader& reader = *job.reader;
    if (reader.epoch == job.epoch) {
        const bool isNearHead = job.slice->size() < kSlice;
        std::vector<EncodedPtr> items;
        for (const Position position : *job.slice) items.push_back(item(position));
        if (isNearHead) state_->join(reader);
        state_->append(reader, items, std::max(job.after, job.through));
        state_->wakeIfWaiting(reader, wake_);
    }
    reader.isFetching = false;
    if (state_->needsFetch(reader)) request(job.reader);
}

// Clients.

void StreamWorld::attach() {
    if (clients_.size() == 4) return;
    Client client;
    client.reader = std::make_shared<Reader>(std::make_shared<FakeSession>(),
                                             Visitor{1 + below(3), {}, {}, false});
    StreamState::Start start;
    if (chance(20)) start = {kStart + below(head_ - kStart + 1), true};
    if (!clients_.empty()) {
        clients_.back().replays.clear();
        clients_.back().again.clear();
    }
    clients_.push_back(std::move(client));
    const StreamState::ReaderPtr& reader = clients_.back().reader;
    state_->attach(reader, start, wake_);
    if (state_->needsFetch(*reader)) request(reader);
}

void StreamWorld::detach(std::size_t index) {
    const bool wasHolder = index + 1 == clients_.size();
    const StreamState::ReaderPtr reader = clients_[index].reader;
    clients_.erase(clients_.begin() + static_cast<std::ptrdiff_t>(index));
    request(state_->detach(reader, wake_));
    if (wasHolder && !clients_.empty()) clients_.back().last = 0;  // it may go back to the cursor
}

void StreamWorld::look(Client& client, std::size_t max) {
    if (!client.isTold) return;
    client.candidates.clear();
    state_->peek(*client.reader, max, client.candidates);
    client.epoch = client.reader->epoch;
    client.isTaking = !client.candidates.empty();
    if (client.isTaking) return;
    client.isTold = false;
    client.reader->isWaiting = true;
    if (state_->needsFetch(*client.reader)) request(client.reader);
}

void StreamWorld::take(Client& client) {
    client.isTaking = false;
    Reader& reader = *client.reader;
    if (reader.epoch != client.epoch) return;
    std::vector<InFlight::Entry> entries;
    const std::size_t count =
        chance(70) ? client.candidates.size() : 1 + below(client.candidates.size());
    for (std::size_t i = 0; i < count; ++i) {
        entries.push_back(entryFor(client.candidates[i], ++reader.lastParcel));
        noteTaken(client, entries.back());
    }
    state_->take(reader, entries);
    if (state_->needsFetch(reader)) request(client.reader);
    popSettled(client);
}

/// One in fifty cannot be said, one in fifty the format does not want.
InFlight::Entry StreamWorld::entryFor(const StreamState::Candidate& candidate,
                                      std::uint64_t parcel) {
    InFlight::Entry entry{.item = candidate.item,
                          .parcel = parcel,
                          .ordinal = candidate.ordinal,
                          .isSettled = true,
                          .outcome = candidate.settledAs.value_or(Outcome::Filtered),
                          .why = nullptr};
    if (candidate.settledAs || chance(2)) return entry;
    if (chance(2)) {
        entry.outcome = Outcome::Rejected;
    } else {
        entry.isSettled = false;
    }
    return entry;
}

void StreamWorld::noteTaken(Client& client, const InFlight::Entry& entry) {
    if (entry.item->replay() != 0) return noteAgain(client, entry);
    if (const std::uint64_t letter = entry.item->deadLetter(); letter != 0) {
        if (!entry.isSettled) client.replays[entry.parcel] = letter;
        if (entry.isSettled && entry.outcome == Outcome::Rejected) asked_.erase(letter);
        return;
    }
    Parcel parcel{.id = entry.parcel, .position = entry.item->position(), .notice = {}};
    if (entry.item->gap() != nullptr) parcel.notice = *entry.item->gap();
    if (parcel.notice && entry.isSettled && entry.outcome == Outcome::Delivered) {
        checkHidden(*parcel.notice);
    }
    EXPECT_GT(parcel.position, client.last) << "in order";
    client.last = parcel.position;
    if (entry.isSettled) settleOne(parcel, entry.outcome);
    if (!entry.isSettled) fates_[parcel.position].wasSent = true;
    client.inFlight.push_back(std::move(parcel));
}

void StreamWorld::settle(Client& client) {
    if (!client.replays.empty() && chance(50)) return settleReplay(client);
    if (!client.again.empty() && chance(50)) return settleOneAgain(client);
    if (client.inFlight.empty()) return;
    const std::size_t index =
        chance(30) ? client.inFlight.size() - 1 : below(client.inFlight.size());
    Parcel& parcel = client.inFlight[index];
    const std::uint64_t kind = below(10);
    if (kind < 3) {
        const Outcome outcome = chance(70)   ? Outcome::Delivered
                                : chance(50) ? Outcome::Filtered
                                             : Outcome::Rejected;
        state_->settle(*client.reader, parcel.id, outcome, "why");
        settleOne(parcel, outcome);
    } else if (kind == 3 && chance(savesRarely_ ? 90 : 30)) {
        for (Parcel& each : client.inFlight) {
            state_->settle(*client.reader, each.id, Outcome::Rejected, "why");
            settleOne(each, Outcome::Rejected);
        }
    } else {
        settleThrough(client, index);
    }
    afterSettling(client);
}

/// By parcel or, as an application would, by position.
void StreamWorld::settleThrough(Client& client, std::size_t index) {
    const Parcel last = client.inFlight[index];
    if (chance(50)) {
        state_->settleUpTo(*client.reader, last.position);
    } else {
        state_->settleThrough(*client.reader, last.id);
        std::erase_if(client.replays, [&](const auto& replay) { return replay.first <= last.id; });
        settleAgain(client, last.id);
    }
    for (std::size_t i = 0; i <= index; ++i) settleOne(client.inFlight[i], Outcome::Delivered);
}

void StreamWorld::settleOne(Parcel& parcel, Outcome outcome) {
    if (parcel.isSettled) return;
    parcel.isSettled = true;
    if (parcel.notice) return;
    Fate& fate = fates_[parcel.position];
    (outcome == Outcome::Rejected ? fate.wasRejected : fate.wasSettled) = true;
}

void StreamWorld::settleReplay(Client& client) {
    const auto [parcel, letter] = *client.replays.begin();
    const Outcome outcome = chance(70) ? Outcome::Delivered : Outcome::Rejected;
    state_->settle(*client.reader, parcel, outcome, "why");
    if (outcome == Outcome::Rejected) asked_.erase(letter);
    client.replays.erase(parcel);
    afterSettling(client);
}

void StreamWorld::afterSettling(Client& client) {
    state_->wakeIfWaiting(*client.reader, wake_);
    if (state_->needsFetch(*client.reader)) request(client.reader);
    popSettled(client);
}

/// Everybody goes on until nobody has anything to do.
void StreamWorld::settleDown() {
    route();
    check();
    int turns = 0;
    for (bool isBusy = true; isBusy && !::testing::Test::HasFailure();) {
        EXPECT_LT(++turns, 10'000) << "somebody is busy for nothing";
        isBusy = !jobs_.empty();
        catchUp();
        check();
        for (Client& client : clients_) {
            if (!client.isTaking) look(client, 64);
            if (client.isTaking) take(client);
            isBusy |= client.isTold;
            check();
        }
    }
    checkSettledDown();
}

void StreamWorld::finish() {
    route();
    while (!clients_.empty()) detach(0), check();
    attach();
    check();
    save();
    if (replay_ != 0) feedReplay(true);
    while ((account().books().pending() > 0 || account().gap() || !asked_.empty() ||
            !expected_.empty()) &&
           !::testing::Test::HasFailure()) {
        settleDown();
        Client& client = clients_.back();
        if (client.inFlight.empty() && client.replays.empty() && client.again.empty()) break;
        state_->settleThrough(*client.reader, client.reader->lastParcel);
        for (Parcel& parcel : client.inFlight) settleOne(parcel, Outcome::Delivered);
        client.replays.clear();
        settleAgain(client, client.reader->lastParcel);
        afterSettling(client);
        check();
        save();
    }
    EXPECT_TRUE(expected_.empty()) << "each message of the replay arrived or was refused";
    if (replay_ != 0) closeReplay();
    const Books& books = account().books();
    EXPECT_EQ(books.pending(), 0U);
    EXPECT_FALSE(account().gap()) << "it was told";
    EXPECT_EQ(told_, books.expired);
    EXPECT_TRUE(asked_.empty()) << "each dead letter arrived or was refused";
    for (const Position position : journal_) {
        if (position <= lostThrough_) continue;
        const Fate& fate = fates_[position];
        EXPECT_TRUE(fate.wasSent || fate.wasSettled || fate.wasRejected) << position;
    }
}

// What has to be true.

void StreamWorld::tellWoken() {
    for (const auto& session : wake_) {
        for (Client& client : clients_) {
            if (client.reader->session != session) continue;
            EXPECT_FALSE(client.isTold) << "told twice";
            client.isTold = true;
        }
    }
    wake_.clear();
}

/// The stream forgets a session's parcels as a whole or not at all.
void StreamWorld::followMirrors() {
    for (Client& client : clients_) {
        if (client.reader->inFlight.empty()) client.inFlight.clear();
        EXPECT_EQ(client.inFlight.size(), client.reader->inFlight.size());
    }
}

void StreamWorld::popSettled(Client& client) {
    const bool isHolder = &client == &clients_.back();
    Position cursor = cursor_;
    while (!client.inFlight.empty() && client.inFlight.front().isSettled) {
        const Parcel& parcel = client.inFlight.front();
        const bool isNews = parcel.position > cursor || (gap_ && gap_->to == parcel.position);
        if (isHolder && parcel.notice && isNews) told_ += parcel.notice->messages;
        cursor = std::max(cursor, parcel.position);
        client.inFlight.pop_front();
    }
}

void StreamWorld::check() {
    tellWoken();
    callHungry();
    followMirrors();
    const Books before = std::exchange(books_, account().books());
    const Position from = std::exchange(cursor_, account().cursor());
    gap_ = account().gap();
    EXPECT_EQ(books_.matched, routed_);
    EXPECT_GE(cursor_, from) << "never back";
    const auto passed = std::upper_bound(journal_.begin(), journal_.end(), cursor_);
    EXPECT_EQ(books_.done(), static_cast<std::uint64_t>(passed - journal_.begin()))
        << "everything up to the cursor is done, and nothing else";
    EXPECT_EQ(books_.expired - told_, gap_ ? gap_->messages : 0) << "what is to be told";
    checkPassed(before, from);
}

/// What the cursor has passed is booked by what happened to it. Only where something was both, such
/// as settled by a listener and lost by the holder, the stream may choose.
void StreamWorld::checkPassed(const Books& before, Position from) {
    std::uint64_t lost = 0, good = 0, bad = 0, onlyLost = 0, onlyGood = 0, onlyBad = 0;
    for (auto next = std::upper_bound(journal_.begin(), journal_.end(), from);
         next != journal_.end() && *next <= cursor_; ++next) {
        const Fate& fate = fates_[*next];
        const bool isLost = *next <= lostThrough_;
        EXPECT_TRUE(isLost || fate.wasSettled || fate.wasRejected) << *next << " was passed over";
        lost += isLost;
        good += fate.wasSettled;
        bad += fate.wasRejected;
        onlyLost += isLost && !fate.wasSettled && !fate.wasRejected;
        onlyGood += !isLost && fate.wasSettled && !fate.wasRejected;
        onlyBad += !isLost && !fate.wasSettled && fate.wasRejected;
    }
    const auto isBetween = [](std::uint64_t least, std::uint64_t value, std::uint64_t most) {
        return least <= value && value <= most;
    };
    EXPECT_TRUE(isBetween(onlyLost, books_.expired - before.expired, lost));
    EXPECT_TRUE(isBetween(onlyBad, books_.dead - before.dead, bad));
    EXPECT_TRUE(isBetween(
        onlyGood, books_.settled + books_.filtered - before.settled - before.filtered, good));
}

/// A notice is not sent to a session that had all those messages as a listener.
void StreamWorld::checkHidden(const Gap& gap) {
    for (auto next = std::lower_bound(journal_.begin(), journal_.end(), gap.from);
         next != journal_.end() && *next <= gap.to; ++next) {
        EXPECT_TRUE(fates_[*next].wasSettled) << *next << " was lost and nobody is told";
    }
}

/// Nobody waits with something to take, and the holder has all that there is.
void StreamWorld::checkSettledDown() {
    if (clients_.empty()) return;
    if (account().isFull()) return;
    for (Client& client : clients_) {
        if (client.reader->inFlight.size() >= StreamState::kMaxInFlight) return;
        EXPECT_FALSE(state_->hasMore(*client.reader)) << "a session waits and was not told";
    }
    std::uint64_t held = 0;
    const Client& holder = clients_.back();
    for (const Parcel& parcel : holder.inFlight) {
        if (parcel.position > cursor_) held += parcel.notice ? parcel.notice->messages : 1;
    }
    EXPECT_EQ(account().books().pending(), held) << "the holder does not get everything";
    EXPECT_TRUE(!gap_ || std::any_of(holder.inFlight.begin(), holder.inFlight.end(),
                                     [&](const Parcel& parcel) {
                                         return parcel.notice && parcel.notice->to == gap_->to;
                                     }))
        << "the holder is not told of the gap";
}

}  // namespace runnel::test
