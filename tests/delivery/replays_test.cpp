// SPDX-License-Identifier: Apache-2.0
#include "delivery/replays.h"

#include <gmock/gmock.h>

#include "tests/delivery/delivery_fakes.h"
#include "tests/support/manual_clock.h"

namespace runnel::test {
namespace {

using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using State = ReplayReport::State;

/// Message n was received at second n; the first one is 100.
class ReplaysTest : public ::testing::Test {
  protected:
    ReplaysTest() { streams_.add({bench_.stream}); }

    static Instant second(std::uint32_t n) { return Instant(std::chrono::seconds(n)); }
    ReplayReport start(std::uint32_t from, std::uint32_t to) {
        const auto replay = replays_.start(
            {.stream = "test/stream", .from = second(from), .to = second(to), .toStream = {}});
        EXPECT_TRUE(replay) << replay.error().reason;
        return *replay;
    }
    /// Takes and settles until the replay has ended.
    ReplayReport finish(std::uint64_t id, Bench::Client& client) {
        while (true) {
            while (client.take() > 0) client.settleAll();
            const ReplayReport report = *replays_.find(id);
            if (report.state != State::Running) return report;
            std::this_thread::yield();
        }
    }
    /// What the client got again, each once: frame counters.
    static std::vector<std::uint32_t> again(const Bench::Client& client) {
        std::set<std::uint32_t> counters;
        for (const Parcel& parcel : client.parcels) {
            if (parcel.isReplay) counters.insert(parcel.message->frameCounter);
        }
        return {counters.begin(), counters.end()};
    }
    /// All is delivered once; the client is gone.
    void deliverAll(std::size_t count) {
        bench_.publish(count);
        Bench::Client client = bench_.attach();
        client.takeUntil(count);
        client.settleAll();
        client.host->closed("gone");
    }
    static std::vector<std::uint32_t> counters(std::uint32_t first, std::uint32_t end) {
        std::vector<std::uint32_t> list;
        for (; first < end; ++first) list.push_back(first);
        return list;
    }

