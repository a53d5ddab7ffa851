// SPDX-License-Identifier: Apache-2.0
// What a stream hands over to be saved, how it goes on from it, and dead letters sent again.
#include <gmock/gmock.h>

#include "tests/delivery/delivery_fakes.h"

namespace runnel::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// A stream with its first three messages dead: their documents would be 100 to 102.
class StreamSavedTest : public ::testing::Test {
  protected:
    /// Dead letters 1, 2 … of the next `count` messages, as State gives them back.
    std::vector<DeadLetter> makeDead(std::size_t count) {
        auto client = bench_.attach();
        bench_.publish(count);
        client.takeUntil(count);
        for (const Parcel& parcel : client.parcels) {
            client.host->settle(parcel.id, Outcome::Rejected, "too large");
        }
        client.host->closed("");
        std::vector<DeadLetter> letters = bench_.collect().deadLetters;
        for (std::size_t i = 0; i < letters.size(); ++i) letters[i].id = i + 1;
        return letters;
    }
    void resend(const std::vector<DeadLetter>& letters) {
        for (const DeadLetter& letter : letters) EXPECT_TRUE(bench_.stream->resend(letter));
    }
    Books books() const { return bench_.stream->books(); }

    Bench bench_;
};

TEST_F(StreamSavedTest, NamesOnlyStreamsThatChanged) {
    EXPECT_TRUE(bench_.collect().isEmpty());
    bench_.publish(3);
    const auto other = bench_.makeStream(startingBehind(1003));
    const State::Changes changes = bench_.collect();
    ASSERT_THAT(changes.streams, SizeIs(1));
    EXPECT_EQ(changes.streams[0].name, "test/stream");
    EXPECT_EQ(changes.streams[0].scope, bench_.stream->setup().scope);
    EXPECT_EQ(changes.streams[0].kinds, bench_.stream->setup().kinds);
    EXPECT_EQ(changes.streams[0].counted, 1003U);
    EXPECT_EQ(changes.streams[0].cursor, 1000U);
    EXPECT_EQ(changes.streams[0].books.matched, 3U);
    EXPECT_TRUE(bench_.collect().isEmpty());
}

TEST_F(StreamSavedTest, NamesAStreamOnceHoweverOftenItChanged) {
    auto client = bench_.attach();
    for (int i = 0; i < 5; ++i) {
        bench_.publish(1);
        client.take();
        client.settleAll();
    }
    const State::Changes changes = bench_.collect();
    ASSERT_THAT(changes.streams, SizeIs(1));
    EXPECT_EQ(changes.streams[0].cursor, 1005U);
}

TEST_F(StreamSavedTest, NamesAStreamNextTimeThatChangesMeanwhile) {
    bench_.publish(1);
    const auto changed = bench_.changed.takeAll();
    ASSERT_THAT(changed, SizeIs(1));
    bench_.publish(1);
    State::Changes changes;
    changed[0]->collect(changes, {});
    EXPECT_EQ(changes.streams[0].counted, 1002U) << "as it is now";
    bench_.publish(1);
    EXPECT_THAT(bench_.collect().streams, SizeIs(1));
}

TEST_F(StreamSavedTest, SavesWhatANewSessionTakesFromTheOneThatItReplaces) {
    auto older = bench_.attach();
    bench_.publish(3);
    older.take();
    bench_.stream->lose(1002, std::vector<Position>{1001, 1002}, "retention");
    bench_.collect();
    auto newer = bench_.attach();
    const State::Changes changes = bench_.collect();
    ASSERT_THAT(changes.streams, SizeIs(1));
    EXPECT_EQ(changes.streams[0].books.expired, 2U);
    EXPECT_TRUE(changes.streams[0].gap);
}

TEST_F(StreamSavedTest, DatesAndNamesDeadLettersAndHandsThemOverOnce) {
    const std::vector<DeadLetter> letters = makeDead(2);
    ASSERT_THAT(letters, SizeIs(2));
    EXPECT_EQ(letters[0].stream, "test/stream");
    EXPECT_EQ(letters[0].reason, "too large");
    EXPECT_EQ(letters[0].time, Instant(std::chrono::seconds(77)));
    EXPECT_EQ(letters[0].message->frameCounter, 100U);
    EXPECT_EQ(letters[1].message->frameCounter, 101U);
    bench_.publish(1);
    EXPECT_THAT(bench_.collect().deadLetters, IsEmpty());
}

