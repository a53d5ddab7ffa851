// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <thread>

#include "delivery/streams.h"
#include "tests/delivery/delivery_fakes.h"
#include "tests/support/manual_clock.h"

namespace runnel::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Word = StreamHealth::Word;

class SessionsTest : public ::testing::Test {
  protected:
    Bench::Client attach(std::uint64_t token, const SessionRequest& request = {},
                         Instant now = {}) {
        Bench::Client client;
        client.host = bench_.stream->attach(Grant{token, true, true, bench_.stream->setup().config},
                                            request, client.session, now);
        return client;
    }
    Bench::Client attachSender(std::uint64_t token) {
        SessionRequest request;
        request.isSendOnly = true;
        return attach(token, request);
    }
    std::size_t end(std::uint64_t token) {
        return bench_.stream->endSessions(token, CloseReason::Revoked, "the token was revoked");
    }
    std::vector<std::uint64_t> tokens() const {
        std::vector<std::uint64_t> list;
        for (const SessionInfo& session : bench_.stream->sessions()) list.push_back(session.token);
        return list;
    }

    Bench bench_;
};

TEST_F(SessionsTest, AreListedWithTheHolderFirstAndSendersLast) {
    SessionRequest request;
    request.peer = "192.0.2.7";
    auto listener = attach(1, request, Instant(std::chrono::seconds(5)));
    auto sender = attachSender(3);
    auto holder = attach(2);
    const auto list = bench_.stream->sessions();
    ASSERT_THAT(list, SizeIs(3));
    EXPECT_EQ(list[0].token, 2U);
    EXPECT_TRUE(list[0].isHolder);
    EXPECT_EQ(list[1].peer, "192.0.2.7");
    EXPECT_EQ(list[1].since, Instant(std::chrono::seconds(5)));
    EXPECT_FALSE(list[1].isHolder);
    EXPECT_TRUE(list[2].isSendOnly);
    EXPECT_EQ(bench_.stream->sessionCount(), 2U) << "those that take";
}

TEST_F(SessionsTest, SayHowFarTheyAreBehind) {
    const auto lag = [&](std::size_t place) { return bench_.stream->sessions().at(place).lag; };
    auto listener = attach(1);
    auto holder = attach(2);
    auto sender = attachSender(3);
    bench_.publish(5);
    EXPECT_EQ(lag(0).unsettled, 0U);
    EXPECT_EQ(lag(0).waiting, 5U);
    holder.host->take(holder.parcels, 3, SIZE_MAX);
    listener.takeUntil(5);
    EXPECT_EQ(lag(0).unsettled, 3U);
    EXPECT_EQ(lag(0).waiting, 2U);
    EXPECT_EQ(lag(1).unsettled, 5U);
    EXPECT_FALSE(lag(1).waiting) << "it is no holder";
    EXPECT_EQ(lag(2).unsettled, 0U);
    holder.host->settle(holder.parcels[1].id, Outcome::Delivered, {});
    EXPECT_EQ(lag(0).unsettled, 2U);
    EXPECT_EQ(lag(0).waiting, 2U) << "the second one was handed over, whatever became of it";
    holder.host->settleThrough(holder.parcels[2].id);
    EXPECT_EQ(lag(0).unsettled, 0U);
    EXPECT_EQ(lag(0).waiting, 2U);
    holder.host->closed("gone");
    EXPECT_EQ(lag(0).waiting, 0U) << "the listener has taken all";
    EXPECT_EQ(lag(0).unsettled, 5U);
}

TEST_F(SessionsTest, OfAnAwayStreamHaveItsBacklogToTake) {
    bench_.publish(7);
    auto holder = attach(1);
    EXPECT_EQ(bench_.stream->sessions().front().lag.waiting, 7U);
    holder.takeUntil(7);
    EXPECT_EQ(bench_.stream->sessions().front().lag.waiting, 0U);
    EXPECT_EQ(bench_.stream->sessions().front().lag.unsettled, 7U);
}

TEST_F(SessionsTest, CountWhatIsSentAgainAmongWhatIsUnsettled) {
    auto holder = attach(1);
    auto message = std::make_shared<Message>();
    ASSERT_TRUE(bench_.stream->sendSample(message));
    holder.takeUntil(1);
    EXPECT_EQ(bench_.stream->sessions().front().lag.unsettled, 1U);
    EXPECT_EQ(bench_.stream->sessions().front().lag.waiting, 0U);
    holder.settleAll();
    EXPECT_EQ(bench_.stream->sessions().front().lag.unsettled, 0U);
}

