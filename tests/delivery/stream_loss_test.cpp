// SPDX-License-Identifier: Apache-2.0
// What becomes of messages that the journal loses before they are delivered.
#include <gmock/gmock.h>

#include "tests/delivery/state_fixture.h"

namespace runnel::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class StreamLossTest : public StreamStateTest {
  protected:
    /// From, to and messages of the notices that the last take brought.
    using Notice = std::tuple<Position, Position, std::uint64_t>;
    std::vector<Notice> notices() const {
        std::vector<Notice> list;
        for (const Gap& gap : notices_) list.emplace_back(gap.from, gap.to, gap.messages);
        return list;
    }
    /// Takes, fetches and settles until there is nothing more; returns the positions.
    std::vector<Position> drain(const ReaderPtr& reader) {
        std::vector<Position> all;
        std::vector<Gap> seen;
        for (int idle = 0; idle < 2;) {
            const std::vector<Position> some = take(*reader);
            seen.insert(seen.end(), notices_.begin(), notices_.end());
            idle = some.empty() ? idle + 1 : 0;
            all.insert(all.end(), some.begin(), some.end());
            if (!some.empty()) state_.settleThrough(*reader, some.back());
            fetch(*reader);
        }
        notices_ = seen;
        return all;
    }
};

TEST_F(StreamLossTest, ExpiresAtOnceWithoutASession) {
    deliver(10);
    const StreamState::Loss loss = lose(1004);
    EXPECT_EQ(loss.messages, 4U);
    EXPECT_EQ(loss.behind, nullptr);
    EXPECT_EQ(books().expired, 4U);
    EXPECT_EQ(books().pending(), 6U);
    EXPECT_EQ(state_.account().cursor(), 1004U);
}

TEST_F(StreamLossTest, CountsNothingThatIsBehindTheCursor) {
    const ReaderPtr reader = attach();
    deliver(5);
    state_.settleThrough(*reader, take(*reader).at(2));
    state_.detach(reader, wake_);
    EXPECT_EQ(lose(1004).messages, 1U);
    EXPECT_EQ(books().settled, 3U);
    EXPECT_EQ(books().expired, 1U);
    EXPECT_EQ(state_.account().gap()->from, 1004U);
}

TEST_F(StreamLossTest, TellsTheNextSessionFirst) {
    deliver(10);
    lose(1004);
    const ReaderPtr reader = attach();
    EXPECT_THAT(drain(reader), ElementsAre(1004, 1005, 1006, 1007, 1008, 1009, 1010));
    EXPECT_THAT(notices(), ElementsAre(Notice{1001, 1004, 4}));
    EXPECT_EQ(books().expired, 4U);
    EXPECT_EQ(books().settled, 6U);
    EXPECT_FALSE(state_.account().gap());
}

TEST_F(StreamLossTest, TellsTheNextSessionWhenNothingIsLeft) {
    deliver(3);
    lose(1003);
    EXPECT_EQ(books().pending(), 0U);
    const ReaderPtr reader = attach();
    EXPECT_THAT(drain(reader), ElementsAre(1003));
    EXPECT_THAT(notices(), ElementsAre(Notice{1001, 1003, 3}));
    deliver(1);
    EXPECT_THAT(drain(reader), ElementsAre(1004));
    EXPECT_EQ(books().settled, 1U);
}

TEST_F(StreamLossTest, TellsAgainWhatWasTakenAndNotSettled) {
    deliver(5);
    lose(1002);
    const ReaderPtr first = attach();
    EXPECT_THAT(take(*first), ElementsAre(1002));
    state_.detach(first, wake_);
    const ReaderPtr second = attach();
    EXPECT_THAT(take(*second), ElementsAre(1002));
    EXPECT_THAT(notices(), ElementsAre(Notice{1001, 1002, 2}));
    state_.settleThrough(*second, 1002);
    state_.detach(second, wake_);
    const ReaderPtr third = attach();
    EXPECT_THAT(drain(third), ElementsAre(1003, 1004, 1005));
    EXPECT_EQ(books().expired, 2U);
}

TEST_F(StreamLossTest, MakesOneNoticeOfTwoLossesWithoutASession) {
    deliver(10);
    lose(1002);
    lose(1005);
    const ReaderPtr reader = attach();
    EXPECT_THAT(take(*reader), ElementsAre(1005));
    EXPECT_THAT(notices(), ElementsAre(Notice{1001, 1005, 5}));
}

