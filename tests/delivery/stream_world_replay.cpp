// SPDX-License-Identifier: Apache-2.0
// What is sent again in a StreamWorld, and tokens that are revoked.
#include <algorithm>

#include "tests/delivery/stream_world.h"

namespace runnel::test {

namespace {

class Feeder final : public Chore {
  public:
    Then takeTurn() override { return Then::Rest; }
};

}  // namespace

/// One at a time: begins, feeds when it has been called, and ends or is cancelled.
void StreamWorld::replay() {
    if (replay_ == 0) return openReplay();
    if (chance(5)) return closeReplay();
    if (!isCalled_) return;
    switch (state_->replayAppetite(replay_)) {
        case ReplayLane::Appetite::Hungry:
            return feedReplay(chance(10));
        case ReplayLane::Appetite::Full:
            isCalled_ = false;
            return;
        case ReplayLane::Appetite::Done:
            EXPECT_TRUE(expected_.empty()) << "it is said to be done";
            return closeReplay();
        case ReplayLane::Appetite::Gone:
            FAIL() << "the replay is gone";
    }
}

void StreamWorld::openReplay() {
    replay_ = ++lastReplay_;
    feeder_ = std::make_shared<Feeder>();
    counts_ = std::make_shared<ReplayCounts>();
    isCalled_ = true;
    fed_ = 0;
    arrived_ = refused_ = 0;
    state_->openReplay(replay_, counts_, feeder_);
}

void StreamWorld::feedReplay(bool isLast) {
    std::vector<EncodedPtr> items;
    const std::size_t count = below(ReplayLane::kSlice + 1);
    for (std::size_t i = 0; i < count && fed_ + 1 < kStart; ++i) {
        auto message = std::make_shared<Message>();
        message->position = ++fed_;
        expected_.insert(fed_);
        items.push_back(std::make_shared<const Encoded>(std::move(message), use_, View{},
                                                        Again{Again::Why::Replay, replay_}));
    }
    state_->feedReplay(replay_, items, isLast || fed_ + 1 >= kStart, wake_);
}

void StreamWorld::closeReplay() {
    EXPECT_EQ(counts_->arrived, arrived_);
    EXPECT_EQ(counts_->refused, refused_);
    const auto oldest = state_->closeReplay(replay_);
    EXPECT_EQ(oldest.has_value(), !expected_.empty());
    if (oldest && !expected_.empty()) {
        EXPECT_EQ(*oldest, *expected_.begin()) << "where another one would go on";
    }
    replay_ = 0;
    expected_.clear();
    for (Client& client : clients_) client.again.clear();
}

void StreamWorld::noteAgain(Client& client, const InFlight::Entry& entry) {
    EXPECT_EQ(entry.item->replay(), replay_) << "nothing is taken of one that has ended";
    const Position position = entry.item->position();
    if (!entry.isSettled) {
        client.again[entry.parcel] = position;
        return;
    }
    expected_.erase(position);
    ++(entry.outcome == Outcome::Rejected ? refused_ : arrived_);
}

void StreamWorld::settleAgain(Client& client, std::uint64_t through) {
    std::erase_if(client.again, [&](const auto& parcel) {
        if (parcel.first > through) return false;
        expected_.erase(parcel.second);
        ++arrived_;
        return true;
    });
}

/// One parcel, or everything up to a position, as an application would.
void StreamWorld::settleOneAgain(Client& client) {
    auto chosen = client.again.begin();
    std::advance(chosen, below(client.again.size()));
    const auto [parcel, position] = *chosen;
    if (chance(50)) {
        state_->settleUpTo(*client.reader, position);
        settleAgain(client, parcel);
    } else {
        const bool isRefused = chance(20);
        state_->settle(*client.reader, parcel, isRefused ? Outcome::Rejected : Outcome::Delivered,
                       "why");
        expected_.erase(position);
        ++(isRefused ? refused_ : arrived_);
        client.again.erase(parcel);
    }
    afterSettling(client);
}

/// Who rests is called as soon as there is room, or nothing is left to arrive.
void StreamWorld::callHungry() {
    std::vector<std::shared_ptr<Chore>> hungry;
    state_->takeHungry(hungry);
    if (!hungry.empty()) {
        EXPECT_FALSE(isCalled_) << "called twice";
        isCalled_ = true;
    }
    if (replay_ != 0 && !isCalled_) {
        EXPECT_EQ(state_->replayAppetite(replay_), ReplayLane::Appetite::Full)
            << "it could go on and was not called";
    }
}

/// A token is revoked: exactly its sessions go.
void StreamWorld::endToken() {
    const std::uint64_t token = 1 + below(3);
    const auto isOfIt = [&](const Client& client) { return client.reader->visitor.token == token; };
    if (clients_.empty()) return;
    const bool endsHolder = isOfIt(clients_.back());
    const auto count = std::count_if(clients_.begin(), clients_.end(), isOfIt);
    std::vector<StreamState::ReaderPtr> ended;
    request(state_->end(token, ended, wake_));
    EXPECT_EQ(static_cast<std::ptrdiff_t>(ended.size()), count);
    std::erase_if(clients_, isOfIt);
    if (endsHolder && !clients_.empty()) clients_.back().last = 0;
}

}  // namespace runnel::test
