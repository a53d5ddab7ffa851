// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <thread>

#include "tests/downlink/downlink_fakes.h"

/// What is left of downlinks after a restart and after a crash.
namespace runnel::test {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class DownlinkRestartTest : public ::testing::Test, public DownlinkBench {
  protected:
    Downlink confirmed(std::uint8_t byte, const std::string& id) {
        Downlink wanted = downlink(byte, id);
        wanted.isConfirmed = true;
        return wanted;
    }
};

TEST_F(DownlinkRestartTest, KeepsWhatWaitsWithEverythingThatTheNetworkNeeds) {
    Downlink wanted = confirmed(9, "mine");
    wanted.port = 33;
    wanted.expires = clock.now() + hours(1);
    submit(wanted);
    crash();
    connect();
    ASSERT_THAT(carrier.sent(), SizeIs(1));
    const Downlink sent = carrier.sent()[0];
    EXPECT_THAT(sent.id, SizeIs(36));
    EXPECT_EQ(sent.device, kDevice);
    EXPECT_EQ(sent.application, kApplication);
    EXPECT_EQ(sent.port, 33);
    EXPECT_TRUE(sent.isConfirmed);
    EXPECT_EQ(sent.payload, Bytes{9});
    EXPECT_EQ(sent.expires, wanted.expires);
    EXPECT_EQ(sent.network, "net");
    EXPECT_EQ(sent.networkDevice, "address of 0080E1150529E258");
    EXPECT_EQ(sent.attempt, 1U);
    EXPECT_FALSE(sent.mayHaveBeenSent) << "it never left";
}

TEST_F(DownlinkRestartTest, SendsWhatWaitedInTheOrderOfAcceptance) {
    for (std::uint8_t i = 1; i <= 20; ++i) submitted(grant(i % 2 == 0 ? "a" : "b"), downlink(i));
    crash();
    submit(downlink(21));
    connect();
    std::vector<int> expected;
    for (int i = 1; i <= 21; ++i) expected.push_back(i);
    EXPECT_EQ(carrier.payloads(), expected);
}

TEST_F(DownlinkRestartTest, SavesThatItIsAboutToSendBeforeItSends) {
    carrier.onSend = [this](const Downlink&) { snapshot(); };
    submit(downlink(1));
    connect();
    restart();
    ASSERT_THAT(state().saved().downlinks, IsEmpty()) << "they were let go at the start";
    carrier.onSend = nullptr;
    connect();
    ASSERT_THAT(carrier.sent(), SizeIs(2));
    EXPECT_TRUE(carrier.sent()[1].mayHaveBeenSent);
}

TEST_F(DownlinkRestartTest, SavesAnAcceptedOneAndThatItIsSentInOneStep) {
    connect();
    Receipt receipt;
    downlinks().submit(grant(), downlink(1), [&](Receipt answer) {
        receipt = std::move(answer);
        snapshot();
    });
    settle();
    EXPECT_FALSE(receipt.rejected);
    restart();
    connect();
    ASSERT_THAT(carrier.sent(), SizeIs(2));
    EXPECT_TRUE(carrier.sent()[1].mayHaveBeenSent) << "nobody can know that it did not leave";
}

TEST_F(DownlinkRestartTest, SendsAgainWithTheSameIdWhatTheNetworkHasNotConfirmed) {
    connect();
    submit(downlink(1, "mine"));
    crash();
    connect();
    crash();
    connect();
    ASSERT_THAT(carrier.sent(), SizeIs(3));
    for (std::uint32_t i = 0; i < 3; ++i) {
        const Downlink sent = carrier.sent()[i];
        EXPECT_EQ(sent.id, carrier.sent()[0].id);
        EXPECT_EQ(sent.attempt, i + 1);
        EXPECT_EQ(sent.mayHaveBeenSent, i > 0);
    }
}

TEST_F(DownlinkRestartTest, NeverSendsAgainWhatTheNetworkSpokeOf) {
    connect();
    submit(confirmed(1, "queued"));
    submit(downlink(2, "sent"));
    submit(confirmed(3, "failed"));
    submit(downlink(4, "silent"));
    const auto sent = carrier.sent();
    identified(sent[0].id, Kind::Queued);
    identified(sent[1].id, Kind::Sent);
    identified(sent[2].id, Kind::Failed);
    crash();
    connect();
    EXPECT_THAT(carrier.payloads(), ElementsAre(1, 2, 3, 4, 4));
}

TEST_F(DownlinkRestartTest, NeverSendsAgainWhatOnlyTheJournalKnowsTheNetworkSpokeOf) {
    connect();
    for (std::uint8_t i = 1; i <= 3; ++i) submit(downlink(i, std::to_string(i)));
    snapshot();
    Message queued = identified(carrier.sent()[0].id, Kind::Queued);
    queued.brokerTime = clock.now();
    Message earlier = identified(carrier.sent()[1].id, Kind::Queued);
    earlier.brokerTime = clock.now() - seconds(1);  // of another downlink with this Id
    journaled = {std::make_shared<const Message>(queued), std::make_shared<const Message>(earlier)};
    restart();
    connect();
    EXPECT_THAT(carrier.payloads(), ElementsAre(1, 2, 3, 2, 3));
}

TEST_F(DownlinkRestartTest, DoesNotSendAgainWhatTheNetworkSpeaksOfMeanwhile) {
    connect();
    submit(downlink(1));
    crash();
    identified(carrier.sent()[0].id, Kind::Queued);
    connect();
    EXPECT_THAT(carrier.sent(), SizeIs(1));
}

TEST_F(DownlinkRestartTest, BringsEventsBackToTheSenderAfterwards) {
    connect();
    submit(grant("erp"), confirmed(1, "mine"));
    const std::string id = carrier.sent()[0].id;
    identified(id, Kind::Queued);
    crash();
    const Message event = identified(id, Kind::Acknowledged);
    EXPECT_EQ(event.downlinkId, "mine");
    EXPECT_EQ(event.downlinkStream, "erp");
}

TEST_F(DownlinkRestartTest, KnowsAnIdForSevenDays) {
    connect();
    submit(downlink(1, "same"));
    identified(carrier.sent()[0].id, Kind::Sent);
    crash();
    connect();
    EXPECT_EQ(complaint(downlink(1, "same")), "");
    EXPECT_EQ(complaint(downlink(2, "same")),
              "Id: was used for another downlink within the last 7 days");
    EXPECT_THAT(carrier.sent(), SizeIs(1));
    clock.advance(hours(7 * 24) + seconds(1));
    downlinks().tick();
    crash();
    EXPECT_EQ(complaint(downlink(2, "same")), "");
}

TEST_F(DownlinkRestartTest, ExpiresWhatWaitedTooLong) {
    Downlink wanted = downlink(1, "mine");
    wanted.expires = clock.now() + seconds(10);
    submit(wanted);
    crash();
    clock.advance(seconds(10));
    downlinks().tick();
    ASSERT_THAT(announced(), SizeIs(1));
    EXPECT_EQ(announced()[0].kind, Kind::Expired);
    EXPECT_EQ(announced()[0].downlinkId, "mine");
    EXPECT_EQ(announced()[0].text, "expired before the network took it");
    crash();
    connect();
    downlinks().tick();
    EXPECT_THAT(announced(), IsEmpty()) << "said once";
    EXPECT_THAT(carrier.sent(), IsEmpty());
}

TEST_F(DownlinkRestartTest, SaysSoWhenItExpiresAndMayHaveBeenSent) {
    connect();
    Downlink wanted = downlink(1, "mine");
    wanted.expires = clock.now() + seconds(10);
    submit(wanted);
    crash();
    clock.advance(seconds(10));
    connect();
    downlinks().tick();
    EXPECT_THAT(carrier.sent(), SizeIs(1));
    ASSERT_THAT(announced(), SizeIs(1));
    EXPECT_EQ(announced()[0].text, "expired before the network said that it has it");
}

TEST_F(DownlinkRestartTest, FailsWhatANetworkWasToCarryThatIsGone) {
    submit(grant("erp"), confirmed(1, "waits"));
    connect();
    submit(downlink(2, "left"));
    submit(downlink(3, "queued"));
    identified(carrier.sent().at(2).id, Kind::Queued);
    hasCarrier = false;
    crash();
    ASSERT_THAT(announced(), SizeIs(2));
    EXPECT_EQ(announced()[0].kind, Kind::Failed);
    EXPECT_EQ(announced()[0].downlinkId, "waits");
    EXPECT_EQ(announced()[0].downlinkStream, "erp");
    EXPECT_TRUE(announced()[0].isConfirmed);
    EXPECT_THAT(announced()[1].text,
                AllOf(HasSubstr("network 'net', which was to carry it, is not configured any more"),
                      HasSubstr("may have been sent already")));
    crash();
    EXPECT_THAT(announced(), IsEmpty()) << "said once";
}

TEST_F(DownlinkRestartTest, WaitsOnForAConnectorThatCouldNotBeMade) {
    submit(downlink(1));
    hasCarrier = false;
    isCarrierExpected = true;
    crash();
    crash();
    hasCarrier = true;
    crash();
    connect();
    EXPECT_EQ(carrier.payloads(), std::vector<int>{1});
}

TEST_F(DownlinkRestartTest, ClearsManyThousandsInOrder) {
    constexpr std::size_t kMany = 5000;
    for (std::size_t i = 0; i < kMany; ++i) {
        submitted(grant(), downlink(static_cast<std::uint8_t>(i % 251)));
    }
    crash();
    connect();
    while (carrier.count() < kMany) settle();
    const std::vector<int> sent = carrier.payloads();
    for (std::size_t i = 0; i < kMany; ++i) ASSERT_EQ(sent[i], static_cast<int>(i % 251));
}

}  // namespace
}  // namespace runnel::test