TEST_F(StreamLossTest, PutsANoticeBehindWhatTheHolderHasFetched) {
    deliver(10);
    const ReaderPtr reader = attach();
    state_.append(*reader, items(1001, 3), 1003);
    EXPECT_THAT(take(*reader, 2), ElementsAre(1001, 1002));
    const StreamState::Loss loss = lose(1006);
    EXPECT_EQ(loss.messages, 3U) << "the first three are in memory";
    EXPECT_EQ(loss.behind, reader) << "it reads on behind the gap";
    EXPECT_EQ(books().expired, 0U) << "the cursor is not there yet";
    EXPECT_THAT(take(*reader), ElementsAre(1003, 1006));
    EXPECT_THAT(notices(), ElementsAre(Notice{1004, 1006, 3}));
    EXPECT_THAT(drain(reader), ElementsAre(1007, 1008, 1009, 1010));
    EXPECT_EQ(books().settled, 7U);
    EXPECT_EQ(books().expired, 3U);
    EXPECT_EQ(books().pending(), 0U);
}

TEST_F(StreamLossTest, MakesOneNoticeOfTwoLossesBehindABacklog) {
    deliver(10);
    const ReaderPtr reader = attach();
    state_.append(*reader, items(1001, 1), 1001);
    lose(1003);
    lose(1006);
    EXPECT_THAT(take(*reader), ElementsAre(1001, 1006));
    EXPECT_THAT(notices(), ElementsAre(Notice{1002, 1006, 5}));
    state_.settleThrough(*reader, 1006);
    EXPECT_EQ(books().expired, 5U);
    EXPECT_EQ(books().settled, 1U);
}

TEST_F(StreamLossTest, CountsALossOnceThatIsToldTogetherWithAnEarlierOne) {
    deliver(10);
    lose(1005);
    const ReaderPtr reader = attach();
    lose(1008);
    EXPECT_THAT(drain(reader), ElementsAre(1005, 1008, 1009, 1010));
    EXPECT_EQ(books().expired, 8U);
    EXPECT_EQ(books().settled, 2U);
    EXPECT_EQ(books().pending(), 0U);
    EXPECT_FALSE(state_.account().gap());
}

TEST_F(StreamLossTest, CountsALossOnceWhenTheSessionLeavesBeforeItHasTakenEitherNotice) {
    deliver(10);
    lose(1005);
    const ReaderPtr first = attach();
    lose(1008);
    state_.detach(first, wake_);
    EXPECT_EQ(books().expired, 8U);
    const ReaderPtr second = attach();
    EXPECT_THAT(drain(second), ElementsAre(1008, 1009, 1010));
    EXPECT_THAT(notices(), ElementsAre(Notice{1001, 1008, 8}));
    EXPECT_EQ(books().done(), 10U);
}

TEST_F(StreamLossTest, CountsALossOnceWhenTheNoticeIsInFlight) {
    deliver(10);
    lose(1005);
    const ReaderPtr reader = attach();
    EXPECT_THAT(take(*reader), ElementsAre(1005));
    EXPECT_EQ(lose(1008).messages, 3U);
    EXPECT_THAT(drain(reader), ElementsAre(1008, 1009, 1010));
    EXPECT_EQ(books().expired, 8U);
    EXPECT_EQ(books().pending(), 0U);
}

TEST_F(StreamLossTest, LosesNothingThatALiveHolderHas) {
    const ReaderPtr reader = attach();
    deliver(10);
    EXPECT_THAT(take(*reader, 4), SizeIs(4));
    EXPECT_EQ(lose(1010).messages, 0U);
    EXPECT_THAT(drain(reader), SizeIs(6));
    EXPECT_EQ(books().settled, 10U);
    EXPECT_EQ(books().expired, 0U);
}

TEST_F(StreamLossTest, LosesWhatOnlyALeavingHolderHad) {
    const ReaderPtr reader = attach();
    deliver(10);
    take(*reader, 6);
    lose(1008);
    state_.settleThrough(*reader, 1002);
    state_.detach(reader, wake_);
    EXPECT_EQ(books().settled, 2U);
    EXPECT_EQ(books().expired, 6U) << "1003 to 1008: in flight or waiting in the window";
    const ReaderPtr next = attach();
    EXPECT_THAT(drain(next), ElementsAre(1008, 1009, 1010));
    EXPECT_THAT(notices(), ElementsAre(Notice{1003, 1008, 6}));
    EXPECT_EQ(books().done(), 10U);
}

TEST_F(StreamLossTest, LosesNothingWithAHolderThatHasSettledAll) {
    const ReaderPtr reader = attach();
    deliver(4);
    lose(1003);
    take(*reader);
    state_.settleThrough(*reader, 1003);
    state_.detach(reader, wake_);
    EXPECT_EQ(books().expired, 0U);
    EXPECT_FALSE(state_.account().gap());
    EXPECT_THAT(drain(attach()), ElementsAre(1004));
}

