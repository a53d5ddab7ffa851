// SPDX-License-Identifier: Apache-2.0
#include "mqtt/client.h"

#include <algorithm>
#include <array>
#include <optional>

#include "mqtt/reason.h"
#include "plugins/support/mqtt/tests/client_fixture.h"

namespace runnel::mqtt::test {
namespace {

using std::chrono::milliseconds;

/// Making, keeping and ending connections.
class ClientConnectionTest : public ClientTest {};
INSTANTIATE_TEST_SUITE_P(BothVersions, ClientConnectionTest,
                         testing::Values(Version::V5, Version::V311), versionName);

TEST_P(ClientConnectionTest, ConnectSaysWhatTheSettingsSay) {
    settings.userName = "runnel";
    settings.password = "not shown";
    settings.keepAlive = std::chrono::seconds(77);
    settings.sessionExpiry = std::chrono::seconds(123'456);
    settings.receiveMaximum = 99;
    settings.maxPacketBytes = 54'321;
    bool isSeen = false;
    broker.onConnect = [&](const Connect& connect) {
        isSeen = true;
        EXPECT_EQ(connect.version, settings.version);
        EXPECT_EQ(connect.clientId, "gateway 7");
        EXPECT_EQ(connect.userName, "runnel");
        EXPECT_EQ(connect.password, "not shown");
        EXPECT_EQ(connect.keepAliveSeconds, 77);
        EXPECT_FALSE(connect.isCleanStart);
        EXPECT_FALSE(connect.will);
        if (!isV5()) return;
        using enum PropertyId;
        EXPECT_EQ(numberOr(connect.properties, SessionExpiryInterval, 0), 123'456U);
        EXPECT_EQ(numberOr(connect.properties, ReceiveMaximum, 0), 99U);
        EXPECT_EQ(numberOr(connect.properties, MaximumPacketSize, 0), 54'321U);
    };
    connect();
    EXPECT_TRUE(isSeen);
}

TEST_P(ClientConnectionTest, WithoutExpiryAndUserItStartsCleanAndAnonymous) {
    settings.sessionExpiry = std::chrono::seconds(0);
    broker.onConnect = [](const Connect& connect) {
        EXPECT_TRUE(connect.isCleanStart);
        EXPECT_FALSE(connect.userName);
        EXPECT_FALSE(connect.password);
    };
    connect();
}

TEST_P(ClientConnectionTest, SubscribesAtEachConnect) {
    connect({{"a/+", Qos{1}}, {"b/#", Qos{0}}});
    broker.expect("SUBSCRIBE a/+:1 b/#:0");
    broker.connack.isSessionPresent = true;
    reconnect();
    broker.expect("SUBSCRIBE a/+:1 b/#:0");
    EXPECT_TRUE(owner.has("connected present"));
}

TEST_P(ClientConnectionTest, ARefusedFilterIsReportedAndTheConnectionStays) {
    broker.subscribed = Reason::NotAuthorized;
    connect({{"a", Qos{1}}});
    EXPECT_TRUE(untilLine(isV5() ? "refused a 0x87" : "refused a 0x80"));
    turn();
    EXPECT_TRUE(client->isConnected());
}

TEST_F(ClientConnectionTest, EveryRefusalOfAConnectSaysWhy) {
    connect();
    for (unsigned code = 0x80; code <= 0xA2; ++code) {
        const Reason reason{static_cast<std::uint8_t>(code)};
        if (!isAllowed(reason, PacketType::Connack)) continue;
        broker.connack = {false, reason, {{PropertyId::ReasonString, 0, "own words", {}}}};
        owner.whys.clear();
        const auto count = broker.connects;
        broker.hangUp();
        ASSERT_TRUE(until([&] { return broker.connects > count && owner.whys.size() > 1; }));
        const std::string wanted = "the broker refuses: " + std::string(text(reason));
        EXPECT_TRUE(owner.whys[1].starts_with(wanted + ": own words")) << owner.whys[1];
        broker.connack = {};
        ASSERT_TRUE(until([&] { return client->isConnected(); }));
    }
}

TEST_F(ClientConnectionTest, EveryReturnCodeOfVersion311SaysWhy) {
    for (std::uint8_t code = 1; code <= 5; ++code) {
        net::EventLoop ownLoop;
        net::Dialer ownDialer{ownLoop};
        ScriptedBroker old{ownLoop, Version::V311};
        old.connack.reason = reasonOf(code);
        settings.version = Version::V311;
        settings.address = *parseAddress("mqtt://" + old.address());
        Owner told;
        Client refused{ownLoop, ownDialer, settings, told};
        refused.start({});
        ASSERT_TRUE(runUntil(ownLoop, [&] { return !told.whys.empty(); }));
        const std::string wanted = "the broker refuses: " + std::string(text(reasonOf(code)));
        EXPECT_TRUE(told.whys.front().starts_with(wanted)) << told.whys.front();
    }
}

TEST_F(ClientConnectionTest, WhatAStrangerWroteIsCutToOnePrintableLine) {
    const std::string words = "first\x1B[31m\nsecond" + std::string(5000, 'x');
    broker.connack = {false, Reason::NotAuthorized, {{PropertyId::ReasonString, 0, words, {}}}};
    start();
    const std::string why = firstWhy();
    EXPECT_EQ(why.find('\x1B'), std::string::npos);
    EXPECT_EQ(why.find('\n'), std::string::npos);
    EXPECT_LT(why.size(), 400U);
}

TEST_F(ClientConnectionTest, ADisconnectOfTheBrokerSaysWhy) {
    connect();
    broker.reply(Disconnect{Reason::SessionTakenOver,
                            {{PropertyId::ReasonString, 0, "somebody else came", {}}}});
    EXPECT_EQ(firstWhy(), "the broker ends the connection: " +
                              std::string(text(Reason::SessionTakenOver)) + ": somebody else came");
}

TEST_F(ClientConnectionTest, ABrokerWithoutQos1IsRefused) {
    broker.connack.properties = {{PropertyId::MaximumQos, 0, {}, {}}};
    start();
    EXPECT_EQ(firstWhy(), "the broker takes no QoS 1, without which messages would be lost");
    EXPECT_EQ(owner.count("connected"), 0U);
}

TEST_P(ClientConnectionTest, MalformedInputEndsTheConnectionAndIsTriedAgain) {
    connect();
    broker.replyRaw(std::string(8, '\0'));
    if (isV5()) {
        const std::string last = broker.next();
        EXPECT_TRUE(last == "DISCONNECT 0x81" || last == "DISCONNECT 0x82") << last;
    }
    EXPECT_FALSE(firstWhy().empty());
    ASSERT_TRUE(until([this] { return broker.connects == 2 && client->isConnected(); }));
}

TEST_P(ClientConnectionTest, ASecondConnackAndWhatNoBrokerSendsEndTheConnection) {
    connect();
    broker.reply(broker.connack);
    ASSERT_TRUE(until([this] { return owner.whys.size() == 1; }));
    ASSERT_TRUE(until([this] { return client->isConnected(); }));
    broker.ack(PacketType::Pubcomp, 1);
    ASSERT_TRUE(until([this] { return owner.whys.size() == 2; }));
    EXPECT_EQ(owner.whys[0], "a second CONNACK came");
    EXPECT_EQ(owner.whys[1], "an answer to QoS 2 came, which was never sent");
}

TEST_F(ClientConnectionTest, ATopicAliasThatWasNotAllowedEndsTheConnection) {
    connect();
    broker.reply(Publish{"t", "x", 0, 0, false, false, {{PropertyId::TopicAlias, 1, {}, {}}}});
    broker.expect("DISCONNECT 0x94");
}

TEST_P(ClientConnectionTest, ASilentBrokerIsGivenUpAfterTwiceTheKeepAlive) {
    settings.keepAlive = std::chrono::seconds(1);
    broker.isAnsweringPings = false;
    connect();
    const auto begin = net::EventLoop::Clock::now();
    EXPECT_EQ(firstWhy(), "nothing heard from the broker for twice the keep-alive time");
    const auto silence = net::EventLoop::Clock::now() - begin;
    EXPECT_GE(silence, milliseconds(1400));
    EXPECT_LE(silence, milliseconds(3500));
    EXPECT_EQ(broker.nextLike("PINGREQ"), "PINGREQ");
}

TEST_F(ClientConnectionTest, TheBrokersKeepAliveCounts) {
    broker.connack.properties = {{PropertyId::ServerKeepAlive, 1, {}, {}}};
    connect();
    EXPECT_EQ(broker.next(), "PINGREQ");
    EXPECT_TRUE(owner.whys.empty());
}

TEST_F(ClientConnectionTest, RetriesDoubleWithinBoundsAndDiffer) {
    settings.firstRetry = milliseconds(16);
    settings.lastRetry = milliseconds(100);
    broker.connack.reason = Reason::ServerBusy;
    start();
    ASSERT_TRUE(until([this] { return owner.retries.size() >= 16; }));
    const std::array wholes{16, 32, 64, 100};
    for (std::size_t i = 0; i < owner.retries.size(); ++i) {
        const int whole = wholes.at(std::min<std::size_t>(i, 3));
        EXPECT_GE(owner.retries[i].count(), whole / 2) << i;
        EXPECT_LE(owner.retries[i].count(), whole) << i;
    }
    const auto& retries = owner.retries;
    EXPECT_TRUE(std::any_of(retries.begin() + 4, retries.end(), [&](milliseconds one) {
        return one != retries[3];
    })) << "12 equal ones of 51: no chance in it";
}

TEST_F(ClientConnectionTest, ShortConnectionsCountAsFailures) {
    settings.firstRetry = milliseconds(2);
    settings.lastRetry = milliseconds(64);
    connect();
    for (int i = 0; i < 7; ++i) reconnect();
    ASSERT_GE(owner.retries.size(), 7U);
    EXPECT_GE(owner.retries[6].count(), 32);
}

TEST_F(ClientConnectionTest, ALastingConnectionStartsTheRetriesAnew) {
    settings.firstRetry = milliseconds(2);
    settings.lastRetry = milliseconds(64);
    connect();
    for (int i = 0; i < 6; ++i) reconnect();
    const auto begin = net::EventLoop::Clock::now();  // ten seconds make a connection lasting
    runUntil(
        loop, [&] { return net::EventLoop::Clock::now() - begin > milliseconds(10'050); },
        std::chrono::seconds(15));
    reconnect();
    EXPECT_GE(owner.retries[5].count(), 32);
    EXPECT_LE(owner.retries[6].count(), 2);
}

TEST_F(ClientConnectionTest, ABrokerThatComesLaterIsFound) {
    broker.stopListening();
    start();
    EXPECT_TRUE(firstWhy().find("refused") != std::string::npos) << firstWhy();
    broker.listenAgain();
    EXPECT_TRUE(until([this] { return client->isConnected(); }));
}

TEST_P(ClientConnectionTest, StopSaysGoodByeAndNothingComesAfterwards) {
    connect();
    EXPECT_TRUE(stop());
    broker.expect("DISCONNECT");
    EXPECT_EQ(owner.count("disconnected"), 0U);
    EXPECT_EQ(client->room(), 0U);
}

TEST_F(ClientConnectionTest, StopBeforeTheStart) {
    client = std::make_unique<Client>(loop, dialer, settings, owner);
    EXPECT_TRUE(stop());
}

TEST_F(ClientConnectionTest, StopWhileDialing) {
    start();
    EXPECT_TRUE(stop());
    EXPECT_EQ(broker.connects, 0);
}

TEST_F(ClientConnectionTest, StopWhileTheSocketConnects) {
    start();
    for (int i = 0; i < 2; ++i) {  // far enough for the dialer's answer
        loop.stop();
        loop.run();
    }
    EXPECT_TRUE(stop());
}

TEST_F(ClientConnectionTest, StopWhileWaitingForConnack) {
    broker.isSilent = true;
    start();
    broker.expect("CONNECT gateway 7");
    EXPECT_TRUE(stop());
}

TEST_F(ClientConnectionTest, StopWhileWaitingForTheNextAttempt) {
    settings.firstRetry = settings.lastRetry = std::chrono::seconds(60);
    broker.stopListening();
    start();
    firstWhy();
    EXPECT_TRUE(stop());
}

TEST_F(ClientConnectionTest, StopWhileTheLinkIsClosing) {
    connect();
    broker.pauseReading();  // so that the end takes its time
    broker.reply(Disconnect{Reason::ServerShuttingDown, {}});
    turn();
    EXPECT_FALSE(client->isConnected());
    EXPECT_TRUE(stop());
}

TEST_F(ClientConnectionTest, StopDoesNotWaitForABrokerThatDoesNotRead) {
    connect();
    broker.pauseReading();
    const std::string big(1U << 20U, 'x');
    for (int i = 0; i < 3; ++i) {
        static_cast<void>(client->publish({"t", big, 0, 0, false, false, {}}, 1));
        turn();
    }
    EXPECT_TRUE(stop());
}

TEST_F(ClientConnectionTest, StopFromWithinEveryEvent) {
    bool isDone = false;
    const auto stopHere = [&] {
        client->stop([&] { isDone = true; });
        owner.isStopped = true;
    };
    owner.onConnected = stopHere;
    start({{"a", Qos{1}}});
    ASSERT_TRUE(until([&] { return isDone; }));
    turn();

    owner = Owner{};
    owner.onMessage = stopHere;
    isDone = false;
    connect({{"a", Qos{1}}});
    broker.publish("a", "1");
    broker.publish("a", "2");
    ASSERT_TRUE(until([&] { return isDone; }));
    turn();

    owner = Owner{};
    owner.onDisconnected = stopHere;
    isDone = false;
    start();
    ASSERT_TRUE(until([&] { return client->isConnected(); }));
    broker.hangUp();
    ASSERT_TRUE(until([&] { return isDone; }));
    turn();
}

TEST_F(ClientConnectionTest, MayBeDestroyedInAnyState) {
    start();
    client.reset();
    start();
    turn();
    client.reset();
    connect();
    client.reset();
    turn();
}

}  // namespace
}  // namespace runnel::mqtt::test