TEST_F(StreamSavedTest, GoesOnFromItsRecordWithoutCountingAgain) {
    auto client = bench_.attach();
    bench_.publish(10);
    client.take();
    client.host->settleThrough(client.parcels[3].id);
    const StreamRecord saved = bench_.collect().streams.at(0);
    client.host->closed("crash");
    bench_.append(2);             // journaled, not routed before the crash
    bench_.restart(saved, 1000);  // the checkpoint is older than the stream's record
    EXPECT_EQ(books().matched, 12U) << "ten of them were counted";
    EXPECT_EQ(books().settled, 4U);
    auto next = bench_.attach();
    next.takeUntil(8);
    EXPECT_EQ(next.documents().front(), "104");
    EXPECT_EQ(next.documents().back(), "111");
    next.settleAll();
    EXPECT_EQ(books().settled, 12U);
    EXPECT_EQ(books().pending(), 0U);
}

TEST_F(StreamSavedTest, TellsOfAGapAfterARestartUntilThatIsSettled) {
    bench_.publish(5);
    bench_.stream->lose(1003, std::vector<Position>{1001, 1002, 1003}, "retention");
    EXPECT_TRUE(bench_.journal.trim(1003));
    bench_.restart(bench_.collect().streams.at(0), 1005);
    auto client = bench_.attach();
    client.takeUntil(3);
    EXPECT_THAT(client.documents(), ElementsAre("gap 3", "103", "104"));
    client.settleAll();
    const StreamRecord saved = bench_.collect().streams.at(0);
    EXPECT_FALSE(saved.gap);
    EXPECT_EQ(saved.books.expired, 3U);
    EXPECT_EQ(saved.books.pending(), 0U);
}

TEST_F(StreamSavedTest, NeedsNothingFromTheJournalWhenAllIsDone) {
    EXPECT_EQ(bench_.stream->needsBehind(), 1000U);
    auto client = bench_.attach();
    bench_.publish(4);
    client.take();
    client.host->settleThrough(client.parcels[1].id);
    EXPECT_EQ(bench_.stream->needsBehind(), 1002U);
    EXPECT_EQ(bench_.stream->underWay(), 2U);
    client.settleAll();
    EXPECT_EQ(bench_.stream->needsBehind(), 1004U);
    EXPECT_EQ(bench_.stream->underWay(), 0U);
}

TEST_F(StreamSavedTest, WakesEverySessionThatStoodStillForUnsavedDeadLetters) {
    auto listener = bench_.attach();
    auto holder = bench_.attach();
    bench_.publish(Account::kMaxUnsaved);
    holder.take();
    listener.take();
    for (const Parcel& parcel : holder.parcels) {
        holder.host->settle(parcel.id, Outcome::Rejected, "too large");
    }
    bench_.publish(1);
    EXPECT_EQ(holder.take(), 0U);
    EXPECT_EQ(listener.take(), 0U);
    const int readies = listener.session->readies();
    EXPECT_THAT(bench_.collect().deadLetters, SizeIs(Account::kMaxUnsaved));
    EXPECT_EQ(listener.session->readies(), readies + 1);
    EXPECT_EQ(holder.take(), 1U);
    EXPECT_EQ(listener.take(), 1U);
}

TEST_F(StreamSavedTest, SendsDeadLettersAgainInOrderMarkedAndBeforeTheRest) {
    const std::vector<DeadLetter> letters = makeDead(3);
    auto client = bench_.attach();
    bench_.publish(1);
    resend(letters);
    EXPECT_EQ(client.take(), 4U);
    EXPECT_THAT(client.documents(), ElementsAre("100 again", "101 again", "102 again", "103"));
    for (std::size_t i = 0; i < 4; ++i) {
        EXPECT_EQ(client.parcels[i].isReplay, i < 3);
        EXPECT_FALSE(client.parcels[i].isRedelivered);
    }
}

