// SPDX-License-Identifier: Apache-2.0
#include "downlink/downlinks.h"

#include <gmock/gmock.h>

#include <set>
#include <thread>

#include "tests/downlink/downlink_fakes.h"

namespace runnel::test {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class DownlinksTest : public ::testing::Test, public DownlinkBench {};

TEST_F(DownlinksTest, SendsAnAcceptedOneWithAllThatTheNetworkNeeds) {
    connect();
    const Receipt receipt = submit(downlink(7, "mine"));
    EXPECT_FALSE(receipt.rejected);
    EXPECT_EQ(receipt.id, "mine");
    EXPECT_EQ(receipt.device, kDevice);
    ASSERT_THAT(carrier.sent(), SizeIs(1));
    const Downlink sent = carrier.sent()[0];
    EXPECT_NE(sent.id, "mine") << "the network gets an id of its own";
    EXPECT_EQ(sent.application, kApplication);
    EXPECT_EQ(sent.network, "net");
    EXPECT_EQ(sent.networkDevice, "address of 0080E1150529E258");
    EXPECT_EQ(sent.attempt, 1U);
    EXPECT_EQ(sent.payload, Bytes{7});
}

TEST_F(DownlinksTest, MakesAnIdWhereThereIsNone) {
    connect();
    const std::string first = submit(downlink(1)).id;
    const std::string second = submit(downlink(1)).id;
    EXPECT_THAT(first, SizeIs(36)) << "a UUID";
    EXPECT_NE(first, second);
    EXPECT_THAT(carrier.sent(), SizeIs(2));
}

TEST_F(DownlinksTest, WaitsWhileNotConnectedThenSendsInOrder) {
    for (int i = 1; i <= 5; ++i) submit(downlink(static_cast<std::uint8_t>(i)));
    EXPECT_THAT(carrier.sent(), IsEmpty());
    connect();
    EXPECT_THAT(carrier.payloads(), ElementsAre(1, 2, 3, 4, 5));
    downlinks().setConnected("net", false);
    submit(downlink(6));
    submit(downlink(7));
    EXPECT_THAT(carrier.sent(), SizeIs(5));
    connect();
    EXPECT_THAT(carrier.payloads(), ElementsAre(1, 2, 3, 4, 5, 6, 7));
}

TEST_F(DownlinksTest, SendsThroughTheNetworkThatHeardTheDeviceLast) {
    FakeCarrier second;
    downlinks().addCarrier("second", second);
    connect();
    connect("second");
    submit(downlink(1));
    hear(kDevice, "second", kApplication);
    submit(downlink(2));
    EXPECT_THAT(carrier.payloads(), ElementsAre(1));
    EXPECT_THAT(second.payloads(), ElementsAre(2));
}

TEST_F(DownlinksTest, SendsThroughADeviceStreamToItsDeviceEvenIfUnheard) {
    connect();
    Downlink wanted = downlink(3);
    wanted.device = Eui{42};
    EXPECT_EQ(complaint(grantFor(Eui{42}), wanted), "");
    EXPECT_THAT(carrier.payloads(), ElementsAre(3));
}

TEST_F(DownlinksTest, AcceptsARepeatWithoutSendingItAgain) {
    connect();
    EXPECT_FALSE(submit(downlink(1, "same")).rejected);
    const Receipt repeat = submit(downlink(1, "same"));
    EXPECT_FALSE(repeat.rejected);
    EXPECT_EQ(repeat.id, "same");
    EXPECT_THAT(carrier.sent(), SizeIs(1));
}

TEST_F(DownlinksTest, RefusesTheSameIdWithOtherContent) {
    connect();
    submit(downlink(1, "same"));
    const std::string wrong = "Id: was used for another downlink within the last 7 days";
    EXPECT_EQ(complaint(downlink(2, "same")), wrong);
    Downlink other = downlink(1, "same");
    other.port = 9;
    EXPECT_EQ(complaint(other), wrong);
    other = downlink(1, "same");
    other.isConfirmed = true;
    EXPECT_EQ(complaint(other), wrong);
    EXPECT_THAT(carrier.sent(), SizeIs(1));
}

TEST_F(DownlinksTest, LetsTwoStreamsUseTheSameId) {
    connect();
    submit(grant("cloud"), downlink(1, "same"));
    EXPECT_EQ(complaint(grant("erp"), downlink(2, "same")), "");
    ASSERT_THAT(carrier.payloads(), ElementsAre(1, 2));
    EXPECT_NE(carrier.sent()[0].id, carrier.sent()[1].id);
    EXPECT_EQ(identified(carrier.sent()[0].id, Kind::Sent).downlinkStream, "cloud");
    EXPECT_EQ(identified(carrier.sent()[1].id, Kind::Sent).downlinkStream, "erp");
}

TEST_F(DownlinksTest, ForgetsAnIdAfterSevenDays) {
    connect();
    submit(downlink(1, "same"));
    clock.advance(hours(7 * 24));
    downlinks().tick();
    EXPECT_NE(complaint(downlink(2, "same")), "") << "seven days are not over yet";
    clock.advance(seconds(1));
    downlinks().tick();
    EXPECT_EQ(complaint(downlink(2, "same")), "");
}

TEST_F(DownlinksTest, BringsEventsBackToTheSendersIdAndStream) {
    connect();
    submit(downlink(1, "mine"));
    const Message event = identified(carrier.sent()[0].id, Kind::Queued);
    EXPECT_EQ(event.downlinkId, "mine");
    EXPECT_EQ(event.downlinkStream, "cloud");
    const Message foreign = identified("somebody else's", Kind::Sent);
    EXPECT_EQ(foreign.downlinkId, "somebody else's");
    EXPECT_EQ(foreign.downlinkStream, "");
    EXPECT_EQ(identified("mine", Kind::Sent).downlinkStream, "") << "the network's id counts";
}

TEST_F(DownlinksTest, TellsTheSenderWhatTheCarrierComplainedAbout) {
    carrier.complaint = "queue is full";
    connect();
    Downlink wanted = downlink(1, "mine");
    wanted.port = 5;
    wanted.isConfirmed = true;
    EXPECT_FALSE(submit(wanted).rejected) << "accepted, its fate is an event";
    ASSERT_THAT(announced(), SizeIs(1));
    const Message event = announced()[0];
    EXPECT_EQ(event.kind, Kind::Failed);
    EXPECT_EQ(event.downlinkId, "mine");
    EXPECT_EQ(event.downlinkStream, "cloud");
    EXPECT_EQ(event.text, "queue is full");
    EXPECT_EQ(event.device, kDevice);
    EXPECT_EQ(event.application, kApplication);
    EXPECT_EQ(event.port, 5);
    EXPECT_TRUE(event.isConfirmed);
    EXPECT_THAT(log.lines(), ElementsAre(HasSubstr("queue is full")));
}

TEST_F(DownlinksTest, ExpiresWhatTheNetworkDidNotTakeInTime) {
    Downlink wanted = downlink(1, "mine");
    wanted.expires = clock.now() + seconds(10);
    submit(wanted);
    submit(downlink(2));
    clock.advance(seconds(9));
    downlinks().tick();
    EXPECT_THAT(announced(), IsEmpty());
    clock.advance(seconds(1));
    downlinks().tick();
    downlinks().tick();
    ASSERT_THAT(announced(), SizeIs(1));
    EXPECT_EQ(announced()[0].kind, Kind::Expired);
    EXPECT_EQ(announced()[0].downlinkId, "mine");
    connect();
    EXPECT_THAT(carrier.payloads(), ElementsAre(2));
}

TEST_F(DownlinksTest, ExpiresAfterAWeekWhatNamesNoExpiryAndNoNetworkTook) {
    submit(downlink(1, "mine"));
    clock.advance(Downlinks::kIdempotency - seconds(1));
    downlinks().tick();
    EXPECT_THAT(announced(), IsEmpty());
    clock.advance(seconds(1));
    downlinks().tick();
    ASSERT_THAT(announced(), SizeIs(1));
    EXPECT_EQ(announced()[0].kind, Kind::Expired);
}

TEST_F(DownlinksTest, SendsNothingExpiredEvenBeforeTheTick) {
    Downlink wanted = downlink(1, "mine");
    wanted.expires = clock.now() + seconds(10);
    submit(wanted);
    clock.advance(seconds(10));
    connect();
    EXPECT_THAT(carrier.sent(), IsEmpty());
    downlinks().tick();
    ASSERT_THAT(announced(), SizeIs(1));
    EXPECT_EQ(announced()[0].kind, Kind::Expired);
}

TEST_F(DownlinksTest, LeavesTheFateOfWhatWasHandedOverToTheNetwork) {
    connect();
    Downlink wanted = downlink(1);
    wanted.expires = clock.now() + seconds(10);
    submit(wanted);
    clock.advance(seconds(11));
    downlinks().tick();
    EXPECT_THAT(announced(), IsEmpty());
}

TEST_F(DownlinksTest, EndsAfterAWeekWhatTheNetworkSaysNothingFinalAbout) {
    connect();
    submit(downlink(1, "silent"));
    submit(downlink(2, "queued"));
    submit(downlink(3, "sent"));
    static_cast<void>(identified(carrier.sent()[1].id, Kind::Queued));
    static_cast<void>(identified(carrier.sent()[2].id, Kind::Sent));
    clock.advance(Downlinks::kIdempotency - seconds(1));
    downlinks().tick();
    EXPECT_THAT(announced(), IsEmpty());
    clock.advance(seconds(1));
    downlinks().tick();
    downlinks().tick();
    ASSERT_THAT(announced(), SizeIs(2));
    for (const Message& event : announced()) {
        EXPECT_EQ(event.kind, Kind::Expired);
        EXPECT_NE(event.downlinkId, "sent");
        EXPECT_THAT(event.text, HasSubstr("has not said within 7 days"));
    }
}

TEST_F(DownlinksTest, RemembersAtMost100000AndForgetsEndedOnesFirst) {
    constexpr std::size_t kPortion = 10'000;
    for (std::size_t i = 0; i < Downlinks::kMaxRemembered; i += kPortion) {
        {
            const WriterHeld held(state());
            for (std::size_t k = 0; k < kPortion; ++k) submitted(grant(), downlink(1));
        }
        settle();
    }
    EXPECT_EQ(complaint(downlink(2)),
              ": too many downlinks wait already (100,000); try again later");
    connect();
    while (carrier.count() < Downlinks::kMaxRemembered) settle();
    clock.advance(seconds(1));
    EXPECT_EQ(complaint(downlink(2)), "") << "those that were handed over make room";
    EXPECT_EQ(carrier.payloads().back(), 2);
}

TEST_F(DownlinksTest, TakesFromTwoThreadsAndKeepsTheOrderOfEach) {
    connect();
    constexpr int kEach = 500;
    const auto run = [this](const std::string& stream, std::uint8_t port) {
        for (int i = 0; i < kEach; ++i) {
            Downlink wanted = downlink(static_cast<std::uint8_t>(i % 256), std::to_string(i));
            wanted.port = port;
            downlinks().submit(grant(stream), wanted,
                               [](const Receipt& receipt) { EXPECT_FALSE(receipt.rejected); });
        }
    };
    std::thread one(run, "one", 1);
    std::thread two(run, "two", 2);
    one.join();
    two.join();
    settle();
    std::map<int, int> next;
    std::set<std::string> ids;
    const auto all = carrier.sent();
    for (const Downlink& sent : all) {
        EXPECT_EQ(sent.payload[0], next[sent.port]++ % 256);
        ids.insert(sent.id);
    }
    EXPECT_EQ(next[1], kEach);
    EXPECT_EQ(next[2], kEach);
    EXPECT_THAT(ids, SizeIs(2 * kEach));
}

}  // namespace
}  // namespace runnel::test
