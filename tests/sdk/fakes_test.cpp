// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "runnel/testing.h"

namespace runnel {
namespace {

TEST(FakeHostTest, KeepsLinesAndHealthAndGivesWhatTheTestSet) {
    FakeHost host;
    host.log(Level::Warning, "slow");
    host.health("api", Health::Connecting, "");
    host.health("api", Health::Working, "");
    EXPECT_EQ(host.lines(), (std::vector<FakeHost::Line>{{Level::Warning, "slow"}}));
    EXPECT_EQ(host.healthOf("api"), Health::Working);
    EXPECT_EQ(host.healthOf("listener"), std::nullopt);
    host.setNow(Instant{std::chrono::seconds{7}});
    EXPECT_EQ(host.now(), Instant{std::chrono::seconds{7}});
    EXPECT_FALSE(host.listener("*:0"));
    host.setListener(3);
    EXPECT_EQ(*host.listener("*:0"), 3);
    host.setTls({2, "certificate", "key", ""});
    EXPECT_EQ(host.tls()->generation, 2U);
}

Parcel parcel(std::uint64_t id, const std::string& document) {
    return {id, nullptr,
            std::make_shared<const std::vector<std::string>>(std::vector<std::string>{document}),
            false, false};
}

TEST(FakeSessionHostTest, TakesByCountAndByBytesAsTheBrokerDoes) {
    FakeSessionHost host;
    for (std::uint64_t id = 1; id <= 5; ++id) host.give(parcel(id, "12345678"));
    std::vector<Parcel> out;
    EXPECT_EQ(host.take(out, 2, 1'000), 2U);
    EXPECT_EQ(host.take(out, 10, 9), 2U) << "stops after the parcel that reaches the limit";
    EXPECT_EQ(host.take(out, 10, 9), 1U);
    ASSERT_EQ(out.size(), 5U);
    EXPECT_EQ(out.back().id, 5U);
}

TEST(FakeSessionHostTest, RemembersWhatThePluginDidUntilItCloses) {
    FakeSessionHost host;
    host.settleThrough(2);
    host.settle(3, Outcome::Rejected, "HTTP 400");
    host.attempt(4, 503, "");
    host.receive({"{}", std::nullopt}, 17);
    host.health(Health::Failing, "");
    host.closed("end");
    host.settleThrough(9);
    const FakeSessionHost::Seen seen = host.seen();
    ASSERT_EQ(seen.settled.size(), 2U) << "nothing counts after closed()";
    EXPECT_EQ(seen.settled[1].outcome, Outcome::Rejected);
    EXPECT_EQ(seen.attempts, std::vector<std::uint16_t>{503});
    EXPECT_EQ(seen.received, std::vector<std::string>{"{}"});
    EXPECT_EQ(seen.tickets, std::vector<Ticket>{17});
    EXPECT_EQ(seen.health, Health::Failing);
    EXPECT_TRUE(seen.isClosed);
}

TEST(FakeProtocolHostTest, KnowsAllowedTokensAndKeepsConnections) {
    FakeProtocolHost host;
    host.allow("secret", {7, true, false, nullptr});
    EXPECT_EQ(host.authenticate("wrong", "127.0.0.1", false).error().why,
              Denial::Why::UnknownToken);
    const auto grant = host.authenticate("secret", "127.0.0.1", false);
    ASSERT_TRUE(grant);
    EXPECT_EQ(grant->token, 7U);
    const auto attached = host.attach(*grant, {}, nullptr);
    ASSERT_TRUE(attached);
    ASSERT_EQ(host.connections().size(), 1U);
    EXPECT_EQ(host.connections()[0].second, *attached);
}

TEST(FakeNetworkHostTest, AnswersAsScriptedAndLeavesABusyMessageAlone) {
    FakeNetworkHost host;
    host.answerNext({Admission::Verdict::Busy, ""});
    Message message;
    message.originId = "a";
    EXPECT_EQ(host.publish(std::move(message), 1).verdict, Admission::Verdict::Busy);
    // The promise under test is that Busy does not move from it.
    EXPECT_EQ(message.originId, "a");  // NOLINT(bugprone-use-after-move)
    EXPECT_EQ(host.publish(std::move(message), 1).verdict, Admission::Verdict::Taken);
    ASSERT_EQ(host.published().size(), 1U);
    EXPECT_EQ(host.published()[0].first.originId, "a");
    EXPECT_EQ(host.published()[0].second, 1U);
    host.connected(true);
    EXPECT_TRUE(host.isConnected());
}

}  // namespace
}  // namespace runnel