TEST_F(StreamSavedTest, SaysWhichDeadLettersHaveArrivedAndLeavesTheBooksAlone) {
    const std::vector<DeadLetter> letters = makeDead(3);
    auto client = bench_.attach();
    const Books before = books();
    resend(letters);
    EXPECT_EQ(client.take(), 3U);
    client.host->settle(client.parcels[1].id, Outcome::Delivered, "");
    EXPECT_THAT(bench_.collect().resent, ElementsAre(2));
    client.host->settle(client.parcels[0].id, Outcome::Rejected, "still too large");
    client.host->settle(client.parcels[2].id, Outcome::Delivered, "");
    const State::Changes changes = bench_.collect();
    EXPECT_THAT(changes.resent, ElementsAre(3));
    EXPECT_THAT(changes.deadLetters, IsEmpty()) << "1 stays the dead letter that it was";
    EXPECT_EQ(books(), before);
    EXPECT_EQ(bench_.stream->record().cursor, 1003U);
}

TEST_F(StreamSavedTest, SettlesExactlyTheDeadLetterThatTheClientAcknowledges) {
    const std::vector<DeadLetter> letters = makeDead(3);
    auto client = bench_.attach();
    resend(letters);
    client.take();
    client.host->receive({"ack 1002", {}}, 1);
    EXPECT_THAT(bench_.collect().resent, ElementsAre(2));
}

TEST_F(StreamSavedTest, WakesAWaitingHolderForADeadLetter) {
    const std::vector<DeadLetter> letters = makeDead(1);
    auto listener = bench_.attach();
    auto holder = bench_.attach();
    EXPECT_EQ(holder.take() + listener.take(), 0U);
    resend(letters);
    EXPECT_EQ(holder.session->readies(), 1);
    EXPECT_EQ(listener.session->readies(), 0) << "only the holder gets it";
    EXPECT_EQ(listener.take(), 0U);
    EXPECT_EQ(holder.take(), 1U);
}

TEST_F(StreamSavedTest, WakesANewSessionForADeadLetterThatWaited) {
    resend(makeDead(1));
    auto client = bench_.attach();
    EXPECT_EQ(client.session->readies(), 1);
    EXPECT_EQ(client.take(), 1U);
}

TEST_F(StreamSavedTest, HandsAnUnsettledDeadLetterToThePromotedListener) {
    const std::vector<DeadLetter> letters = makeDead(2);
    auto listener = bench_.attach();
    auto holder = bench_.attach();
    resend(letters);
    EXPECT_EQ(holder.take(), 2U);
    holder.host->settle(holder.parcels[0].id, Outcome::Delivered, "");
    EXPECT_EQ(listener.take(), 0U);
    holder.host->closed("gone");
    EXPECT_EQ(listener.session->readies(), 1);
    EXPECT_EQ(listener.take(), 1U);
    EXPECT_THAT(listener.documents(), ElementsAre("101 again"));
    listener.settleAll();
    EXPECT_THAT(bench_.collect().resent, ElementsAre(1, 2));
}

TEST_F(StreamSavedTest, HandsADeadLetterToTheNewHolderThatReplacesOneWhileItTakes) {
    const std::vector<DeadLetter> letters = makeDead(1);
    auto older = bench_.attach();
    std::optional<Bench::Client> newer;
    resend(letters);
    bench_.format().onEncode = [&] {  // the older one is between looking and taking
        newer = bench_.attach();
        newer->take();
    };
    EXPECT_EQ(older.take(), 0U);
    ASSERT_TRUE(newer);
    EXPECT_THAT(newer->documents(), ElementsAre("100 again"));
    newer->settleAll();
    EXPECT_THAT(bench_.collect().resent, ElementsAre(1));
}

TEST_F(StreamSavedTest, RefusesMoreDeadLettersThanTheLaneHolds) {
    const std::vector<DeadLetter> letters = makeDead(ReplayLane::kMax + 1);
    for (std::size_t i = 0; i < ReplayLane::kMax; ++i) {
        EXPECT_TRUE(bench_.stream->resend(letters[i]));
    }
    const Status refused = bench_.stream->resend(letters.back());
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().reason, HasSubstr("256 dead letters"));
    auto client = bench_.attach();
    client.takeUntil(ReplayLane::kMax);
    client.settleAll();
    EXPECT_TRUE(bench_.stream->resend(letters.back()));
    EXPECT_THAT(bench_.collect().resent, SizeIs(ReplayLane::kMax));
}

}  // namespace
}  // namespace runnel::test