TEST_F(SessionsTest, AddUpToThePaceOfTheirStream) {
    auto holder = attach(1);
    bench_.publish(5);
    holder.takeUntil(5);
    holder.host->settleThrough(holder.parcels[1].id);
    const StreamPace first = bench_.stream->pace();
    EXPECT_EQ(first.settled, 2U);
    EXPECT_EQ(first.pending, 3U);
    EXPECT_EQ(first.sessions, 1U);
    EXPECT_EQ(bench_.stream->pace().settled, 0U) << "since the call before";
    holder.settleAll();
    EXPECT_EQ(bench_.stream->pace().settled, 3U);
    const auto again = bench_.makeStream(bench_.stream->record());
    EXPECT_EQ(again->pace().settled, 0U) << "what was settled before it was made does not count";
}

TEST_F(SessionsTest, OfATokenAreClosedAndOthersFeelNothing) {
    auto first = attach(1);
    auto other = attach(2);
    auto second = attach(1);
    auto sender = attachSender(1);
    auto otherSender = attachSender(2);
    EXPECT_EQ(end(1), 3U);
    EXPECT_EQ(first.session->closedFor, CloseReason::Revoked);
    EXPECT_EQ(second.session->closedFor, CloseReason::Revoked);
    EXPECT_EQ(sender.session->closedFor, CloseReason::Revoked);
    EXPECT_FALSE(other.session->closedFor);
    EXPECT_FALSE(otherSender.session->closedFor);
    EXPECT_THAT(tokens(), ElementsAre(2, 2));
    EXPECT_EQ(end(1), 0U) << "once";
}

TEST_F(SessionsTest, OfAnEndedTokenGetAndSettleNothingAndTheirParcelsComeAgain) {
    auto listener = attach(2);
    auto holder = attach(1);
    bench_.publish(5);
    holder.takeUntil(5);
    end(1);
    holder.settleAll();
    EXPECT_EQ(bench_.stream->books().settled, 0U);
    bench_.publish(1);
    EXPECT_EQ(holder.take(), 0U);
    listener.takeUntil(6);
    EXPECT_THAT(listener.parcels, SizeIs(6));
    listener.settleAll();
    EXPECT_EQ(bench_.stream->books().settled, 6U);
    holder.host->closed("gone");
    EXPECT_THAT(tokens(), ElementsAre(2));
}

TEST_F(SessionsTest, OfAnEndedTokenSendNothingAnyMore) {
    auto sender = attachSender(1);
    end(1);
    sender.host->receive({.document = "seven", .device = {}}, 7);
    ASSERT_THAT(sender.session->answers, SizeIs(1));
    EXPECT_THAT(sender.session->rejections, ElementsAre(7));
}

TEST_F(SessionsTest, ThatSendOnlyLeaveNothingBehind) {
    std::vector<Bench::Client> senders;
    for (std::uint64_t token = 1; token <= 5; ++token) senders.push_back(attachSender(token));
    for (const std::size_t index : {1, 0, 4}) senders[index].host->closed("done");
    EXPECT_THAT(tokens(), ::testing::UnorderedElementsAre(3, 4));
    senders[1].host->closed("again");
    EXPECT_EQ(end(3) + end(4), 2U);
    EXPECT_THAT(tokens(), IsEmpty());
}

TEST_F(SessionsTest, TriesAreKeptWithWhatTheyAreOfTheNewestFirst) {
    auto client = attach(1);
    bench_.publish(1);
    client.take();
    ASSERT_EQ(client.parcels.size(), 1U);
    const std::uint64_t parcel = client.parcels.back().id;
    for (std::uint16_t status = 500; status < 525; ++status) {
        client.host->attempt(parcel, status, std::string(1000, 'x'));
    }
    client.host->attempt(parcel + 7, 404, "no parcel of this session");
    const auto attempts = bench_.stream->attempts();
    ASSERT_EQ(attempts.size(), Attempts::kMost);
    EXPECT_EQ(attempts.front().status, 524);
    EXPECT_EQ(attempts.back().status, 505);
    EXPECT_EQ(attempts.front().position, client.parcels.back().message->position);
    EXPECT_EQ(attempts.front().answer.size(), Attempts::kMostOfAnswer);
    client.host->settleThrough(parcel);
    client.host->attempt(parcel, 200, "settled already");
    EXPECT_EQ(bench_.stream->attempts().front().status, 524);
}

