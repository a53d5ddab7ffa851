// SPDX-License-Identifier: Apache-2.0
#include "delivery/stream_state.h"

#include <gmock/gmock.h>

#include "tests/delivery/delivery_fakes.h"

namespace runnel::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// The rules alone: no journal, no threads. The stream starts behind position 1000.
class StreamStateTest : public ::testing::Test {
  protected:
    using ReaderPtr = StreamState::ReaderPtr;

    EncodedPtr item(Position position) {
        auto message = std::make_shared<Message>();
        message->position = position;
        return std::make_shared<const Encoded>(message, use_, View{});
    }
    std::vector<EncodedPtr> items(Position first, std::size_t count) {
        std::vector<EncodedPtr> list;
        for (std::size_t i = 0; i < count; ++i) list.push_back(item(first + i));
        return list;
    }
    /// Returns whom CatchUp has to fetch for.
    ReaderPtr deliver(std::size_t count) {
        ReaderPtr behind = state_.deliver(items(next_, count), wake_);
        next_ += count;
        return behind;
    }
    ReaderPtr attach(StreamState::Start start = {}) {
        auto reader = std::make_shared<Reader>(std::make_shared<FakeSession>());
        state_.attach(reader, start);
        return reader;
    }
    /// Takes at most `max`; returns the positions.
    std::vector<Position> take(Reader& reader, std::size_t max = 10'000) {
        std::vector<StreamState::Candidate> candidates;
        state_.peek(reader, max, candidates);
        std::vector<InFlight::Entry> entries;
        std::vector<Position> positions;
        for (const auto& candidate : candidates) {
            const Position position = candidate.item->position();
            entries.push_back({.item = candidate.item,
                               .parcel = position,
                               .ordinal = candidate.ordinal,
                               .isSettled = candidate.settledAs.has_value(),
                               .outcome = candidate.settledAs.value_or(Outcome{}),
                               .why = {}});
            if (!candidate.settledAs) positions.push_back(position);
        }
        state_.take(reader, entries);
        return positions;
    }

    FormatUse use_{"format_counter", std::make_unique<CounterFormat>()};
    StreamState state_{startingBehind(1000), use_};
    StreamState::WakeList wake_;
    Position next_ = 1001;
};

TEST_F(StreamStateTest, CollectsNothingWithoutSessions) {
    EXPECT_EQ(deliver(5), nullptr);
    EXPECT_EQ(state_.account().books().matched, 5U);
    EXPECT_EQ(state_.account().books().pending(), 5U);
    EXPECT_EQ(state_.account().lastMatched(), 1005U);
    EXPECT_EQ(state_.account().cursor(), 1000U);
}

TEST_F(StreamStateTest, AsksForTheBacklogOfANewHolderOnce) {
    deliver(5);
    const ReaderPtr reader = attach();
    EXPECT_TRUE(state_.needsFetch(*reader));
    EXPECT_FALSE(state_.needsFetch(*reader)) << "one request at a time";
    EXPECT_THAT(take(*reader), IsEmpty());
}

TEST_F(StreamStateTest, LeavesWhatTheRouterHasNotBroughtToTheRouter) {
    deliver(2);
    const ReaderPtr reader = attach();
    state_.join(*reader);
    state_.append(*reader, items(1001, 4), 1004);
    EXPECT_THAT(take(*reader), ElementsAre(1001, 1002));
    EXPECT_THAT(take(*reader), IsEmpty()) << "1003 and 1004 have not been matched yet";
    deliver(2);
    EXPECT_THAT(take(*reader), ElementsAre(1003, 1004));
    state_.settleUpTo(*reader, 1004);
    EXPECT_EQ(state_.account().books().settled, 4U);
    EXPECT_EQ(state_.account().books().pending(), 0U);
}

TEST_F(StreamStateTest, GoesLiveWithoutGapAfterTheWindowHasCollected) {
    deliver(2);
    const ReaderPtr reader = attach();
    state_.join(*reader);
    deliver(3);  // the window has 1003 to 1005
    state_.append(*reader, items(1001, 1), 1001);
    EXPECT_THAT(take(*reader), ElementsAre(1001));
    EXPECT_THAT(take(*reader), IsEmpty()) << "1002 is in neither yet";
    EXPECT_TRUE(state_.needsFetch(*reader));
    state_.append(*reader, items(1002, 2), 1003);
    EXPECT_THAT(take(*reader), ElementsAre(1002, 1003));
    EXPECT_THAT(take(*reader), ElementsAre(1004, 1005));
    EXPECT_TRUE(reader->isLive);
}

TEST_F(StreamStateTest, NamesAHolderThatOneBatchPushedOutOfTheWindow) {
    const ReaderPtr reader = attach();
    deliver(1);
    EXPECT_THAT(take(*reader), ElementsAre(1001));
    EXPECT_EQ(deliver(3000), reader);
    EXPECT_FALSE(reader->isLive);
    EXPECT_EQ(reader->fetched, 1001U) << "it goes on behind what it took";
    EXPECT_THAT(take(*reader), IsEmpty());
    state_.append(*reader, items(1002, 2), 1003);
    EXPECT_THAT(take(*reader), ElementsAre(1002, 1003));
}

TEST_F(StreamStateTest, KeepsAReaderLiveThatTheWindowStillServes) {
    const ReaderPtr reader = attach();
    EXPECT_EQ(deliver(Window::kMaxItems), nullptr);
    EXPECT_TRUE(reader->isLive);
    EXPECT_THAT(take(*reader, 1), ElementsAre(1001));
    EXPECT_EQ(deliver(1), nullptr);
    EXPECT_THAT(take(*reader), SizeIs(Window::kMaxItems));
}

