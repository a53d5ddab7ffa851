// SPDX-License-Identifier: Apache-2.0
#include "delivery/catch_up.h"

#include <gmock/gmock.h>

#include <atomic>
#include <latch>

#include "tests/delivery/delivery_fakes.h"

namespace runnel::test {
namespace {

/// Returns when CatchUp has done what was asked of it before: it works in the order of requests.
void waitForCatchUp(Bench& bench) {
    const auto stream = bench.makeStream(startingBehind(bench.journal.oldest()));
    auto message = std::make_shared<Message>();
    message->application = kApplication;
    message->position = bench.journal.head();
    const EncodedPtr item = std::make_shared<const Encoded>(message, bench.use, View{});
    stream->deliver({&item, 1});
    const auto session = std::make_shared<FakeSession>();
    const auto host = stream->attach(Grant{2, true, true, stream->setup().config}, {}, session);
    session->waitReady(0);
    host->closed("");
}

TEST(CatchUpTest, GoesOnWithAReaderThatStoodStillWhileTheWindowOverflowed) {
    Bench bench;
    std::latch allTaken(1);
    const Position last = 1000 + StreamState::kMaxInFlight;
    bench.journal.onRead = [&](const Journal::ReadRequest& request) {
        if (request.after == last) allTaken.wait();
    };
    bench.publish(StreamState::kMaxInFlight);
    auto client = bench.attach();
    client.takeUntil(StreamState::kMaxInFlight);
    EXPECT_EQ(client.take(), 0U) << "too many are unsettled";
    allTaken.count_down();
    waitForCatchUp(bench);  // the window collects for the reader now, which takes nothing
    bench.publish(3000);
    const int readies = client.session->readies();
    client.settleAll();
    client.seen = client.session->waitReady(readies);  // it takes when it is told to
    client.takeUntil(StreamState::kMaxInFlight + 3000);
    client.settleAll();
    EXPECT_EQ(bench.stream->books().pending(), 0U);
}

TEST(CatchUpTest, TellsOfWhatRetentionRemovesWhileItReads) {
    Bench bench(100);
    bench.publish(100);
    bool isFirst = true;
    bench.journal.onRead = [&](const Journal::ReadRequest&) {
        if (isFirst) {
            isFirst = false;
            bench.publish(50);
            bench.retain();  // 50 of those that are about to be read are gone
        }
    };
    auto client = bench.attach();
    client.takeUntil(101);
    EXPECT_EQ(client.documents().front(), "gap 50");
    EXPECT_EQ(client.documents()[1], "150");
    EXPECT_EQ(client.documents().back(), "249");
    client.settleAll();
    EXPECT_EQ(bench.stream->books().expired, 50U);
    EXPECT_EQ(bench.stream->books().settled, 100U);
    EXPECT_EQ(bench.stream->books().pending(), 0U);
}

TEST(CatchUpTest, TriesAgainWhenTheJournalCannotBeRead) {
    Bench bench;
    bench.publish(10);
    bench.journal.failures = 1;
    auto client = bench.attach();
    client.takeUntil(10);
    EXPECT_EQ(client.documents().front(), "100");
    EXPECT_EQ(bench.journal.failures, 0);
}

TEST(CatchUpTest, ReadsForManyStreamsAndStopsWithWorkWaiting) {
    Bench bench;
    bench.publish(2000);
    std::latch mayRead(1);
    bench.journal.onRead = [&](const Journal::ReadRequest&) { mayRead.wait(); };
    auto client = bench.attach();
    std::jthread stopper([&] { bench.catchUp.stop(); });
    mayRead.count_down();
    stopper.join();
    EXPECT_LE(client.take(), CatchUp::kSlice * 8) << "it joined its thread whatever was waiting";
}

TEST(CatchUpTest, ReadsNothingForASessionThatHasLeft) {
    Bench bench;
    bench.publish(10);
    std::atomic<int> reads{0};
    std::latch isReading(1);
    std::latch mayRead(1);
    bench.journal.onRead = [&](const Journal::ReadRequest&) {
        if (++reads == 1) isReading.count_down();
        mayRead.wait();
    };
    auto first = bench.attach();
    isReading.wait();
    auto second = bench.attach();  // its request waits
    second.host->closed("gone");
    mayRead.count_down();
    first.takeUntil(10);
    EXPECT_EQ(reads, 2) << "the first session's, and again since it lost its place meanwhile";
}

}  // namespace
}  // namespace runnel::test
