// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "sqlite/database.h"
#include "tests/downlink/downlink_fakes.h"

/// Downlinks while they are being stored, and when that fails.
namespace runnel::test {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class DownlinkStoringTest : public ::testing::Test, public DownlinkBench {
  protected:
    static bool isReady(const std::future<Receipt>& receipt) {
        return receipt.wait_for(seconds(0)) == std::future_status::ready;
    }
    /// From now on a downlink with this payload byte cannot be stored.
    void refuse(const std::string& payloadByte) {
        sqlite::Database(file()).run(
            "create trigger refuse before insert on downlink when hex(new.body) like '%2A01" +
            payloadByte + "%' begin select raise(abort, 'no room for it'); end");
    }
};

TEST_F(DownlinkStoringTest, AnswersWhenItIsStoredAndNotBefore) {
    connect();
    std::future<Receipt> receipt;
    {
        const WriterHeld held(state());
        receipt = submitted(grant(), downlink(1));
        EXPECT_FALSE(isReady(receipt));
        EXPECT_THAT(carrier.sent(), IsEmpty());
    }
    EXPECT_FALSE(receipt.get().rejected);
    settle();
    EXPECT_THAT(carrier.sent(), SizeIs(1));
}

TEST_F(DownlinkStoringTest, GivesARepeatMeanwhileTheSameAnswerAndSendsOnce) {
    connect();
    std::future<Receipt> first;
    std::future<Receipt> repeat;
    std::future<Receipt> other;
    {
        const WriterHeld held(state());
        first = submitted(grant(), downlink(1, "same"));
        repeat = submitted(grant(), downlink(1, "same"));
        other = submitted(grant(), downlink(2, "same"));
        EXPECT_FALSE(isReady(first));
        EXPECT_FALSE(isReady(repeat));
        EXPECT_TRUE(isReady(other));
    }
    EXPECT_FALSE(first.get().rejected);
    const Receipt receipt = repeat.get();
    EXPECT_FALSE(receipt.rejected);
    EXPECT_EQ(receipt.id, "same");
    EXPECT_EQ(receipt.device, kDevice);
    EXPECT_EQ(other.get().rejected->field, "Id");
    settle();
    EXPECT_THAT(carrier.sent(), SizeIs(1));
}

TEST_F(DownlinkStoringTest, RejectsWhatCannotBeStoredAndRemembersNothing) {
    connect();
    refuse("07");
    std::future<Receipt> first;
    std::future<Receipt> repeat;
    {
        const WriterHeld held(state());
        first = submitted(grant(), downlink(7, "same"));
        repeat = submitted(grant(), downlink(7, "same"));
    }
    EXPECT_THAT(first.get().rejected->reason, HasSubstr("cannot be stored: "));
    EXPECT_THAT(repeat.get().rejected->reason, HasSubstr("no room for it"));
    EXPECT_EQ(complaint(downlink(1, "same")), "") << "the Id is free";
    EXPECT_THAT(carrier.payloads(), ElementsAre(1));
    crash();
    connect();
    EXPECT_THAT(carrier.payloads(), ElementsAre(1, 1)) << "the network has said nothing yet";
}

TEST_F(DownlinkStoringTest, RejectsWhenTooManyWaitForTheDisk) {
    const WriterHeld held(state());
    for (std::size_t i = 0; i < State::kMaxWaiting; ++i) state().forget("nobody's");
    const std::future<Receipt> receipt = submitted(grant(), downlink(1, "same"));
    ASSERT_TRUE(isReady(receipt));
}

TEST_F(DownlinkStoringTest, SendsNothingBeforeTheStageIsSaved) {
    submit(downlink(1));
    {
        const WriterHeld held(state());
        downlinks().setConnected("net", true);
        EXPECT_THAT(carrier.sent(), IsEmpty());
        downlinks().setConnected("net", false);
    }
    settle();
    EXPECT_THAT(carrier.sent(), IsEmpty()) << "it is not connected any more";
    connect();
    ASSERT_THAT(carrier.sent(), SizeIs(1));
    EXPECT_EQ(carrier.sent()[0].attempt, 1U);
}

TEST_F(DownlinkStoringTest, KeepsTheOrderWhenTheConnectorComesAndGoes) {
    std::vector<std::future<Receipt>> receipts;
    for (int i = 0; i < 200; ++i) {
        downlinks().setConnected("net", i % 3 == 0);
        receipts.push_back(submitted(grant(), downlink(static_cast<std::uint8_t>(i))));
    }
    for (auto& receipt : receipts) EXPECT_FALSE(receipt.get().rejected);
    connect();
    while (carrier.count() < 200) settle();
    const std::vector<int> sent = carrier.payloads();
    for (int i = 0; i < 200; ++i) ASSERT_EQ(sent[static_cast<std::size_t>(i)], i);
}

TEST_F(DownlinkStoringTest, TellsARepeatedEventFromNews) {
    connect();
    Downlink wanted = downlink(1, "mine");
    wanted.isConfirmed = true;
    submit(wanted);
    const std::string id = carrier.sent()[0].id;
    EXPECT_TRUE(news(id, Kind::Queued));
    EXPECT_FALSE(news(id, Kind::Queued));
    EXPECT_TRUE(news(id, Kind::Sent));
    EXPECT_FALSE(news(id, Kind::Queued));
    EXPECT_TRUE(news(id, Kind::Acknowledged));
    EXPECT_FALSE(news(id, Kind::Acknowledged));
    EXPECT_TRUE(news("somebody else's", Kind::Queued));
    EXPECT_TRUE(news("somebody else's", Kind::Queued)) << "nobody can tell";
}

TEST_F(DownlinkStoringTest, TakesTheNetworksFailureOnceWhenItsOwnCameFirst) {
    carrier.complaint = "queue is full";
    connect();
    submit(downlink(1));
    EXPECT_THAT(announced(), SizeIs(1));
    EXPECT_FALSE(news(carrier.sent()[0].id, Kind::Failed));
}

}  // namespace
}  // namespace runnel::test
