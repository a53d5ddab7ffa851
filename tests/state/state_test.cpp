// SPDX-License-Identifier: Apache-2.0
#include "state/state.h"

#include <atomic>
#include <thread>

#include "tests/state/state_fixture.h"

namespace runnel::test {
namespace {

using Stage = DownlinkRecord::Stage;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class StateTest : public ::testing::Test, public StateBench {};

TEST_F(StateTest, IsEmptyWhenItIsNew) {
    EXPECT_EQ(state->saved().checkpoint, std::nullopt);
    EXPECT_THAT(state->saved().streams, IsEmpty());
    EXPECT_THAT(state->saved().downlinks, IsEmpty());
    EXPECT_THAT(log.lines(), IsEmpty());
}

TEST_F(StateTest, KeepsADownlinkWithAllThatItNeeds) {
    start();
    DownlinkRecord record = downlinkRecord("id");
    record.downlink.application = Eui{0xFFFFFFFFFFFFFFFF};
    record.downlink.port = 223;
    record.downlink.isConfirmed = true;
    record.downlink.expires = record.expires;
    record.downlink.network = "net";
    record.downlink.networkDevice = "address";
    record.downlink.attempt = 1;
    record.stage = Stage::Sending;
    ASSERT_EQ(add(record), "");
    reopen();
    ASSERT_THAT(state->saved().downlinks, SizeIs(1));
    const DownlinkRecord& saved = state->saved().downlinks[0];
    EXPECT_EQ(saved.downlink.id, "id");
    EXPECT_EQ(saved.downlink.device, Eui{7});
    EXPECT_EQ(saved.downlink.application, record.downlink.application);
    EXPECT_EQ(saved.downlink.port, 223);
    EXPECT_TRUE(saved.downlink.isConfirmed);
    EXPECT_EQ(saved.downlink.payload, (Bytes{1, 2, 3}));
    EXPECT_EQ(saved.downlink.expires, record.expires);
    EXPECT_EQ(saved.downlink.network, "net");
    EXPECT_EQ(saved.downlink.networkDevice, "address");
    EXPECT_EQ(saved.downlink.attempt, 1U);
    EXPECT_EQ(saved.senderId, "sender's id");
    EXPECT_EQ(saved.stream, "cloud");
    EXPECT_EQ(saved.accepted, record.accepted);
    EXPECT_EQ(saved.expires, record.expires);
    EXPECT_EQ(saved.stage, Stage::Sending);
}

TEST_F(StateTest, HasOnDiskWhatItAnsweredFor) {
    start();
    addAll({"c", "a", "b"});
    crash();
    EXPECT_THAT(savedIds(), ElementsAre("c", "a", "b")) << "in the order of acceptance";
}

TEST_F(StateTest, SavesNothingMoreWhenDestroyedWithoutStop) {
    start();
    addAll({"a"});
    state->update("a", Stage::Ended, nullptr);
    state->forget("a");
    open();
    EXPECT_THAT(savedIds(), ElementsAre("a"));
}

TEST_F(StateTest, SavesStagesAndCountsAttempts) {
    start();
    addAll({"a", "b", "c"});
    state->update("a", Stage::Sending, nullptr);
    state->update("a", Stage::Sending, nullptr);
    state->update("b", Stage::HandedOver, nullptr);
    state->forget("c");
    settle(*state);
    crash();
    ASSERT_THAT(savedIds(), ElementsAre("a", "b"));
    EXPECT_EQ(state->saved().downlinks[0].stage, Stage::Sending);
    EXPECT_EQ(state->saved().downlinks[0].downlink.attempt, 2U);
    EXPECT_EQ(state->saved().downlinks[1].stage, Stage::HandedOver);
    EXPECT_EQ(state->saved().downlinks[1].downlink.attempt, 0U);
}

TEST_F(StateTest, SavesUnwaitedUpdatesWithinAPeriod) {
    start();
    addAll({"a"});
    state->forget("a");
    while (number("select count(*) from downlink") != 0) std::this_thread::yield();
}

TEST_F(StateTest, AnswersInTheOrderOfTheCalls) {
    Guarded<std::vector<std::string>> order;
    state->add(downlinkRecord("a"), [&](const Status&) { order.lock()->push_back("add a"); });
    state->update("a", Stage::Sending, [&] { order.lock()->push_back("update a"); });
    state->add(downlinkRecord("b"), [&](const Status&) { order.lock()->push_back("add b"); });
    start();
    settle(*state);
    EXPECT_THAT(*order.lock(), ElementsAre("add a", "update a", "add b"));
}

TEST_F(StateTest, SavesEverythingThatWaitsInOneTransaction) {
    constexpr int kMany = 1000;
    start();
    std::atomic<std::int64_t> seenByTheFirst = 0;
    {
        const WriterHeld held(*state);
        for (int i = 0; i < kMany; ++i) {
            state->add(downlinkRecord(std::to_string(i)), [&, i](const Status&) {
                if (i == 0) seenByTheFirst = number("select count(*) from downlink");
            });
        }
    }
    settle(*state);
    EXPECT_EQ(seenByTheFirst, kMany);
}

TEST_F(StateTest, RefusesADownlinkAtOnceWhenTooManyWait) {
    for (std::size_t i = 0; i < State::kMaxWaiting; ++i) state->forget("nobody's");
    std::string refusal;
    state->add(downlinkRecord("late"), [&](const Status& s) { refusal = s.error().reason; });
    EXPECT_THAT(refusal, HasSubstr("16384 changes wait"));
    start();
    settle(*state);
    EXPECT_EQ(add(downlinkRecord("later")), "");
}

TEST_F(StateTest, RefusesADownlinkAtOnceWhenStopped) {
    start();
    state->stop();
    EXPECT_THAT(add(downlinkRecord("late")), HasSubstr("the broker is stopping"));
}

TEST_F(StateTest, AnswersWhatWaitedWhenItIsStoppedWithoutHavingStarted) {
    std::string answer = "none";
    state->add(downlinkRecord("a"), [&](const Status& status) { answer = status ? "stored" : ""; });
    state->stop();
    EXPECT_EQ(answer, "stored");
}

TEST_F(StateTest, KeepsStreamsWithBooksAndGap) {
    StreamRecord stream = streamRecord("A/cloud", 30);
    stream.kinds = 0x7FF;
    stream.cursor = 20;
    stream.books = {10, 4, 3, 2, 1};
    stream.gap = Gap{1, 5, 3, "retention"};
    ASSERT_TRUE(state->begin({.checkpoint = 30, .streams = {stream}}, {}, {}));
    open();
    EXPECT_EQ(state->saved().checkpoint, 30U);
    ASSERT_THAT(state->saved().streams, SizeIs(1));
    const StreamRecord& saved = state->saved().streams[0];
    EXPECT_EQ(saved.name, "A/cloud");
    EXPECT_EQ(saved.scope, stream.scope);
    EXPECT_EQ(saved.kinds, 0x7FFU);
    EXPECT_EQ(saved.cursor, 20U);
    EXPECT_EQ(saved.counted, 30U);
    EXPECT_EQ(saved.books, stream.books);
    ASSERT_TRUE(saved.gap);
    EXPECT_EQ(saved.gap->from, 1U);
    EXPECT_EQ(saved.gap->to, 5U);
    EXPECT_EQ(saved.gap->messages, 3U);
    EXPECT_EQ(saved.gap->reason, "retention");
}

TEST_F(StateTest, RemovesAGapThatIsOver) {
    StreamRecord stream = streamRecord("A/cloud");
    stream.gap = Gap{1, 5, 3, "retention"};
    ASSERT_TRUE(state->begin({.streams = {stream}}, {}, {}));
    stream.gap.reset();
    ASSERT_TRUE(state->begin({.streams = {stream}}, {}, {}));
    open();
    EXPECT_FALSE(state->saved().streams.at(0).gap);
}

TEST_F(StateTest, LetsPresentStreamsFollowTheCheckpointAndAbsentOnesStay) {
    const StreamRecord absent = streamRecord("absent", 10);
    ASSERT_TRUE(state->begin({.checkpoint = 10, .streams = {streamRecord("present", 10)}},
                             {&absent, 1}, {}));
    start();
    collectNext({.checkpoint = 50, .streams = {streamRecord("other", 60)}});
    reopen();
    EXPECT_EQ(state->saved().checkpoint, 50U);
    ASSERT_THAT(state->saved().streams, SizeIs(3));
    EXPECT_EQ(state->saved().streams[0].counted, 10U) << "absent";
    EXPECT_EQ(state->saved().streams[1].counted, 60U) << "other";
    EXPECT_EQ(state->saved().streams[2].counted, 50U) << "present";
}

TEST_F(StateTest, LetsAnAbsentStreamFollowAgainOnceItIsPresent) {
    const StreamRecord stream = streamRecord("stream", 10);
    ASSERT_TRUE(state->begin({.checkpoint = 50}, {&stream, 1}, {}));
    open();
    EXPECT_EQ(state->saved().streams.at(0).counted, 10U);
    ASSERT_TRUE(state->begin({.checkpoint = 50, .streams = {streamRecord("stream", 50)}}, {}, {}));
    start();
    collectNext({.checkpoint = 70, .streams = {}});
    reopen();
    EXPECT_EQ(state->saved().streams.at(0).counted, 70U);
}

TEST_F(StateTest, LetsAStreamThatWentWhileItRanStayAndOneThatCameAgainFollow) {
    ASSERT_TRUE(state->begin(
        {.checkpoint = 10, .streams = {streamRecord("gone", 10), streamRecord("back", 10)}}, {},
        {}));
    start();
    State::Changes changes;
    changes.checkpoint = 20;
    changes.absent = {streamRecord("gone", 20), streamRecord("back", 20)};
    EXPECT_FALSE(changes.isEmpty());
    changes.streams = {streamRecord("back", 21)};
    collectNext(changes);
    while (number("select position from checkpoint") != 20) std::this_thread::yield();
    collectNext({.checkpoint = 70, .streams = {}});
    reopen();
    ASSERT_THAT(state->saved().streams, SizeIs(2));
    EXPECT_EQ(state->saved().streams[0].counted, 70U) << "back";
    EXPECT_EQ(state->saved().streams[1].counted, 20U) << "gone";
}

TEST_F(StateTest, NeverMovesTheCheckpointBack) {
    ASSERT_TRUE(state->begin({.checkpoint = 50}, {}, {}));
    start();
    collectNext({.checkpoint = 40, .streams = {streamRecord("stream")}});
    reopen();
    EXPECT_EQ(state->saved().checkpoint, 50U);
}

TEST_F(StateTest, RemovesForgottenStreamsWithTheirDeadLetters) {
    State::Changes changes;
    changes.streams = {streamRecord("a"), streamRecord("b")};
    changes.deadLetters = {deadLetter("a", "1"), deadLetter("b", "2")};
    ASSERT_TRUE(state->begin(changes, {}, {}));
    const std::string forgotten = "a";
    ASSERT_TRUE(state->begin({}, {}, {&forgotten, 1}));
    EXPECT_EQ(*state->countDeadLetters("a"), 0U);
    EXPECT_EQ(*state->countDeadLetters("b"), 1U);
    open();
    ASSERT_THAT(state->saved().streams, SizeIs(1));
    EXPECT_EQ(state->saved().streams[0].name, "b");
}

TEST_F(StateTest, CollectsOncePerPeriodHoweverManyDownlinksAreAdded) {
    start();
    const auto begun = std::chrono::steady_clock::now();
    for (int i = 0; i < 200; ++i) EXPECT_EQ(add(downlinkRecord(std::to_string(i))), "");
    const auto periods = (std::chrono::steady_clock::now() - begun) / State::kPeriod;
    EXPECT_LE(collectCalls(), periods + 1);
}

TEST_F(StateTest, CollectsALastTimeWhenItStops) {
    start();
    state->update("x", Stage::Ended, nullptr);
    collectNext({.checkpoint = 5, .streams = {streamRecord("last")}});
    reopen();
    EXPECT_THAT(state->saved().streams, SizeIs(1));
    EXPECT_EQ(state->saved().checkpoint, 5U);
}

TEST_F(StateTest, SavesACheckpointAloneToo) {
    start();
    collectNext({.checkpoint = 77});
    while (number("select coalesce(max(position), 0) from checkpoint") != 77) {
        std::this_thread::yield();
    }
}

TEST_F(StateTest, TakesFromManyThreads) {
    start();
    constexpr int kThreads = 4;
    std::vector<std::thread> threads;
    threads.reserve(kThreads);
    for (int t = 0; t < kThreads; ++t) {
        threads.emplace_back([this, t] {
            for (int i = 0; i < 50; ++i) {
                const std::string id = std::to_string(t) + "/" + std::to_string(i);
                EXPECT_EQ(add(downlinkRecord(id)), "");
                state->update(id, Stage::Ended, nullptr);
                EXPECT_TRUE(state->countDeadLetters("a"));
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    reopen();
    EXPECT_THAT(state->saved().downlinks, SizeIs(200));
    for (const DownlinkRecord& record : state->saved().downlinks) {
        EXPECT_EQ(record.stage, Stage::Ended);
    }
}

}  // namespace
}  // namespace runnel::test
