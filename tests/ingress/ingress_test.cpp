// SPDX-License-Identifier: Apache-2.0
#include "ingress/ingress.h"

#include <gmock/gmock.h>

#include "tests/ingress/ingress_fakes.h"

namespace runnel::test {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using Verdict = Admission::Verdict;

constexpr Eui kDevice{0x0080E1150529E258};
constexpr Eui kApplication{0x70B3D57ED0000001};

TEST(ImpossibleTest, RefusesMoreThanLorawanCarries) {
    Message message = uplink(kDevice);
    message.payload.assign(242, 0);
    EXPECT_FALSE(impossible(message));
    message.payload.push_back(0);
    EXPECT_EQ(impossible(message), "payload has 243 bytes, LoRaWAN carries at most 242");
}

TEST(ImpossibleTest, RefusesMoreReceptionsThanAreKept) {
    Message message = uplink(kDevice);
    message.receptions.resize(256);
    EXPECT_FALSE(impossible(message));
    message.receptions.emplace_back();
    EXPECT_THAT(impossible(message), ::testing::Optional(HasSubstr("257 receptions")));
}

TEST(ImpossibleTest, TakesAnyRadioFigure) {
    Message message = uplink(kDevice);
    message.receptions.push_back(
        {.gateway = {}, .rssiDbm = 32'767, .snrDb = -1e30F, .time = Instant{}});
    message.frequencyHz = 1;
    message.dataRate = "SF99BW1";
    EXPECT_FALSE(impossible(message));
}

TEST(IngressTest, ConfirmsOncePerCommitAndOnlyAfterAppendAndRoute) {
    IngressBench bench;
    bench.ingress.start();
    EXPECT_EQ(bench.publish(uplink(kDevice, 7), 70), Verdict::Taken);
    ASSERT_TRUE(bench.events.wait("net committed 70"));
    EXPECT_THAT(bench.events.all(), ElementsAre("append", "route 7", "net committed 70"));
}

TEST(IngressTest, MakesOneCommitOfWhatWaitsInPublishOrder) {
    IngressBench bench;
    bench.journal.hold();
    bench.ingress.start();
    bench.publish(uplink(kDevice, 1), 11);
    ASSERT_TRUE(bench.events.wait("held"));
    bench.publish(uplink(kDevice, 2), 12);
    bench.ingress.publish(bench.other, uplink(kDevice, 3), 13);
    bench.publish(uplink(kDevice, 4), 14);
    bench.journal.letGo();
    bench.ingress.stop();
    EXPECT_THAT(bench.events.all(),
                ElementsAre("held", "append", "route 1", "net committed 11", "append",
                            "route 2 3 4", "net committed 12 14", "other committed 13"));
    EXPECT_EQ(bench.routed[3]->position, bench.routed[0]->position + 3);
    EXPECT_EQ(bench.ingress.counters().taken, 4U);
}

TEST(IngressTest, FillsInWhatTheCoreKnows) {
    IngressBench bench;
    bench.ingress.start();
    bench.publish(uplink(kDevice), 1);
    bench.ingress.stop();
    EXPECT_EQ(bench.routed.at(0)->brokerTime, bench.clock.now());
    EXPECT_EQ(bench.routed.at(0)->network, "net");
    EXPECT_EQ(bench.routed.at(0)->position, 1001U);
}

TEST(IngressTest, RepeatsAFailedCommitAndConfirmsNothingMeanwhile) {
    IngressBench bench;
    bench.journal.failNext(2);
    bench.ingress.start();
    Message message = uplink(kDevice, 1);
    message.application = kApplication;
    bench.publish(message, 11);
    ASSERT_TRUE(bench.events.wait("net committed 11"));
    bench.ingress.stop();
    EXPECT_THAT(bench.events.all(), ElementsAre("append failed", "append failed", "append",
                                                "route 1", "net committed 11"));
    EXPECT_THAT(bench.log.lines(), ElementsAre(HasSubstr("disk full"), HasSubstr("disk full")));
}

TEST(IngressTest, LetsTheJournalBeReplacedWhileAnAppendFails) {
    IngressBench bench;
    bench.journal.failNext(1'000'000);
    bench.journal.damage();
    bench.maintain = [&] {
        if (bench.journal.isDamaged()) static_cast<void>(bench.journal.replace());
        return false;
    };
    bench.ingress.start();
    bench.publish(uplink(kDevice, 1), 11);
    ASSERT_TRUE(bench.events.wait("net committed 11"));
    EXPECT_THAT(bench.events.all(),
                ElementsAre("append failed", "replaced", "append", "route 1", "net committed 11"));
}

TEST(IngressTest, MaintainsAfterABatchUntilNothingIsDueAtOnce) {
    IngressBench bench;
    int calls = 0;
    bench.maintain = [&] {
        bench.events.add("maintain " + std::to_string(++calls));
        return calls < 40;
    };
    bench.ingress.start();
    bench.publish(uplink(kDevice, 1), 11);
    const auto start = std::chrono::steady_clock::now();
    ASSERT_TRUE(bench.events.wait("maintain 40"));
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20))
        << "forty times by the clock would take longer";
}

TEST(IngressTest, MaintainsWithoutMessages) {
    IngressBench bench;
    bench.maintain = [&] {
        bench.events.add("maintain");
        return false;
    };
    bench.ingress.start();
    EXPECT_TRUE(bench.events.wait("maintain"));
}

TEST(IngressTest, LeavesFiveMillisecondsBetweenTwoCommits) {
    IngressBench bench;
    bench.ingress.start();
    const auto start = std::chrono::steady_clock::now();
    for (std::uint32_t i = 1; i <= 5; ++i) {
        bench.publish(uplink(kDevice, i), i);
        ASSERT_TRUE(bench.events.wait("net committed " + std::to_string(i)));
    }
    EXPECT_GE(std::chrono::steady_clock::now() - start, 4 * Ingress::kCommitPeriod);
    bench.ingress.stop();
    EXPECT_EQ(bench.journal.sizes, std::vector<std::size_t>(5, 1));
}

TEST(IngressTest, RecognisesRepeatsOfRememberedMessages) {
    IngressBench bench;
    Message past = uplink(kDevice, 1);
    past.network = "net";
    past.originId = "server-1";
    bench.ingress.remember(past);
    bench.ingress.start();
    Message repeat = uplink(kDevice, 1);
    repeat.originId = "server-1";
    bench.publish(repeat, 11);
    ASSERT_TRUE(bench.events.wait("net committed 11")) << "it is safe, so it is acknowledged";
    bench.ingress.stop();
    EXPECT_THAT(bench.routed, IsEmpty());
    EXPECT_EQ(bench.ingress.counters().repeats, 1U);
}

TEST(IngressTest, SaysBusyWhenFullAndLeavesTheMessageThenResumes) {
    IngressBench bench;
    bench.journal.hold();
    bench.ingress.start();
    bench.publish(uplink(kDevice), 0);
    ASSERT_TRUE(bench.events.wait("held"));
    for (std::size_t i = 0; i < Ingress::kMaxWaiting; ++i) {
        ASSERT_EQ(bench.publish(uplink(kDevice), 0), Verdict::Taken);
    }
    Message message = uplink(kDevice, 5);
    EXPECT_EQ(bench.ingress.publish(bench.source, std::move(message), 55).verdict, Verdict::Busy);
    // NOLINTNEXTLINE(bugprone-use-after-move): moved from only when Taken or Refused
    EXPECT_EQ(message.payload, Bytes{1}) << "a Busy message is untouched";
    EXPECT_THAT(bench.events.all(), Not(Contains("net resume")));
    bench.journal.letGo();
    ASSERT_TRUE(bench.events.wait("net resume"));
    EXPECT_EQ(bench.ingress.publish(bench.source, std::move(message), 55).verdict, Verdict::Taken);
    ASSERT_TRUE(bench.events.wait("net committed 55"));
    bench.ingress.stop();
    EXPECT_THAT(bench.journal.sizes, Each(::testing::Le(Ingress::kMaxBatch)));
    EXPECT_THAT(bench.events.all(), Not(Contains("other resume"))) << "it was never told Busy";
}

TEST(IngressTest, SaysBusyWhileTheJournalFailsThenResumes) {
    IngressBench bench;
    bench.journal.failNext(1'000'000);
    bench.ingress.start();
    ASSERT_EQ(bench.publish(uplink(kDevice, 1), 11), Verdict::Taken);
    ASSERT_TRUE(bench.events.wait("append failed"));
    std::size_t taken = 0;  // until the failure is known
    while (bench.publish(uplink(kDevice, 2), 0) != Verdict::Busy) ++taken;
    ASSERT_LT(taken, Ingress::kMaxWaiting) << "not because of the failure";
    EXPECT_THAT(bench.events.all(), Not(Contains("net resume")));
    bench.journal.failNext(0);
    ASSERT_TRUE(bench.events.wait("net resume"));
    EXPECT_EQ(bench.publish(uplink(kDevice, 3), 33), Verdict::Taken);
    ASSERT_TRUE(bench.events.wait("net committed 33"));
    bench.ingress.stop();
}

TEST(IngressTest, RefusesTheImpossibleCountedAndLogged) {
    IngressBench bench;
    bench.ingress.start();
    Message message = uplink(kDevice);
    message.payload.resize(300);
    const Admission admission = bench.ingress.publish(bench.source, std::move(message), 9);
    EXPECT_EQ(admission.verdict, Verdict::Refused);
    EXPECT_THAT(admission.reason, HasSubstr("300 bytes"));
    bench.ingress.stop();
    EXPECT_EQ(bench.ingress.counters().refused, 1U);
    EXPECT_THAT(bench.log.lines(),
                ElementsAre(AllOf(HasSubstr("0080E1150529E258"), HasSubstr("network net"))));
    EXPECT_THAT(bench.events.all(), IsEmpty());
}

TEST(IngressTest, DropsRepeatsButConfirmsThem) {
    IngressBench bench;
    Message message = uplink(kDevice, 1);
    message.originId = "x";
    bench.ingress.start();
    bench.publish(message, 11);
    bench.publish(message, 12);
    bench.ingress.publish(bench.other, Message(message), 13);
    bench.ingress.stop();
    EXPECT_THAT(bench.routed, SizeIs(2)) << "another connector's ids are its own";
    EXPECT_EQ(bench.ingress.counters().repeats, 1U);
    std::string confirmed;
    for (const std::string& event : bench.events.all()) confirmed += event + ";";
    EXPECT_THAT(confirmed, AllOf(HasSubstr("11"), HasSubstr("12"), HasSubstr("13")));
}

TEST(IngressTest, ConfirmsAnEmptyFrameOnPort0WithoutJournalingIt) {
    IngressBench bench;
    Message message = uplink(kDevice);
    message.port = 0;
    message.payload.clear();
    bench.ingress.start();
    EXPECT_EQ(bench.publish(message, 21), Verdict::Taken);
    ASSERT_TRUE(bench.events.wait("net committed 21"));
    EXPECT_THAT(bench.events.all(), ElementsAre("net committed 21"));
    EXPECT_EQ(bench.ingress.counters().withoutPayload, 1U);
    message.kind = Kind::Join;
    EXPECT_EQ(bench.publish(message, 22), Verdict::Taken);
    bench.ingress.stop();
    EXPECT_THAT(bench.routed, SizeIs(1)) << "an event has neither port nor payload";
}

TEST(IngressTest, ConfirmsNoTicketZero) {
    IngressBench bench;
    bench.ingress.start();
    bench.publish(uplink(kDevice, 1), 0);
    bench.ingress.stop();
    EXPECT_THAT(bench.events.all(), ElementsAre("append", "route 1"));
}

TEST(IngressTest, StreamsAndCountsWhatBelongsToNoApplicationAndLogsEachDeviceOnce) {
    IngressBench bench;
    bench.source.map["parking"] = kApplication;
    bench.ingress.start();
    bench.publish(uplink(kDevice), 1);
    bench.publish(uplink(kDevice), 2);
    bench.publish(uplink(Eui{2}), 3);
    Message mapped = uplink(Eui{3});
    mapped.networkApplication = "parking";
    bench.publish(mapped, 4);
    bench.ingress.stop();
    EXPECT_THAT(bench.routed, SizeIs(4));
    EXPECT_EQ(bench.routed.at(3)->application, kApplication);
    EXPECT_EQ(bench.ingress.counters().unresolved, 3U);
    EXPECT_THAT(bench.log.lines(),
                ElementsAre(HasSubstr("0080E1150529E258"), HasSubstr("0000000000000002")));
}

TEST(IngressTest, ShowsEventsOfDownlinksToTheDownlinkStageBeforeTheJournal) {
    IngressBench bench;
    bench.identify = [&](Message& message) {
        bench.events.add("identify " + message.downlinkId);
        message.downlinkId = "sender's";
        return true;
    };
    bench.ingress.start();
    Message event = uplink(kDevice, 1);
    event.kind = Kind::Sent;
    event.downlinkId = "network's";
    bench.publish(event, 1);
    bench.ingress.stop();
    EXPECT_THAT(bench.events.all(),
                ElementsAre("identify network's", "append", "route 1", "net committed 1"));
    EXPECT_EQ(bench.routed.at(0)->downlinkId, "sender's");
}

TEST(IngressTest, DropsAnEventThatTheDownlinkStageKnowsAndConfirmsItsTicket) {
    IngressBench bench;
    bench.identify = [](const Message& message) { return message.downlinkId != "known"; };
    bench.ingress.start();
    Message event = uplink(kDevice, 1);
    event.kind = Kind::Queued;
    event.downlinkId = "known";
    bench.publish(event, 1);
    ASSERT_TRUE(bench.events.wait("net committed 1"));
    event.downlinkId = "new";
    bench.publish(event, 2);
    bench.ingress.stop();
    EXPECT_THAT(bench.events.all(),
                ElementsAre("net committed 1", "append", "route 1", "net committed 2"));
    EXPECT_EQ(bench.ingress.counters().repeats, 1U);
    EXPECT_EQ(bench.ingress.counters().taken, 1U);
}

TEST(IngressTest, AnnouncesTheBrokersOwnMessages) {
    IngressBench bench;
    bench.ingress.start();
    Message event = uplink(kDevice, 6);
    event.kind = Kind::Expired;
    bench.ingress.announce(std::move(event));
    ASSERT_TRUE(bench.events.wait("route 6"));
    bench.ingress.stop();
    EXPECT_EQ(bench.routed.at(0)->brokerTime, bench.clock.now());
    EXPECT_EQ(bench.ingress.counters().unresolved, 0U);
}

TEST(IngressTest, CommitsWhatItTookBeforeItStopsAndTakesNothingAfterwards) {
    IngressBench bench;
    EXPECT_EQ(bench.publish(uplink(kDevice), 1), Verdict::Busy) << "not started";
    bench.journal.hold();
    bench.ingress.start();
    for (Ticket ticket = 1; ticket <= 5000; ++ticket) bench.publish(uplink(kDevice), ticket);
    bench.journal.letGo();
    bench.ingress.stop();
    EXPECT_THAT(bench.routed, SizeIs(5000));
    EXPECT_EQ(bench.publish(uplink(kDevice), 1), Verdict::Busy);
    EXPECT_EQ(bench.ingress.counters().taken, 5000U);
}

TEST(IngressTest, StopsThoughTheJournalFailsAndConfirmsNothing) {
    IngressBench bench;
    bench.journal.failNext(1'000'000);
    bench.ingress.start();
    bench.publish(uplink(kDevice), 1);
    ASSERT_TRUE(bench.events.wait("append failed"));
    bench.ingress.stop();
    EXPECT_THAT(bench.events.all(), Each("append failed"));
    EXPECT_THAT(bench.routed, IsEmpty());
}

}  // namespace
}  // namespace runnel::test
