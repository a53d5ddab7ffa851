// SPDX-License-Identifier: Apache-2.0
#include "mqtt/client.h"

#include "plugins/support/mqtt/tests/client_fixture.h"

namespace runnel::mqtt::test {
namespace {

using Lines = std::vector<std::string>;

/// Messages in both directions.
class ClientFlowTest : public ClientTest {
  protected:
    bool untilMessages(std::size_t count) {
        return until([&] { return owner.receipts.size() >= count; });
    }
    Lines published(std::size_t count) {
        Lines lines;
        for (std::size_t i = 0; i < count; ++i) lines.push_back(broker.next());
        return lines;
    }
};
INSTANTIATE_TEST_SUITE_P(BothVersions, ClientFlowTest, testing::Values(Version::V5, Version::V311),
                         versionName);

TEST_P(ClientFlowTest, NothingIsAcknowledgedByItself) {
    connect();
    broker.publish("a", "one", 1, 10);
    broker.publish("a", "two", 2, 11);
    broker.publish("a", "three");
    ASSERT_TRUE(untilMessages(3));
    EXPECT_EQ(owner.receipts[2], 0U) << "QoS 0 has nothing to acknowledge";
    turn();
    EXPECT_TRUE(broker.lines.empty()) << broker.lines.front();
    client->acknowledge(owner.receipts[0]);
    broker.expect("PUBACK 10");
    client->acknowledge(owner.receipts[1]);
    broker.expect("PUBREC 11");
}

TEST_P(ClientFlowTest, AcknowledgementsLeaveInOrderOfArrival) {
    connect();
    for (std::uint16_t id = 1; id <= 4; ++id) broker.publish("a", "x", 1, id);
    ASSERT_TRUE(untilMessages(4));
    for (const std::size_t i : {3, 1, 2}) client->acknowledge(owner.receipts[i]);
    turn();
    EXPECT_TRUE(broker.lines.empty()) << broker.lines.front();
    client->acknowledge(owner.receipts[0]);
    EXPECT_EQ(published(4), (Lines{"PUBACK 1", "PUBACK 2", "PUBACK 3", "PUBACK 4"}));
}

TEST_F(ClientFlowTest, AReasonGoesWithTheAcknowledgement) {
    connect();
    broker.publish("a", "wrong", 1, 9);
    ASSERT_TRUE(untilMessages(1));
    client->acknowledge(owner.receipts[0], Reason::PayloadFormatInvalid);
    broker.expect("PUBACK 9 0x99");
}

TEST_P(ClientFlowTest, ARepeatOfQos2IsAnsweredButNotHandedOverTwice) {
    connect();
    broker.publish("a", "x", 2, 5);
    ASSERT_TRUE(untilMessages(1));
    broker.publish("a", "x", 2, 5, true);
    turn();
    EXPECT_TRUE(broker.lines.empty()) << "PUBREC waits for acknowledge()";
    client->acknowledge(owner.receipts[0]);
    broker.expect("PUBREC 5");
    broker.publish("a", "x", 2, 5, true);
    broker.expect("PUBREC 5");
    broker.ack(PacketType::Pubrel, 5);
    broker.expect("PUBCOMP 5");
    broker.ack(PacketType::Pubrel, 5);
    broker.expect(isV5() ? "PUBCOMP 5 0x92" : "PUBCOMP 5");
    EXPECT_EQ(owner.receipts.size(), 1U);
    broker.publish("a", "new", 2, 5);
    EXPECT_TRUE(untilMessages(2));
}

TEST_P(ClientFlowTest, Qos2StaysKnownThroughAReconnectIfTheSessionDoes) {
    connect();
    broker.publish("a", "x", 2, 5);
    ASSERT_TRUE(untilMessages(1));
    client->acknowledge(owner.receipts[0]);
    broker.expect("PUBREC 5");
    broker.connack.isSessionPresent = true;
    reconnect();
    broker.publish("a", "x", 2, 5, true);
    broker.expect("PUBREC 5");
    broker.connack.isSessionPresent = false;
    reconnect();
    broker.publish("a", "y", 2, 5);
    EXPECT_TRUE(untilMessages(2));
}

TEST_P(ClientFlowTest, ReceiptsOfAnEarlierConnectionAreIgnored) {
    connect();
    broker.publish("a", "x", 1, 1);
    ASSERT_TRUE(untilMessages(1));
    reconnect();
    broker.publish("a", "x", 1, 1, true);
    ASSERT_TRUE(untilMessages(2));
    client->acknowledge(owner.receipts[0]);
    turn();
    EXPECT_TRUE(broker.lines.empty()) << broker.lines.front();
    EXPECT_NE(owner.receipts[0], owner.receipts[1]);
    client->acknowledge(owner.receipts[1]);
    broker.expect("PUBACK 1");
}

TEST_F(ClientFlowTest, MoreThanTheReceiveMaximumIsABrokenBroker) {
    settings.receiveMaximum = 2;
    connect();
    for (std::uint16_t id = 1; id <= 3; ++id) broker.publish("a", "x", 1, id);
    broker.expect("DISCONNECT 0x93");
    EXPECT_EQ(owner.receipts.size(), 2U);
}

TEST_P(ClientFlowTest, PauseStopsMessagesThatHaveComeAlready) {
    connect();
    owner.onMessage = [this] { client->pause(); };
    std::string burst;
    for (std::uint16_t id = 1; id <= 3; ++id) {
        const auto bytes =
            bytesOf(Publish{"a", std::to_string(id), id, 1, false, false, {}}, settings.version);
        burst.append(bytes.begin(), bytes.end());
    }
    broker.replyRaw(burst);
    ASSERT_TRUE(untilMessages(1));
    turn();
    EXPECT_EQ(owner.receipts.size(), 1U);
    client->resume();
    EXPECT_EQ(owner.receipts.size(), 2U) << "the next pauses again";
    owner.onMessage = nullptr;
    client->resume();
    EXPECT_EQ(owner.receipts.size(), 3U);
    broker.publish("a", "4", 1, 4);
    EXPECT_TRUE(untilMessages(4));
}

TEST_F(ClientFlowTest, KeepAliveGoesOnWhilePaused) {
    settings.keepAlive = std::chrono::seconds(1);
    connect();
    client->pause();
    for (int i = 0; i < 6; ++i) broker.expect("PINGREQ");  // longer than twice the keep-alive
    EXPECT_TRUE(owner.whys.empty());
    EXPECT_TRUE(client->isConnected());
}

TEST_P(ClientFlowTest, PauseSurvivesAReconnect) {
    connect();
    client->pause();
    publish(1);
    broker.next();
    broker.hangUp();
    publish(2);  // a paused reader sees the end when it writes
    ASSERT_TRUE(until([this] { return broker.connects == 2 && client->isConnected(); }));
    broker.nextLike("CONNECT");
    broker.publish("a", "x", 1, 1);
    broker.expect("PUBLISH 1 qos1 t document 1");
    broker.expect("PUBLISH 2 qos1 t document 2");
    turn();
    EXPECT_TRUE(owner.receipts.empty());
    client->resume();
    EXPECT_TRUE(untilMessages(1));
}

TEST_P(ClientFlowTest, PublishesGetRisingIdsAndAreSettledByPuback) {
    connect();
    for (const std::uint64_t token : {70, 71, 72}) publish(token);
    EXPECT_EQ(published(3), (Lines{"PUBLISH 1 qos1 t document 70", "PUBLISH 2 qos1 t document 71",
                                   "PUBLISH 3 qos1 t document 72"}));
    EXPECT_EQ(owner.count("published"), 0U);
    for (const std::uint16_t id : {2, 2, 9, 1, 3}) broker.ack(PacketType::Puback, id);
    ASSERT_TRUE(untilLine("published 72"));
    EXPECT_EQ(owner.lines, (Lines{"connected", "published 71", "published 70", "published 72"}));
    publish(73);
    broker.expect("PUBLISH 4 qos1 t document 73");
}

TEST_F(ClientFlowTest, RoomRespectsTheSettings) {
    settings.window = 2;
    EXPECT_EQ(Client(loop, dialer, settings, owner).room(), 0U) << "not connected";
    connect();
    EXPECT_EQ(client->room(), 2U);
    publish(1);
    publish(2);
    EXPECT_EQ(client->room(), 0U);
    turn();
    const int before = owner.writables;
    broker.ack(PacketType::Puback, 1);
    ASSERT_TRUE(until([&] { return owner.writables > before; }));
    EXPECT_EQ(client->room(), 1U);
}

TEST_F(ClientFlowTest, RoomRespectsTheBrokersReceiveMaximum) {
    broker.connack.properties = {{PropertyId::ReceiveMaximum, 3, {}, {}}};
    connect();
    EXPECT_EQ(client->room(), 3U);
}

TEST_P(ClientFlowTest, WhatWasNotAcknowledgedGoesOutAgainInOrder) {
    connect();
    for (const std::uint64_t token : {1, 2, 3, 4}) publish(token);
    published(4);
    broker.ack(PacketType::Puback, 2);
    ASSERT_TRUE(untilLine("published 2"));
    broker.connack.isSessionPresent = true;
    reconnect();
    EXPECT_EQ(published(3),
              (Lines{"PUBLISH 1 qos1 t document 1 dup", "PUBLISH 3 qos1 t document 3 dup",
                     "PUBLISH 4 qos1 t document 4 dup"}));
    broker.connack.isSessionPresent = false;
    reconnect();
    EXPECT_EQ(published(3), (Lines{"PUBLISH 1 qos1 t document 1", "PUBLISH 3 qos1 t document 3",
                                   "PUBLISH 4 qos1 t document 4"}));
    for (const std::uint16_t id : {1, 3, 4}) broker.ack(PacketType::Puback, id);
    EXPECT_TRUE(untilLine("published 4"));
    EXPECT_EQ(client->room(), settings.window);
}

TEST_F(ClientFlowTest, ResendsNoMoreAtOnceThanTheBrokerTakes) {
    connect();
    for (const std::uint64_t token : {1, 2, 3}) publish(token);
    published(3);
    broker.connack.properties = {{PropertyId::ReceiveMaximum, 1, {}, {}}};
    reconnect();
    broker.expect("PUBLISH 1 qos1 t document 1");
    turn();
    EXPECT_TRUE(broker.lines.empty()) << broker.lines.front();
    EXPECT_EQ(client->room(), 0U);
    broker.ack(PacketType::Puback, 1);
    broker.expect("PUBLISH 2 qos1 t document 2");
    broker.ack(PacketType::Puback, 2);
    broker.expect("PUBLISH 3 qos1 t document 3");
    EXPECT_EQ(client->room(), 0U);
    broker.ack(PacketType::Puback, 3);
    ASSERT_TRUE(untilLine("published 3"));
    EXPECT_EQ(client->room(), 1U);
}

TEST_F(ClientFlowTest, WhatIsAcknowledgedBeforeItsTurnIsNotSentAgain) {
    connect();
    for (const std::uint64_t token : {1, 2, 3}) publish(token);
    published(3);
    broker.connack = {true, Reason::Success, {{PropertyId::ReceiveMaximum, 1, {}, {}}}};
    reconnect();
    broker.ack(PacketType::Puback, 2);  // of the connection before, says this broker
    broker.ack(PacketType::Puback, 3);
    broker.ack(PacketType::Puback, 1);
    ASSERT_TRUE(untilLine("published 1"));
    turn();
    EXPECT_FALSE(owner.has("resend 2"));
    EXPECT_EQ(client->room(), 1U);
}

TEST_F(ClientFlowTest, ForgottenPublishesMakeRoom) {
    connect();
    for (const std::uint64_t token : {1, 2, 3}) publish(token);
    published(3);
    owner.onResend = [this](std::uint64_t token) {
        if (token != 2) return client->forget(token);
        EXPECT_TRUE(client->publish(document(token), token));
    };
    broker.connack.properties = {{PropertyId::ReceiveMaximum, 1, {}, {}}};
    reconnect();
    broker.expect("PUBLISH 2 qos1 t document 2");
    broker.ack(PacketType::Puback, 2);
    ASSERT_TRUE(untilLine("published 2"));
    turn();
    EXPECT_EQ(client->room(), 1U);
    owner.onResend = nullptr;
    reconnect();
    turn();
    EXPECT_EQ(owner.count("resend"), 3U);
}

TEST_F(ClientFlowTest, ARefusalThatIsNotTakenBringsTheMessageAgain) {
    connect();
    owner.isTakingRefusals = false;
    publish(1);
    published(1);
    broker.ack(PacketType::Puback, 1, Reason::QuotaExceeded, "full");
    broker.expect("DISCONNECT");
    EXPECT_NE(firstWhy().find("full"), std::string::npos) << firstWhy();
    ASSERT_TRUE(untilLine("resend 1"));
    owner.isTakingRefusals = true;
    broker.ack(PacketType::Puback, 1, Reason::NotAuthorized, "no");
    ASSERT_TRUE(untilLine("published 1 0x87 not authorized: no"));
    EXPECT_EQ(client->room(), settings.window);
}

TEST_F(ClientFlowTest, WhatIsTooBigForTheBrokerIsNotSent) {
    broker.connack.properties = {{PropertyId::MaximumPacketSize, 100, {}, {}}};
    connect();
    const std::string big(100, 'x');
    for (const Qos qos : {Qos{0}, Qos{1}}) {
        EXPECT_FALSE(client->publish({"t", big, 0, qos, false, false, {}}, 1));
    }
    EXPECT_EQ(client->room(), settings.window);
    publish(2);
    broker.expect("PUBLISH 1 qos1 t document 2");
}

TEST_F(ClientFlowTest, AResendThatHasBecomeTooBigMakesRoom) {
    connect();
    publish(1);
    published(1);
    bool isSent = true;
    owner.onResend = [&](std::uint64_t token) { isSent = client->publish(document(token), token); };
    broker.connack.properties = {{PropertyId::MaximumPacketSize, 10, {}, {}}};
    reconnect();
    turn();
    EXPECT_FALSE(isSent);
    EXPECT_EQ(client->room(), settings.window);
}

TEST_P(ClientFlowTest, WritableComesWhenQos0HasLeftTheSocket) {
    connect();
    turn();
    const int before = owner.writables;
    EXPECT_TRUE(client->publish(document(1, 0), 1));
    EXPECT_GT(client->pendingBytes(), 0U);
    ASSERT_TRUE(until([&] { return owner.writables > before; }));
    EXPECT_EQ(client->pendingBytes(), 0U);
    broker.expect("PUBLISH qos0 t document 1");
}

}  // namespace
}  // namespace runnel::mqtt::test
