// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <limits>
#include <random>
#include <set>

#include "tests/delivery/delivery_fakes.h"

namespace runnel::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> numbers(std::uint32_t first, std::uint32_t end) {
    std::vector<std::string> texts;
    for (; first < end; ++first) texts.push_back(std::to_string(first));
    return texts;
}

TEST(StreamTest, GivesANewSessionWhatComesAfterItLive) {
    Bench bench;
    auto client = bench.attach();
    EXPECT_EQ(client.take(), 0U);
    EXPECT_EQ(client.session->readies(), 0);
    bench.publish(3);
    EXPECT_EQ(client.session->readies(), 1) << "one ready() per short take";
    bench.publish(2);
    EXPECT_EQ(client.session->readies(), 1) << "nobody took, so no second call";
    EXPECT_EQ(client.take(), 5U);
    EXPECT_EQ(client.documents(), numbers(100, 105));
}

TEST(StreamTest, GivesTheBacklogFirstThenLiveWithoutGapOrReorder) {
    Bench bench;
    bench.publish(5000);
    auto client = bench.attach();
    client.takeUntil(1000);
    bench.publish(3000);
    client.takeUntil(8000);
    EXPECT_EQ(client.documents(), numbers(100, 8100));
    client.settleAll();
    bench.publish(1);
    client.takeUntil(8001);
    client.settleAll();
    const Books books = bench.stream->books();
    EXPECT_EQ(books.matched, 8001U);
    EXPECT_EQ(books.settled, 8001U);
    EXPECT_EQ(books.pending(), 0U);
}