TEST_F(StreamLossTest, GivesUpWhatWasSettledOutOfOrderAndCannotComeAgain) {
    const ReaderPtr reader = attach();
    deliver(3);
    take(*reader);
    lose(1003);
    state_.settle(*reader, 1002, Outcome::Delivered, "");
    state_.detach(reader, wake_);
    EXPECT_EQ(books().expired, 3U);
    EXPECT_EQ(books().pending(), 0U);
}

TEST_F(StreamLossTest, HandsANoticeThatIsInFlightToTheNextHolder) {
    deliver(6);
    const ReaderPtr first = attach();
    state_.append(*first, items(1001, 1), 1001);
    lose(1004);
    EXPECT_THAT(take(*first), ElementsAre(1001, 1004));
    state_.detach(first, wake_);
    EXPECT_EQ(books().expired, 4U) << "1001 was in memory only";
    const ReaderPtr second = attach();
    EXPECT_THAT(drain(second), ElementsAre(1004, 1005, 1006));
    EXPECT_THAT(notices(), ElementsAre(Notice{1001, 1004, 4}));
    EXPECT_EQ(books().done(), 6U);
}

TEST_F(StreamLossTest, LosesWhatAHolderHadThatANewerOneReplaces) {
    const ReaderPtr older = attach();
    deliver(5);
    take(*older);
    lose(1003);
    const ReaderPtr newer = attach();
    EXPECT_EQ(books().expired, 3U);
    EXPECT_THAT(drain(newer), ElementsAre(1003, 1004, 1005));
    state_.settleThrough(*older, 1005);
    EXPECT_EQ(books().expired, 3U);
    EXPECT_EQ(books().settled, 2U);
    state_.detach(newer, wake_);
    EXPECT_TRUE(state_.isHolder(*older));
    deliver(1);
    EXPECT_THAT(drain(older), ElementsAre(1006));
    EXPECT_EQ(books().settled, 3U);
    EXPECT_EQ(books().pending(), 0U);
}

TEST_F(StreamLossTest, TellsAPromotedListenerOfWhatTheHolderHad) {
    const ReaderPtr listener = attach();
    const ReaderPtr holder = attach();
    deliver(6);
    take(*holder);
    lose(1004);
    EXPECT_EQ(state_.detach(holder, wake_), listener);
    EXPECT_THAT(drain(listener), ElementsAre(1004, 1005, 1006));
    EXPECT_THAT(notices(), ElementsAre(Notice{1001, 1004, 4}));
    EXPECT_EQ(books().done(), 6U);
}

TEST_F(StreamLossTest, TellsAPromotedListenerOfAGapThatItsOwnRunDoesNotCover) {
    deliver(3);
    const ReaderPtr listener = attach();
    const ReaderPtr holder = attach();
    fetch(*holder);
    deliver(4);
    EXPECT_THAT(take(*listener), ElementsAre(1004, 1005, 1006, 1007));
    state_.settleThrough(*listener, 1007);
    take(*holder);
    lose(1005);
    state_.detach(holder, wake_);
    EXPECT_THAT(drain(listener), ElementsAre(1005)) << "1001 to 1003 it never had";
    EXPECT_THAT(notices(), ElementsAre(Notice{1001, 1005, 5}));
    EXPECT_EQ(books().expired, 5U);
    EXPECT_EQ(books().settled, 2U);
}

TEST_F(StreamLossTest, TellsAHolderThatLosesItsPlaceInTheWindowOfWhatIsGone) {
    const ReaderPtr reader = attach();
    deliver(500);
    EXPECT_THAT(take(*reader, 100), SizeIs(100));
    EXPECT_EQ(lose(1300).messages, 0U);
    EXPECT_EQ(deliver(800), reader);
    EXPECT_THAT(take(*reader), ElementsAre(1300));
    EXPECT_THAT(notices(), ElementsAre(Notice{1101, 1300, 200}));
    state_.settleThrough(*reader, 1300);
    EXPECT_THAT(drain(reader), SizeIs(1000));
    EXPECT_EQ(books().settled, 1100U);
    EXPECT_EQ(books().expired, 200U);
    EXPECT_EQ(books().pending(), 0U);
}

TEST_F(StreamLossTest, WakesAHolderThatWaitsForItsBacklog) {
    deliver(10);
    const ReaderPtr reader = attach();
    EXPECT_TRUE(state_.needsFetch(*reader));
    EXPECT_THAT(take(*reader), IsEmpty());
    EXPECT_EQ(lose(1004).behind, nullptr) << "CatchUp is at it";
    EXPECT_THAT(wake_, ElementsAre(reader->session));
}