    Bench bench_;
    Streams streams_;
    ManualClock clock_;
    Replays replays_{{bench_.journal, streams_, bench_.catchUp, clock_, bench_.log}};
};

TEST_F(ReplaysTest, SendAPartOfThePastAgainMarkedAndOutsideTheBooks) {
    deliverAll(500);
    const Books before = bench_.stream->books();
    Bench::Client client = bench_.attach();
    const ReplayReport done = finish(start(150, 200).id, client);
    EXPECT_EQ(done.state, State::Done);
    EXPECT_EQ(again(client), counters(150, 200));
    EXPECT_EQ(done.sent, 50U);
    EXPECT_EQ(done.arrived, 50U);
    EXPECT_EQ(done.position, done.through);
    EXPECT_EQ(bench_.stream->books(), before);
}

TEST_F(ReplaysTest, KeepABoundedPartInMemoryAndFinishALongOne) {
    deliverAll(6000);
    const std::uint64_t id = start(0, 10'000).id;
    Bench::Client client = bench_.attach();
    client.takeUntil(ReplayLane::kMaxTaken);
    EXPECT_EQ(client.take(), 0U) << "no more before something has arrived";
    EXPECT_LE(replays_.find(id)->position, 1000 + 2 * ReplayLane::kMaxOfReplay);
    client.settleAll();
    const ReplayReport done = finish(id, client);
    EXPECT_EQ(done.state, State::Done);
    EXPECT_EQ(again(client), counters(100, 6100));
}

TEST_F(ReplaysTest, SendAgainWhatASessionDidNotSettle) {
    deliverAll(3000);
    const std::uint64_t id = start(0, 10'000).id;
    Bench::Client lazy = bench_.attach();
    lazy.takeUntil(700);
    lazy.host->settleThrough(lazy.parcels[99].id);
    lazy.host->closed("gone");
    Bench::Client client = bench_.attach();
    EXPECT_EQ(finish(id, client).state, State::Done);
    EXPECT_EQ(again(client), counters(200, 3100));
}

TEST_F(ReplaysTest, LeaveLiveMessagesTheirShare) {
    deliverAll(2000);
    Bench::Client client = bench_.attach();
    start(0, 10'000);
    client.takeUntil(256);  // the lane is full of what waits
    bench_.publish(100);
    client.parcels.clear();
    client.take(200);
    const auto live = std::count_if(client.parcels.begin(), client.parcels.end(),
                                    [](const Parcel& parcel) { return !parcel.isReplay; });
    EXPECT_EQ(live, 100) << "four live ones for one that is sent again";
}

TEST_F(ReplaysTest, GoToAnotherStreamInItsFormatAndByTheSourcesKinds) {
    deliverAll(10);
    auto config = std::make_shared<StreamConfig>(*bench_.stream->setup().config);
    config->stream = 2;
    config->name = "test/other";
    StreamSetup setup = bench_.setup();
    setup.config = config;
    setup.kinds = 0;
    const auto other = std::make_shared<Stream>(
        setup, StreamParts{bench_.journal, bench_.catchUp, bench_.desk, bench_.changed, bench_.log},
        startingBehind(2000));
    streams_.add({other});
    Bench::Client client;
    client.host = other->attach(Grant{1, true, true, config}, {}, client.session);
    const auto replay = replays_.start(
        {.stream = "test/stream", .from = second(0), .to = second(1000), .toStream = "test/other"});
    ASSERT_TRUE(replay);
    EXPECT_EQ(finish(replay->id, client).state, State::Done);
    EXPECT_EQ(again(client), counters(100, 110));
    EXPECT_THAT(replays_.list("test/stream"), SizeIs(1));
    EXPECT_THAT(replays_.list("test/other"), SizeIs(0));
}

TEST_F(ReplaysTest, StopWhenCancelled) {
    deliverAll(3000);
    const std::uint64_t id = start(0, 10'000).id;
    Bench::Client client = bench_.attach();
    client.takeUntil(100);
    EXPECT_TRUE(replays_.cancel(id));
    EXPECT_FALSE(replays_.cancel(id));
    EXPECT_EQ(client.take(), 0U);
    client.settleAll();
    EXPECT_EQ(replays_.find(id)->state, State::Cancelled);
    EXPECT_EQ(bench_.stream->books().matched, 3000U);
}

TEST_F(ReplaysTest, FailWhenTheirStreamIsRemoved) {
    deliverAll(10);
    const std::uint64_t id = start(0, 1000).id;
    bench_.stream->retire(bench_.journal.head());
    streams_.remove(1);
    replays_.streamsChanged();
    EXPECT_EQ(replays_.find(id)->state, State::Failed);
    EXPECT_THAT(replays_.find(id)->text, HasSubstr("was removed"));
}

TEST_F(ReplaysTest, GoOnWhereTheyWereWhenTheirStreamIsReplaced) {
    deliverAll(3000);
    const std::uint64_t id = start(0, 10'000).id;
    Bench::Client before = bench_.attach();
    before.takeUntil(700);
    before.host->settleThrough(before.parcels[299].id);
    const StreamRecord record = bench_.stream->retire(bench_.journal.head());
    bench_.stream = bench_.makeStream(record);
    streams_.add({bench_.stream});
    replays_.streamsChanged();
    Bench::Client client = bench_.attach();
    EXPECT_EQ(finish(id, client).state, State::Done);
    EXPECT_EQ(again(client), counters(400, 3100));
}

TEST_F(ReplaysTest, TellWhatRetentionHasTaken) {
    deliverAll(50);
    ASSERT_TRUE(bench_.journal.trim(1020));
    const ReplayReport replay = start(100, 1000);
    EXPECT_THAT(replay.text, HasSubstr("before position 1021"));
    Bench::Client client = bench_.attach();
    finish(replay.id, client);
    EXPECT_EQ(again(client), counters(120, 150));
}

TEST_F(ReplaysTest, TryAgainWhenTheJournalCannotBeRead) {
    deliverAll(50);
    bench_.journal.failures = 1;
    Bench::Client client = bench_.attach();
    EXPECT_EQ(finish(start(0, 1000).id, client).state, State::Done);
    EXPECT_EQ(again(client), counters(100, 150));
}

TEST_F(ReplaysTest, AreBounded) {
    deliverAll(10);
    std::vector<std::uint64_t> ids;
    for (std::size_t i = 0; i < Replays::kMaxRunning; ++i) ids.push_back(start(0, 1000).id);
    const Replays::Request request{
        .stream = "test/stream", .from = second(0), .to = second(1), .toStream = {}};
    EXPECT_FALSE(replays_.start(request));
    for (const std::uint64_t id : ids) replays_.cancel(id);
    for (std::size_t i = 0; i <= Replays::kMaxRemembered; ++i) replays_.cancel(start(0, 1000).id);
    EXPECT_LE(replays_.list("test/stream").size(), Replays::kMaxRemembered + 1);
    EXPECT_FALSE(replays_.find(ids.front())) << "forgotten";
}

TEST_F(ReplaysTest, AreRefusedWithTheFieldThatIsWrong) {
    const auto field = [&](const Replays::Request& request) {
        const auto replay = replays_.start(request);
        return replay ? std::string("none") : replay.error().field;
    };
    EXPECT_EQ(field({"test/no", second(1), second(2), {}}), "stream");
    EXPECT_EQ(field({"test/stream", second(1), second(2), "test/no"}), "toStream");
    EXPECT_EQ(field({"test/stream", second(2), second(2), {}}), "to");
}

TEST_F(ReplaysTest, CountWhatIsRefusedWithoutDeadLetters) {
    bench_.nextCounter = 14;
    Bench::Client client = bench_.attach();
    bench_.publish(1);
    EXPECT_EQ(client.take(), 0U) << "it cannot be said: a dead letter";
    const ReplayReport done = finish(start(0, 1000).id, client);
    EXPECT_EQ(done.refused, 1U);
    EXPECT_EQ(bench_.stream->books().dead, 1U) << "the first time, not once more";
}

}  // namespace
}  // namespace runnel::test