TEST(StreamTest, SwitchesToLiveWhileMessagesKeepComing) {
    Bench bench;
    bench.publish(2000);
    auto client = bench.attach();
    std::jthread publisher([&] {
        for (int i = 0; i < 400; ++i) bench.publish(20);
    });
    while (client.parcels.size() < 10'000) {
        client.takeUntil(client.parcels.size() + 1);
        client.settleAll();
    }
    publisher.join();
    EXPECT_EQ(client.documents(), numbers(100, 10'100));
    EXPECT_EQ(bench.stream->books().settled, 10'000U);
}

TEST(StreamTest, GivesUnsettledMessagesToTheNextSessionMarkedAsRedelivered) {
    Bench bench;
    auto first = bench.attach();
    bench.publish(10);
    first.take();
    first.host->settleThrough(first.parcels[3].id);
    first.host->closed("gone");
    auto second = bench.attach();
    second.takeUntil(6);
    EXPECT_EQ(second.documents(), numbers(104, 110));
    EXPECT_TRUE(second.parcels[0].isRedelivered);
    bench.publish(1);
    second.takeUntil(7);
    EXPECT_FALSE(second.parcels[6].isRedelivered);
    EXPECT_EQ(bench.stream->books().settled, 4U);
}

TEST(StreamTest, MovesTheCursorOnlyToTheFirstUnsettledParcel) {
    Bench bench;
    auto client = bench.attach();
    bench.publish(5);
    client.take();
    client.host->settle(client.parcels[4].id, Outcome::Delivered, "");
    client.host->settle(client.parcels[1].id, Outcome::Delivered, "");
    EXPECT_EQ(bench.stream->books().settled, 0U);
    client.host->settle(client.parcels[0].id, Outcome::Delivered, "");
    EXPECT_EQ(bench.stream->books().settled, 2U);
    client.host->settle(client.parcels[2].id, Outcome::Rejected, "too large");
    client.host->settle(client.parcels[3].id, Outcome::Filtered, "");
    const Books books = bench.stream->books();
    EXPECT_EQ(books.settled, 3U);
    EXPECT_EQ(books.dead, 1U);
    EXPECT_EQ(books.filtered, 1U);
    const State::Changes changes = bench.collect();
    ASSERT_EQ(changes.deadLetters.size(), 1U);
    EXPECT_EQ(changes.deadLetters[0].reason, "too large");
}

TEST(StreamTest, IgnoresUnknownParcels) {
    Bench bench;
    auto client = bench.attach();
    bench.publish(2);
    client.take();
    client.host->settle(77, Outcome::Delivered, "");
    client.host->settle(0, Outcome::Rejected, "");
    EXPECT_EQ(bench.stream->books().pending(), 2U);
    client.host->settleThrough(77);
    EXPECT_EQ(bench.stream->books().pending(), 0U) << "all before an id that is too high arrived";
}

TEST(StreamTest, MakesADeadLetterOfWhatTheFormatCannotSay) {
    Bench bench;
    auto client = bench.attach();
    bench.nextCounter = 12;
    bench.publish(5);
    client.takeUntil(2);
    EXPECT_EQ(client.documents(), (std::vector<std::string>{"12", "16"}));
    client.settleAll();
    const Books books = bench.stream->books();
    EXPECT_EQ(books.settled, 2U);
    EXPECT_EQ(books.dead, 2U);
    EXPECT_EQ(books.filtered, 1U);
    EXPECT_EQ(books.pending(), 0U);
    const auto letters = bench.collect().deadLetters;
    ASSERT_EQ(letters.size(), 2U);
    EXPECT_THAT(letters[0].reason, ::testing::HasSubstr("format_counter"));
    EXPECT_THAT(letters[0].reason, ::testing::HasSubstr("thirteen"));
    EXPECT_EQ(letters[1].reason, "fourteen");
}

TEST(StreamTest, LetsTheNewestSessionHoldAndOlderOnesListen) {
    Bench bench;
    auto older = bench.attach();
    auto newer = bench.attach();
    bench.publish(3);
    older.take();
    newer.take();
    EXPECT_EQ(older.documents(), newer.documents());
    older.settleAll();
    EXPECT_EQ(bench.stream->books().settled, 0U) << "a listener moves nothing";
    newer.settleAll();
    EXPECT_EQ(bench.stream->books().settled, 3U);
}

TEST(StreamTest, AHalfOpenOldConnectionDoesNotEatTheBacklog) {
    Bench bench;
    auto halfOpen = bench.attach();
    bench.publish(500);
    halfOpen.take();  // taken, never settled
    auto fresh = bench.attach();
    fresh.takeUntil(500);
    EXPECT_EQ(fresh.documents(), numbers(100, 600));
    fresh.settleAll();
    halfOpen.host->closed("timed out");
    EXPECT_EQ(bench.stream->books().settled, 500U);
    EXPECT_EQ(bench.stream->books().pending(), 0U);
}

TEST(StreamTest, APromotedListenerSkipsWhatItSettledItself) {
    Bench bench;
    auto listener = bench.attach();
    auto holder = bench.attach();
    bench.publish(10);
    listener.take();
    listener.host->settleThrough(listener.parcels[6].id);
    holder.take();
    holder.host->settleThrough(holder.parcels[1].id);
    EXPECT_EQ(bench.stream->books().settled, 2U);
    holder.host->closed("gone");
    EXPECT_EQ(bench.stream->books().settled, 7U) << "what the listener settled counts now";
    listener.settleAll();
    EXPECT_EQ(bench.stream->books().settled, 10U);
    EXPECT_EQ(listener.take(), 0U) << "nothing comes twice";
}

TEST(StreamTest, APromotedListenerThatMissedABacklogGetsIt) {
    Bench bench;
    bench.publish(3000);
    auto listener = bench.attach();
    while (listener.take(100) == 0) {  // deep in the backlog
        listener.seen = listener.session->waitReady(listener.seen);
    }
    auto holder = bench.attach();  // the listener goes live, the backlog is the holder's
    bench.publish(10);
    holder.takeUntil(1);
    holder.host->closed("gone");
    std::vector<std::string> all;
    listener.parcels.clear();
    while (bench.stream->books().pending() > 0) {
        listener.takeUntil(listener.parcels.size() + 1);
        listener.settleAll();
    }
    all = listener.documents();
    EXPECT_EQ(bench.stream->books().settled, 3010U);
    const std::set<std::string> unique(all.begin(), all.end());
    EXPECT_TRUE(unique.contains("100"));
    EXPECT_TRUE(unique.contains("3109"));
}

TEST(StreamTest, ClosesTheOldestOfMoreThan32Sessions) {
    Bench bench;
    std::vector<Bench::Client> clients;
    for (int i = 0; i < 33; ++i) clients.push_back(bench.attach());
    EXPECT_EQ(clients[0].session->closedFor, CloseReason::TakenOver);
    EXPECT_FALSE(clients[1].session->closedFor);
    EXPECT_EQ(bench.stream->sessionCount(), 32U);
    bench.publish(1);
    EXPECT_EQ(clients[0].take(), 0U);
    EXPECT_EQ(clients[1].take(), 1U);
    EXPECT_EQ(clients[32].take(), 1U);
}

TEST(StreamTest, ASlowListenerLosesItsPlaceButNobodyElses) {
    Bench bench;
    auto slow = bench.attach();
    auto holder = bench.attach();
    for (int i = 0; i < 30; ++i) {
        bench.publish(100);
        holder.take();
        holder.settleAll();
    }
    EXPECT_EQ(holder.documents(), numbers(100, 3100));
    slow.take();
    EXPECT_LE(slow.parcels.size(), Window::kMaxItems);
    bench.publish(1);
    slow.take();
    EXPECT_EQ(slow.documents().back(), "3100");
}

TEST(StreamTest, ASlowHolderReadsOnFromTheJournal) {
    Bench bench;
    auto client = bench.attach();
    for (int i = 0; i < 50; ++i) bench.publish(100);
    client.takeUntil(5000);
    EXPECT_EQ(client.documents(), numbers(100, 5100));
}

/// A batch that overflows the window finds the holder waiting: it must not go live again before the
/// window has been trimmed, or it would read items that are gone.
TEST(StreamTest, AWaitingHolderGoesOnFromTheJournalWhenOneBatchOverflowsTheWindow) {
    Bench bench;
    auto client = bench.attach();
    EXPECT_EQ(client.take(), 0U);
    bench.publish(3000);
    client.takeUntil(3000);
    EXPECT_EQ(client.documents(), numbers(100, 3100));
    client.settleAll();
    bench.publish(1);
    client.takeUntil(3001);
    client.settleAll();
    EXPECT_EQ(bench.stream->books().settled, 3001U);
    EXPECT_EQ(bench.stream->books().pending(), 0U);
}

TEST(StreamTest, StopsAtTheBytesAskedFor) {
    Bench bench;
    auto client = bench.attach();
    bench.publish(100);
    EXPECT_EQ(client.take(1000, 10), 4U) << "three digits each: the fourth reaches ten bytes";
    EXPECT_EQ(client.take(5, 1000), 5U);
    EXPECT_EQ(client.documents(), numbers(100, 109));
    client.takeUntil(100);
    EXPECT_EQ(client.documents(), numbers(100, 200));
}

TEST(StreamTest, StopsAtTooManyUnsettledAndGoesOnAfterSettling) {
    Bench bench;
    auto client = bench.attach();
    for (int i = 0; i < 100; ++i) {
        bench.publish(100);
        client.take();
    }
    client.takeUntil(StreamState::kMaxInFlight);
    EXPECT_EQ(client.take(), 0U);
    client.host->settleThrough(client.parcels[999].id);
    client.seen = 0;
    client.takeUntil(StreamState::kMaxInFlight + 1000);
    EXPECT_EQ(client.documents(), numbers(100, 9292));
}

TEST(StreamTest, StartsBehindSinceAndNeverMovesTheCursorBack) {
    Bench bench;
    bench.publish(10);  // positions 1001 to 1010
    auto ahead =
        bench.attach({.peer = {}, .consumer = {}, .since = 1004, .from = {}, .isSendOnly = false});
    ahead.takeUntil(6);
    EXPECT_EQ(ahead.documents(), numbers(104, 110));
    ahead.settleAll();
    EXPECT_EQ(bench.stream->books().filtered, 4U) << "the client did not want them";
    EXPECT_EQ(bench.stream->books().settled, 6U);
    ahead.host->closed("");
    auto back =
        bench.attach({.peer = {}, .consumer = {}, .since = 1002, .from = {}, .isSendOnly = false});
    back.takeUntil(8);
    EXPECT_EQ(back.documents(), numbers(102, 110));
    back.settleAll();
    EXPECT_EQ(bench.stream->books().done(), 10U) << "asked for again is not counted again";
    bench.publish(1);
    back.takeUntil(9);
    back.settleAll();
    EXPECT_EQ(bench.stream->books().settled, 7U);
}

TEST(StreamTest, FiltersNothingThatIsStillToComeWhenSinceIsBeyondTheHead) {
    Bench bench;
    bench.publish(3);
    auto client = bench.attach({.peer = {},
                                .consumer = {},
                                .since = std::numeric_limits<Position>::max(),
                                .from = {},
                                .isSendOnly = false});
    bench.publish(2);
    client.takeUntil(2);
    EXPECT_EQ(client.documents(), numbers(103, 105));
    client.settleAll();
    EXPECT_EQ(bench.stream->books().filtered, 3U);
    EXPECT_EQ(bench.stream->books().settled, 2U);
}

TEST(StreamTest, StartsAtTheFirstMessageOfATime) {
    Bench bench;
    bench.publish(10);  // received at second 100 to 109
    const auto from = Instant(std::chrono::seconds(107));
    auto client = bench.attach(
        {.peer = {}, .consumer = {}, .since = 1002, .from = from, .isSendOnly = false});
    client.takeUntil(3);
    EXPECT_EQ(client.documents(), numbers(107, 110)) << "the later of since and from counts";
}

TEST(StreamTest, TellsTheNextSessionOfWhatRetentionRemoved) {
    Bench bench(100);
    bench.publish(250);
    bench.retain();
    auto client = bench.attach();
    client.takeUntil(101);
    auto expected = numbers(250, 350);
    expected.insert(expected.begin(), "gap 150");
    EXPECT_EQ(client.documents(), expected);
    client.settleAll();
    const Books books = bench.stream->books();
    EXPECT_EQ(books.expired, 150U);
    EXPECT_EQ(books.settled, 100U);
    EXPECT_EQ(books.pending(), 0U);
}

TEST(StreamTest, ASendOnlySessionTakesNothing) {
    Bench bench;
    auto holder = bench.attach();
    auto sender =
        bench.attach({.peer = {}, .consumer = {}, .since = {}, .from = {}, .isSendOnly = true});
    bench.publish(2);
    EXPECT_EQ(sender.take(), 0U);
    EXPECT_EQ(holder.take(), 2U);
    sender.host->receive({"a", {}}, 7);
    ASSERT_EQ(sender.session->answers.size(), 1U);
    EXPECT_EQ(sender.session->answers[0].first, 7U);
    EXPECT_THAT(sender.session->answers[0].second, ElementsAre("yes a"));
    sender.host->closed("");
    EXPECT_EQ(bench.stream->sessionCount(), 1U);
}

TEST(StreamTest, AnswersAThrowingDecodeWithTheName) {
    Bench bench;
    auto client = bench.attach();
    client.host->receive({"throw", {}}, 8);
    ASSERT_EQ(client.session->answers.size(), 1U);
    EXPECT_THAT(client.session->answers[0].second[0], ::testing::HasSubstr("format_counter"));
    EXPECT_THAT(client.session->rejections, ElementsAre(8U));
}

TEST(StreamTest, AProtocolThatThrowsHarmsNoOtherSession) {
    Bench bench;
    auto good = bench.attach();
    auto throwing = bench.attach();
    throwing.session->throwsWhenReady = true;
    bench.publish(1);
    EXPECT_EQ(good.session->readies(), 1);
    EXPECT_EQ(good.take(), 1U);
}

TEST(StreamTest, SettlesByTheClientsAcknowledgement) {
    Bench bench;
    auto client = bench.attach();
    bench.publish(5);
    client.take();
    client.host->receive({"ack 1003", {}}, 9);
    EXPECT_EQ(bench.stream->books().settled, 3U);
    ASSERT_EQ(client.session->answers.size(), 1U);
    EXPECT_THAT(client.session->answers[0].second, IsEmpty());
    EXPECT_THAT(client.session->rejections, IsEmpty());
}

TEST(StreamTest, AnswersNothingAfterClosed) {
    Bench bench;
    auto client = bench.attach();
    bench.publish(5);
    client.host->closed("");
    EXPECT_EQ(client.take(), 0U);
    client.host->settleThrough(5);
    client.host->receive({"a", {}}, 1);
    EXPECT_THAT(client.session->answers, IsEmpty());
    EXPECT_EQ(bench.stream->books().pending(), 5U);
}

/// Sessions come, go, settle in part and reconnect at random: nothing is lost and the books
/// balance.
TEST(StreamTest, LosesNothingWhenSessionsComeAndGoAtRandom) {
    const unsigned seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    Bench bench;
    std::vector<Bench::Client> clients;
    std::set<std::string> settled;
    const auto settle = [&](Bench::Client& client) {
        if (client.parcels.empty()) return;
        const std::size_t index = random() % client.parcels.size();
        client.host->settleThrough(client.parcels[index].id);
        for (std::size_t i = 0; i <= index; ++i) settled.insert((*client.parcels[i].documents)[0]);
    };
    for (int step = 0; step < 3000; ++step) {
        bench.publish(1 + random() % 30);
        if (clients.size() < 4 && random() % 20 == 0) clients.push_back(bench.attach());
        for (auto& client : clients) {
            if (random() % 3 == 0) client.take(1 + random() % 200);
            if (random() % 3 == 0) settle(client);
        }
        if (!clients.empty() && random() % 25 == 0) {
            const auto gone =
                clients.begin() + static_cast<std::ptrdiff_t>(random() % clients.size());
            gone->host->closed("");
            clients.erase(gone);
        }
    }
    for (auto& client : clients) client.host->closed("");
    auto last = bench.attach();
    while (bench.stream->books().pending() > 0) {
        last.takeUntil(last.parcels.size() + 1);
        last.settleAll();
        for (const Parcel& parcel : last.parcels) settled.insert((*parcel.documents)[0]);
        if (last.parcels.size() > 1000) {
            last.parcels.erase(last.parcels.begin(), last.parcels.end() - 1);
        }
    }
    EXPECT_EQ(settled.size(), bench.nextCounter - 100U);
    EXPECT_EQ(bench.stream->books().settled, bench.nextCounter - 100U);
}

}  // namespace
}  // namespace runnel::test
