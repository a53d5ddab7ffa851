// SPDX-License-Identifier: Apache-2.0
#include "echo_dialect.h"
#include "network_fixture.h"

namespace runnel::network_mqtt::test {
namespace {

class UplinksTest : public NetworkFixture {
  protected:
    std::unique_ptr<const Dialect> dialect() const override {
        return std::make_unique<EchoDialect>();
    }
    /// What the connector sends before this has been sent: its next packet is a downlink.
    void expectNothingSent() {
        Downlink downlink;
        downlink.networkDevice = "mark";
        ASSERT_TRUE(network_->send(downlink));
        EXPECT_EQ(broker_.expect(PacketType::Publish).topic, "mark");
    }
    std::uint16_t nextAck() { return broker_.expect(PacketType::Puback).packetId; }
};

TEST_F(UplinksTest, SessionIsPersistentAndSubscriptionsHaveQos1) {
    connect();
    EXPECT_FALSE(broker_.connect().isCleanStart);
    EXPECT_EQ(broker_.connect().clientId, "runnel-test");
    EXPECT_EQ(broker_.subscribe().filters, (std::vector<std::string>{"up/+", "events/#"}));
    EXPECT_EQ(broker_.subscribe().filterQos, (std::vector<mqtt::Qos>{1, 1}));
}

TEST_F(UplinksTest, AcknowledgesWhatIsOnDiskAndNothingBefore) {
    connect();
    broker_.publish("up/1", "a", 11);
    broker_.publish("up/1", "b", 12);
    ASSERT_EQ(messages(2)[1].text, "b");
    expectNothingSent();
    auto tickets = core_.takeTickets();
    ASSERT_EQ(tickets.size(), 2U);
    network_->committed(std::span(tickets).first(1));
    EXPECT_EQ(nextAck(), 11);
    expectNothingSent();
    network_->committed(std::span(tickets).last(1));
    EXPECT_EQ(nextAck(), 12);
}

TEST_F(UplinksTest, WhatIsNotUnderstoodIsAcknowledgedAtOnce) {
    connect();
    broker_.publish("up/1", "?", 21);
    EXPECT_EQ(nextAck(), 21);
    broker_.publish("up/1", "-", 22);
    EXPECT_EQ(nextAck(), 22);
    EXPECT_EQ(core_.count(), 0U);
    EXPECT_EQ(linesWith("not understood: field must be something else (topic up/1)"), 1U);
}

TEST_F(UplinksTest, RepeatedComplaintsDoNotFloodTheLog) {
    connect();
    broker_.hold();
    for (std::uint16_t id = 1; id <= 500; ++id) broker_.publish("up/1", "?", id);
    broker_.release();
    for (std::uint16_t id = 1; id <= 500; ++id) ASSERT_EQ(nextAck(), id);
    // A slow machine may need more than a second.
    EXPECT_LE(linesWith("not understood"), 10U);
}

TEST_F(UplinksTest, RefusedMessageIsAcknowledgedAtOnce) {
    connect();
    core_.answer(Verdict::Refused);
    broker_.publish("up/1", "a", 31);
    EXPECT_EQ(nextAck(), 31);
    EXPECT_EQ(linesWith("refused a message"), 1U);
}

TEST_F(UplinksTest, BusyCoreGetsTheSameMessageAgainInOrder) {
    connect();
    core_.answer(Verdict::Busy);
    broker_.hold();
    for (std::uint16_t id = 1; id <= 5; ++id) broker_.publish("up/1", std::to_string(id), id);
    broker_.release();
    ASSERT_TRUE(core_.waitUntil([](const auto& core) { return core.busyCount() == 1; }));
    core_.answer(Verdict::Taken, 3);
    network_->resume();
    ASSERT_TRUE(core_.waitUntil([](const auto& core) { return core.busyCount() == 2; }));
    EXPECT_EQ(core_.count(), 3U);
    core_.answer(Verdict::Taken);
    network_->resume();
    const auto all = messages(5);
    for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(all[i].text, std::to_string(i + 1));
    commit();
    for (std::uint16_t id = 1; id <= 5; ++id) EXPECT_EQ(nextAck(), id);
    EXPECT_EQ(core_.busyCount(), 2U);
}

TEST_F(UplinksTest, NothingIsReadWhileTheCoreIsBusy) {
    connect();
    core_.answer(Verdict::Busy);
    broker_.hold();
    broker_.publish("up/1", "a", 0, 0);
    broker_.publish("up/1", "?", 0, 0);
    broker_.publish("up/1", "b", 0, 0);
    broker_.release();
    ASSERT_TRUE(core_.waitUntil([](const auto& core) { return core.busyCount() == 1; }));
    network_->resume();
    ASSERT_TRUE(core_.waitUntil([](const auto& core) { return core.busyCount() == 2; }));
    EXPECT_EQ(linesWith("not understood"), 0U);
    core_.answer(Verdict::Taken);
    network_->resume();
    EXPECT_EQ(messages(2)[1].text, "b");
    EXPECT_EQ(linesWith("not understood"), 1U);
}

TEST_F(UplinksTest, MessageOfQos0HasNoTicket) {
    connect();
    broker_.publish("up/1", "a", 0, 0);
    broker_.publish("up/1", "?", 0, 0);
    EXPECT_EQ(messages(1)[0].text, "a");
    EXPECT_TRUE(core_.takeTickets().empty());
    expectNothingSent();
}

TEST_F(UplinksTest, WhatWasNotAcknowledgedComesAgainAndIsAcknowledgedOnce) {
    connect();
    broker_.publish("up/1", "a", 7);
    ASSERT_EQ(messages(1).size(), 1U);
    const auto lost = core_.takeTickets();
    broker_.drop();
    waitConnected(false);
    broker_.accept(true);
    waitConnected(true);
    network_->committed(lost);
    broker_.publish("up/1", "a", 7, 1, true);
    EXPECT_EQ(messages(2)[1].originId, "a");
    expectNothingSent();
    commit();
    EXPECT_EQ(nextAck(), 7);
}

TEST_F(UplinksTest, ConnectionEndsWhileTheCoreIsBusy) {
    connect();
    core_.answer(Verdict::Busy);
    broker_.publish("up/1", "a", 7);
    ASSERT_TRUE(core_.waitUntil([](const auto& core) { return core.busyCount() == 1; }));
    broker_.drop();
    // Who does not read does not see the end: room comes first.
    core_.answer(Verdict::Taken);
    network_->resume();
    waitConnected(false);
    broker_.accept(true);
    broker_.publish("up/1", "a", 7, 1, true);
    EXPECT_EQ(messages(2)[1].originId, "a");
    commit();
    EXPECT_EQ(nextAck(), 7);
}

TEST_F(UplinksTest, HealthAndCoreKnowTheConnection) {
    start();
    broker_.accept();
    waitConnected(true);
    EXPECT_EQ(linesWith("broker: connected to "), 1U);
    broker_.drop();
    waitConnected(false);
    EXPECT_GE(linesWith("trying again"), 1U);
    broker_.accept();
    waitConnected(true);
}

TEST_F(UplinksTest, RefusedSubscriptionIsAnError) {
    start();
    broker_.accept(false, mqtt::Reason::NotAuthorized);
    broker_.publish("up/1", "a", 1);
    ASSERT_EQ(messages(1).size(), 1U);
    EXPECT_EQ(linesWith("broker: the broker refuses the subscription up/+"), 1U);
    EXPECT_EQ(linesWith("broker: the broker refuses the subscription events/#"), 1U);
}

TEST_F(UplinksTest, StopSaysGoodByeBehindTheLastAcknowledgement) {
    connect();
    broker_.publish("up/1", "a", 9);
    ASSERT_EQ(messages(1).size(), 1U);
    commit();
    std::thread stopping([this] { network_->stop(); });
    EXPECT_EQ(nextAck(), 9);
    broker_.expect(PacketType::Disconnect);
    broker_.drop();
    stopping.join();
}

TEST_F(UplinksTest, StopsWithoutAConnection) {
    start();
    network_->stop();
    network_->stop();
    EXPECT_FALSE(core_.isConnected());
}

}  // namespace
}  // namespace runnel::network_mqtt::test