TEST_F(StreamLossTest, ThrowsAwayAFetchThatIsUnderWay) {
    deliver(10);
    const ReaderPtr reader = attach();
    const std::uint64_t epoch = reader->epoch;
    lose(1004);
    EXPECT_GT(reader->epoch, epoch);
    EXPECT_EQ(reader->fetched, 1004U) << "the next one starts behind the gap";
}

TEST_F(StreamLossTest, LeavesAFetchAloneThatTheLossDoesNotConcern) {
    deliver(10);
    const ReaderPtr reader = attach();
    state_.append(*reader, items(1001, 5), 1005);
    const std::uint64_t epoch = reader->epoch;
    EXPECT_EQ(lose(1005).messages, 0U);
    EXPECT_EQ(reader->epoch, epoch);
}

TEST_F(StreamLossTest, TellsAClientThatGoesBackBehindTheGap) {
    deliver(10);
    lose(1004);
    const ReaderPtr reader = attach({.since = 1001, .isGiven = true});
    EXPECT_THAT(drain(reader), ElementsAre(1004, 1005, 1006, 1007, 1008, 1009, 1010));
    EXPECT_THAT(notices(), ElementsAre(Notice{1001, 1004, 4}));
    EXPECT_EQ(books().done(), 10U);
}

TEST_F(StreamLossTest, TellsAClientNothingThatStartsBeyondTheGap) {
    deliver(10);
    lose(1004);
    const ReaderPtr reader = attach({.since = 1006, .isGiven = true});
    EXPECT_THAT(drain(reader), ElementsAre(1007, 1008, 1009, 1010));
    EXPECT_THAT(notices(), IsEmpty());
    EXPECT_FALSE(state_.account().gap());
    EXPECT_EQ(books().expired, 4U);
    EXPECT_EQ(books().filtered, 2U);
    EXPECT_EQ(books().settled, 4U);
}

TEST_F(StreamLossTest, ExpiresNothingTwiceForAClientThatGoesBack) {
    const ReaderPtr first = attach();
    deliver(6);
    take(*first);
    state_.settleThrough(*first, 1006);
    state_.detach(first, wake_);
    const ReaderPtr back = attach({.since = 1002, .isGiven = true});
    EXPECT_EQ(lose(1004).messages, 0U);
    EXPECT_THAT(drain(back), ElementsAre(1005, 1006));
    EXPECT_EQ(books().settled, 6U);
    EXPECT_EQ(books().done(), 6U);
}

TEST_F(StreamLossTest, LosesAllOfAnAbsentStreamWithTheJournal) {
    deliver(5);
    EXPECT_EQ(state_.loseAll(1005, 0, "damage", wake_).messages, 5U);
    EXPECT_EQ(books().expired, 5U);
    EXPECT_EQ(state_.account().gap()->reason, "damage");
    EXPECT_EQ(state_.loseAll(1005, 0, "damage", wake_).messages, 0U) << "once";
}

TEST_F(StreamLossTest, LosesWithTheJournalWhatTheHolderNeitherHasNorTook) {
    deliver(10);
    const ReaderPtr reader = attach();
    state_.append(*reader, items(1001, 4), 1004);
    take(*reader, 2);
    state_.settleThrough(*reader, 1001);
    EXPECT_EQ(state_.loseAll(1010, 0, "damage", wake_).messages, 6U);
    lostThrough_ = 1010;
    EXPECT_THAT(drain(reader), ElementsAre(1003, 1004, 1010));
    EXPECT_THAT(notices(), ElementsAre(Notice{1005, 1010, 6}));
    EXPECT_EQ(books().settled, 4U);
    EXPECT_EQ(books().expired, 6U);
    deliver(1);
    EXPECT_THAT(drain(reader), ElementsAre(1011));
}

TEST_F(StreamLossTest, LosesWithTheJournalNothingThatALiveHolderHas) {
    const ReaderPtr reader = attach();
    deliver(5);
    take(*reader, 2);
    EXPECT_EQ(state_.loseAll(1005, 0, "damage", wake_).messages, 0U);
    lostThrough_ = 1005;
    EXPECT_THAT(drain(reader), ElementsAre(1003, 1004, 1005));
    EXPECT_EQ(books().settled, 5U);
}

TEST_F(StreamLossTest, CountsAnEarlierNoticeOnceWhenTheJournalIsLost) {
    deliver(10);
    const ReaderPtr reader = attach();
    state_.append(*reader, items(1001, 2), 1002);
    lose(1005);
    EXPECT_EQ(state_.loseAll(1010, 0, "damage", wake_).messages, 5U);
    lostThrough_ = 1010;
    EXPECT_THAT(drain(reader), ElementsAre(1001, 1002, 1010));
    EXPECT_THAT(notices(), ElementsAre(Notice{1003, 1010, 8}));
    EXPECT_EQ(books().done(), 10U);
}

}  // namespace
}  // namespace runnel::test