TEST_F(SessionsTest, WhoSendsASampleLearnsWhatBecomesOfIt) {
    using std::chrono::seconds;
    const auto sample = std::make_shared<Message>();
    auto client = attach(1);
    const auto refused = std::make_shared<SampleFate>();
    ASSERT_TRUE(bench_.stream->sendSample(sample, refused));
    EXPECT_FALSE(refused->await(seconds(0)).outcome);
    client.take();
    client.host->attempt(client.parcels.back().id, 500, "out of order");
    EXPECT_EQ(refused->await(seconds(5)).attempt->answer, "out of order");
    EXPECT_EQ(bench_.stream->attempts().front().position, 0U);
    client.host->settle(client.parcels.back().id, Outcome::Rejected, "HTTP 404");
    EXPECT_EQ(refused->await(seconds(5)).outcome, Outcome::Rejected);
    const auto arrived = std::make_shared<SampleFate>();
    ASSERT_TRUE(bench_.stream->sendSample(sample, arrived));
    std::thread other([&] {
        client.take();
        client.host->settleThrough(client.parcels.back().id);
    });
    EXPECT_EQ(arrived->await(seconds(30)).outcome, Outcome::Delivered);
    other.join();
}

TEST_F(SessionsTest, TellSinceWhenTheStreamIsAsItIs) {
    ManualClock clock;
    const Instant start = clock.now();
    bench_.stream =
        std::make_shared<Stream>(bench_.setup(),
                                 StreamParts{bench_.journal, bench_.catchUp, bench_.desk,
                                             bench_.changed, bench_.log, nullptr, &clock},
                                 startingBehind(1000));
    const auto secondsAfterOneMore = [&] {
        clock.advance(std::chrono::seconds(1));
        return (bench_.stream->health().since - start) / std::chrono::seconds(1);
    };
    EXPECT_EQ(secondsAfterOneMore(), 0) << "as long as it is there";
    auto client = attach(1);
    EXPECT_EQ(secondsAfterOneMore(), 1);
    client.host->health(Health::Failing, "HTTP 500");
    EXPECT_EQ(secondsAfterOneMore(), 2);
    client.host->health(Health::Failing, "HTTP 503");
    EXPECT_EQ(secondsAfterOneMore(), 2) << "another text is the same word";
    client.host->closed("gone");
    EXPECT_EQ(secondsAfterOneMore(), 4);
    EXPECT_EQ(bench_.stream->health().word, Word::Waiting);
}

TEST_F(SessionsTest, TellHowTheStreamIs) {
    EXPECT_EQ(bench_.stream->health().word, Word::Waiting);
    auto client = attach(1);
    EXPECT_EQ(bench_.stream->health().word, Word::Working) << "it has said nothing";
    client.host->health(Health::Failing, "HTTP 500");
    EXPECT_EQ(bench_.stream->health().word, Word::Failing);
    EXPECT_EQ(bench_.stream->health().text, "HTTP 500");
    client.host->closed("gone");
    EXPECT_EQ(bench_.stream->health().word, Word::Waiting);
}

TEST_F(SessionsTest, TakeASampleMarkedAsReplayOutsideTheBooks) {
    auto message = std::make_shared<Message>();
    message->frameCounter = 7;
    EXPECT_FALSE(bench_.stream->sendSample(message)) << "nobody is there";
    auto client = attach(1);
    EXPECT_TRUE(bench_.stream->sendSample(message));
    client.takeUntil(1);
    EXPECT_TRUE(client.parcels.front().isReplay);
    EXPECT_THAT(client.documents(), ElementsAre("7 again"));
    client.settleAll();
    EXPECT_EQ(bench_.stream->books(), Books{});
}

TEST_F(SessionsTest, DoNotGetASampleThatWasSentToAnother) {
    auto message = std::make_shared<Message>();
    auto first = attach(1);
    EXPECT_TRUE(bench_.stream->sendSample(message));
    EXPECT_EQ(first.take(), 1U);
    auto second = attach(2);
    EXPECT_EQ(second.take(), 0U);
}

TEST_F(SessionsTest, AreFoundByTheNameOfTheirStream) {
    Streams streams;
    streams.add({bench_.stream});
    EXPECT_EQ(streams.find("test/stream").stream, bench_.stream);
    EXPECT_FALSE(streams.find("test/other").stream);
    auto config = std::make_shared<StreamConfig>(*bench_.stream->setup().config);
    config->stream = 2;
    StreamSetup setup = bench_.setup();
    setup.config = config;
    const auto newer = std::make_shared<Stream>(
        setup, StreamParts{bench_.journal, bench_.catchUp, bench_.desk, bench_.changed, bench_.log},
        startingBehind(1000));
    streams.add({newer});
    EXPECT_EQ(streams.find("test/stream").stream, newer);
    streams.remove(1);
    EXPECT_EQ(streams.find("test/stream").stream, newer) << "the older one goes, the name stays";
    streams.remove(2);
    EXPECT_FALSE(streams.find("test/stream").stream);
    EXPECT_EQ(streams.size(), 0U);
}

}  // namespace
}  // namespace runnel::test