TEST_F(StreamStateTest, WakesASessionOnceUntilItComesUpShort) {
    const ReaderPtr reader = attach();
    deliver(1);
    deliver(1);
    EXPECT_THAT(wake_, ElementsAre(reader->session));
}

TEST_F(StreamStateTest, MakesADemotedBacklogReaderLive) {
    deliver(5);
    const ReaderPtr older = attach();
    EXPECT_TRUE(state_.needsFetch(*older));
    state_.append(*older, items(1001, 3), 1003);
    take(*older, 1);
    const std::uint64_t epoch = older->epoch;
    const ReaderPtr newer = attach();
    EXPECT_TRUE(older->isLive);
    EXPECT_GT(older->epoch, epoch) << "a take in progress starts over";
    EXPECT_TRUE(older->inFlight.empty());
    deliver(1);
    EXPECT_THAT(take(*older), ElementsAre(1006));
}

TEST_F(StreamStateTest, PromotesAListenerBehindTheCursorToTheBacklog) {
    deliver(5);
    const ReaderPtr listener = attach();
    const ReaderPtr holder = attach();
    deliver(2);
    EXPECT_THAT(take(*listener), ElementsAre(1006, 1007));
    state_.settleUpTo(*listener, 1007);
    EXPECT_EQ(state_.detach(holder), listener);
    EXPECT_EQ(listener->fetched, 1000U);
    state_.append(*listener, items(1001, 7), 1007);
    EXPECT_THAT(take(*listener), ElementsAre(1001, 1002, 1003, 1004, 1005))
        << "what it settled as a listener is not sent again";
    state_.settleUpTo(*listener, 1005);
    EXPECT_EQ(state_.account().books().settled, 7U);
    EXPECT_EQ(state_.account().books().pending(), 0U);
}

TEST_F(StreamStateTest, SendsAPromotedListenerAgainWhatItCouldNotDeliver) {
    const ReaderPtr listener = attach();
    const ReaderPtr holder = attach();
    deliver(3);
    take(*listener);
    state_.settle(*listener, 1001, Outcome::Delivered, "");
    state_.settle(*listener, 1002, Outcome::Rejected, "too large");
    state_.settle(*listener, 1003, Outcome::Delivered, "");
    EXPECT_EQ(state_.account().books().dead, 0U) << "a listener's word counts for nothing";
    EXPECT_EQ(state_.detach(holder), listener);
    state_.append(*listener, items(1001, 3), 1003);
    EXPECT_THAT(take(*listener), ElementsAre(1001, 1002));
    state_.settle(*listener, 1001, Outcome::Delivered, "");
    state_.settle(*listener, 1002, Outcome::Rejected, "too large");
    EXPECT_EQ(state_.account().books().settled, 2U);
    EXPECT_EQ(state_.account().books().dead, 1U);
    EXPECT_EQ(state_.account().books().pending(), 0U);
}

TEST_F(StreamStateTest, DetachesAListenerWithoutTouchingTheHolder) {
    const ReaderPtr listener = attach();
    const ReaderPtr holder = attach();
    deliver(2);
    take(*holder);
    EXPECT_EQ(state_.detach(listener), nullptr);
    EXPECT_EQ(state_.detach(listener), nullptr) << "twice does no harm";
    EXPECT_TRUE(state_.isHolder(*holder));
    state_.settleUpTo(*holder, 1002);
    EXPECT_EQ(state_.account().books().settled, 2U);
    EXPECT_FALSE(state_.needsFetch(*listener));
    EXPECT_FALSE(state_.hasMore(*listener));
}

TEST_F(StreamStateTest, ReturnsTheOldestOfTooManyReaders) {
    const ReaderPtr oldest = attach();
    for (std::size_t i = 1; i < StreamState::kMaxReaders; ++i) attach();
    auto reader = std::make_shared<Reader>(std::make_shared<FakeSession>());
    EXPECT_EQ(state_.attach(reader, {}), oldest);
    EXPECT_EQ(state_.readerCount(), StreamState::kMaxReaders);
    EXPECT_FALSE(oldest->isAttached);
}

TEST_F(StreamStateTest, FiltersWhatTheClientDidNotAskFor) {
    deliver(4);
    const ReaderPtr reader = attach({.since = 1002, .isGiven = true});
    state_.append(*reader, items(1001, 4), 1004);
    EXPECT_THAT(take(*reader), ElementsAre(1003, 1004));
    EXPECT_EQ(state_.account().books().filtered, 2U);
    EXPECT_EQ(state_.account().cursor(), 1002U);
}

TEST_F(StreamStateTest, StandsStillWhileTooManyDeadLettersAreUnsaved) {
    const ReaderPtr reader = attach();
    deliver(Account::kMaxUnsaved);
    for (const Position position : take(*reader)) {
        state_.settle(*reader, position, Outcome::Rejected, std::to_string(position));
    }
    reader->isWaiting = true;
    wake_.clear();
    deliver(6);
    EXPECT_THAT(take(*reader), IsEmpty());
    EXPECT_THAT(wake_, IsEmpty()) << "it may not take";
    const StreamState::Unsaved unsaved = state_.takeUnsaved(wake_);
    EXPECT_THAT(wake_, ElementsAre(reader->session));
    ASSERT_THAT(unsaved.deadLetters, SizeIs(Account::kMaxUnsaved));
    EXPECT_EQ(unsaved.deadLetters.front().reason, "1001");
    EXPECT_EQ(unsaved.deadLetters.back().reason, "2024");
    EXPECT_EQ(unsaved.record.books.dead, Account::kMaxUnsaved);
    EXPECT_THAT(take(*reader), SizeIs(6));
    EXPECT_THAT(state_.takeUnsaved(wake_).deadLetters, IsEmpty()) << "each is handed over once";
}

}  // namespace
}  // namespace runnel::test
