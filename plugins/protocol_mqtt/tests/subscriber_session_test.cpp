// SPDX-License-Identifier: Apache-2.0
#include "subscriber_fixture.h"

namespace runnel::mqtt {
namespace {

using Over = TestClient::Over;

/// How clients get in, what they get, and what they send.
class SubscriberSessionTest : public SubscriberTest {};

TEST_F(SubscriberSessionTest, TheTokenIsUserNameOrPassword) {
    start();
    EXPECT_EQ(TestClient(address).connect("good-token"), "CONNACK");
    Connect packet;
    packet.clientId = "me";
    packet.password = "good-token";
    EXPECT_EQ(TestClient(address).connect(packet), "CONNACK");
    packet.userName = "anybody";
    EXPECT_EQ(TestClient(address).connect(packet), "CONNACK");
    packet.userName = "good-token";
    packet.password = "anything";
    EXPECT_EQ(TestClient(address).connect(packet), "CONNACK");
    core.deny("throttled", Denial::Why::Throttled);
    packet.password = "throttled";
    EXPECT_EQ(TestClient(address).connect(packet), "CONNACK");
}

TEST_F(SubscriberSessionTest, EachDenialHasItsReason) {
    struct Row {
        Denial::Why why;
        const char* v5;
        const char* v311;
    };
    const Row rows[] = {{Denial::Why::UnknownToken, "CONNACK 0x86", "CONNACK 0x86"},
                        {Denial::Why::Throttled, "CONNACK 0x97", "CONNACK 0x88"},
                        {Denial::Why::Disabled, "CONNACK 0x87", "CONNACK 0x87"},
                        {Denial::Why::OtherProtocol, "CONNACK 0x87", "CONNACK 0x87"},
                        {Denial::Why::TooManySessions, "CONNACK 0x97", "CONNACK 0x88"},
                        {Denial::Why::Stopping, "CONNACK 0x88", "CONNACK 0x88"}};
    for (const Row& row : rows) {
        core.deny("token " + std::to_string(static_cast<int>(row.why)), row.why);
    }
    start();
    for (const Row& row : rows) {
        const std::string token = "token " + std::to_string(static_cast<int>(row.why));
        TestClient five(address);
        EXPECT_EQ(five.connect(token), row.v5);
        EXPECT_EQ(five.words, "denied for a reason");
        EXPECT_EQ(five.next(), "end");
        TestClient old(address, {.version = Version::V311});
        EXPECT_EQ(old.connect(token), row.v311);
        EXPECT_EQ(old.next(), "end");
    }
    TestClient nobody(address);
    EXPECT_EQ(nobody.connect(Connect{}), "CONNACK 0x86");
    EXPECT_EQ(nobody.words, "the token is missing: send it as user name or password");
}

TEST_F(SubscriberSessionTest, WillsRolesAndNamelessKeptSessionsAreRefused) {
    StreamConfig client;
    client.options = {{"role", Value{"client"}}};
    core.addToken("of a client", client);
    start();
    Connect packet;
    packet.userName = "good-token";
    packet.will = Will{"t", "gone", 0, false, {}};
    EXPECT_EQ(TestClient(address).connect(packet), "CONNACK 0x87");
    EXPECT_TRUE(core.tried().empty());
    EXPECT_EQ(TestClient(address).connect("of a client"), "CONNACK 0x87");
    packet.will.reset();
    packet.isCleanStart = false;
    EXPECT_EQ(TestClient(address, {.version = Version::V311}).connect(packet), "CONNACK 0x85");
}

TEST_F(SubscriberSessionTest, AnOldClientLearnsThatItIsTooOld) {
    start();
    runnel::test::BlockingClient wire(address, runnel::test::BlockingClient::Mode::Plain);
    wire.write(std::string("\x10\x10\0\6MQIsdp\3\2\0\1\0\2me", 18));
    EXPECT_EQ(wire.readExactly(4), std::string("\x20\x02\0\1", 4));
}

TEST_F(SubscriberSessionTest, ANamelessClientIsGivenAName) {
    start();
    TestClient client(address);
    EXPECT_EQ(client.connect("good-token", ""), "CONNACK");
    EXPECT_NE(find(client.numbers, PropertyId::AssignedClientIdentifier), nullptr);
}

TEST_F(SubscriberSessionTest, WorksOverTlsAndWebSocket) {
    start();
    TestClient tls(tlsAddress, {.over = Over::Tls});
    EXPECT_EQ(tls.connect("good-token", "tls"), "CONNACK");
    TestClient web(address, {.over = Over::WebSocket});
    EXPECT_TRUE(web.upgrade.starts_with("HTTP/1.1 101 ")) << web.upgrade;
    EXPECT_EQ(web.connect("good-token", "web"), "CONNACK");
    EXPECT_EQ(web.subscribe("#"), "SUBACK 0x01");
    core.session()->push({"one"});
    EXPECT_EQ(web.next(), "PUBLISH 1 qos1 " + kStem + "/up one");
    web.ack(1);
    EXPECT_TRUE(core.session()->waitForSettled("through 1"));
}

TEST_F(SubscriberSessionTest, WhoIsNoClientIsToldOrLetGo) {
    start();
    runnel::test::BlockingClient browser(address, runnel::test::BlockingClient::Mode::Plain);
    browser.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_TRUE(browser.readHttpResponse().starts_with("HTTP/1.1 426 "));
    runnel::test::BlockingClient early(address, runnel::test::BlockingClient::Mode::Plain);
    early.write(std::string("\xC0\0", 2));  // PINGREQ, where CONNECT was to come
    EXPECT_TRUE(early.readAll().starts_with("HTTP/1.1 400 "));
}

TEST_F(SubscriberSessionTest, Qos1IsSettledByPubackOnly) {
    start();
    const auto client = subscriber("#");
    const auto session = core.session();
    session->push({"one", "two", "three"});
    for (const std::string& what : {"1 qos1 " + kStem + "/up one", "2 qos1 " + kStem + "/up two",
                                    "3 qos1 " + kStem + "/up three"}) {
        EXPECT_EQ(client->next(), "PUBLISH " + what);
    }
    client->ack(2);
    EXPECT_TRUE(client->ping());
    EXPECT_TRUE(session->settled().empty());
    client->ack(1);
    EXPECT_TRUE(session->waitForSettled("through 2"));
    client->ack(3, Reason::PayloadFormatInvalid);
    EXPECT_TRUE(session->waitForSettled("through 3"));
    EXPECT_TRUE(session->settled().at(1).starts_with("3 rejected: the client refused it"));
}

TEST_F(SubscriberSessionTest, Qos0IsSettledWhenWritten) {
    start();
    const auto client = subscriber("#", 0);
    const auto session = core.session();
    session->push({"one", "two"});
    EXPECT_EQ(client->next(), "PUBLISH qos0 " + kStem + "/up one");
    EXPECT_TRUE(session->waitForSettled("through 2"));
    session->push({"three"});
    EXPECT_TRUE(session->waitForSettled("through 3"));
}

TEST_F(SubscriberSessionTest, SeveralDocumentsSettleAsOne) {
    start();
    const auto client = subscriber("#");
    const auto session = core.session();
    session->pushParcels({FakeSession::uplink({"a", "b"})});
    client->next();
    client->next();
    client->ack(1);
    EXPECT_TRUE(client->ping());
    EXPECT_TRUE(session->settled().empty());
    client->ack(2);
    EXPECT_TRUE(session->waitForSettled("through 1"));
}

TEST_F(SubscriberSessionTest, OneRefusedDocumentMakesADeadLetterOfItsParcel) {
    start();
    const auto client = subscriber("#");
    const auto session = core.session();
    session->pushParcels({FakeSession::uplink({"a", "b"})});
    client->next();
    client->next();
    client->ack(1, Reason::PayloadFormatInvalid);
    client->ack(2);
    EXPECT_TRUE(session->waitForSettled("through 1"));
    EXPECT_TRUE(session->settled().front().starts_with("1 rejected: "));
}

TEST_F(SubscriberSessionTest, WhatNoFilterMatchesIsFiltered) {
    start();
    const auto client = subscriber("+/+/up");
    const auto session = core.session();
    session->pushParcels({FakeSession::uplink({"join"}, Kind::Join), FakeSession::uplink({"up"})});
    EXPECT_EQ(client->next(), "PUBLISH 1 qos1 " + kStem + "/up up");
    EXPECT_EQ(session->settled(), Lines{"1 filtered"});
    client->ack(1);
    EXPECT_TRUE(session->waitForSettled("through 2"));
}

TEST_F(SubscriberSessionTest, TheHighestQosOfTheMatchingFiltersCounts) {
    start();
    const auto client = subscriber("#", 0);
    EXPECT_EQ(client->subscribe("+/+/up", 1), "SUBACK 0x01");
    core.session()->pushParcels(
        {FakeSession::uplink({"a"}), FakeSession::uplink({"b"}, Kind::Join)});
    EXPECT_EQ(client->next(), "PUBLISH 1 qos1 " + kStem + "/up a");
    EXPECT_EQ(client->next(), "PUBLISH qos0 " + kStem + "/event b");
    EXPECT_EQ(core.sessions(), 1U);
}

TEST_F(SubscriberSessionTest, SubscribingToNothingOfTheStreamIsNoSession) {
    start();
    TestClient client(address);
    client.connect("good-token");
    EXPECT_EQ(client.subscribe("0000000000000001/#"), "SUBACK 0x87");
    EXPECT_EQ(client.subscribe("+/+/receipt"), "SUBACK 0x01");
    EXPECT_EQ(core.sessions(), 0U);
}

TEST_F(SubscriberSessionTest, ARefusedSessionIsRefusedInTheSuback) {
    core.denySessions(core.addToken("crowded"), Denial::Why::TooManySessions);
    core.denySessions(core.addToken("leaving"), Denial::Why::Stopping);
    core.denySessions(core.addToken("removed"), Denial::Why::UnknownToken);
    start();
    TestClient client(address);
    EXPECT_EQ(client.connect("crowded"), "CONNACK");
    EXPECT_EQ(client.subscribe("#"), "SUBACK 0x97");
    EXPECT_TRUE(client.ping());
    TestClient late(address);
    late.connect("leaving");
    EXPECT_EQ(late.subscribe("#"), "SUBACK 0x80");
    TestClient removed(address);
    removed.connect("removed");
    EXPECT_EQ(removed.subscribe("#"), "SUBACK 0x87");
}

TEST_F(SubscriberSessionTest, UnsubscribingLetsTheMessagesWait) {
    start();
    const auto client = subscriber("#");
    const auto first = core.session();
    first->push({"one"});
    client->next();
    client->send(Unsubscribe{9, {"#", "unknown"}, {}});
    EXPECT_EQ(client->next(), "UNSUBACK 0x00 0x11");
    EXPECT_TRUE(first->waitForClosed());
    EXPECT_TRUE(first->settled().empty());
    EXPECT_EQ(client->subscribe("#"), "SUBACK 0x01");
    const auto second = core.session(1);
    second->push({"one"});
    EXPECT_EQ(client->next(), "PUBLISH 2 qos1 " + kStem + "/up one");
    client->ack(1);  // of the session before: settles nothing
    EXPECT_TRUE(client->ping());
    EXPECT_TRUE(second->settled().empty());
    client->ack(2);
    EXPECT_TRUE(second->waitForSettled("through 1"));
}

TEST_F(SubscriberSessionTest, TheSameClientIdTakesOver) {
    start(2);
    const auto first = subscriber("#");
    TestClient second(address);
    EXPECT_EQ(second.connect("good-token"), "CONNACK");
    EXPECT_EQ(first->next(), "DISCONNECT 0x8E");
    EXPECT_EQ(first->next(), "end");
    EXPECT_TRUE(core.session()->waitForClosed());
    EXPECT_TRUE(second.ping());
}

TEST_F(SubscriberSessionTest, SubscriptionsAreRememberedForWhoWantsIt) {
    start();
    Connect packet;
    packet.clientId = "me";
    packet.userName = "good-token";
    packet.isCleanStart = false;
    packet.properties = {{PropertyId::SessionExpiryInterval, 3600, {}, {}}};
    {
        TestClient client(address);
        EXPECT_EQ(client.connect(packet), "CONNACK");
        client.subscribe("#");
    }
    ASSERT_TRUE(core.session()->waitForClosed());
    TestClient client(address);
    EXPECT_EQ(client.connect(packet), "CONNACK present");
    const auto session = core.session(1);
    ASSERT_TRUE(session);
    session->push({"one"});
    EXPECT_EQ(client.next(), "PUBLISH 1 qos1 " + kStem + "/up one");
}

TEST_F(SubscriberSessionTest, MessagesTooLargeForTheClientAreDeadLetters) {
    start();
    Connect packet;
    packet.userName = "good-token";
    packet.properties = {{PropertyId::MaximumPacketSize, 100, {}, {}}};
    TestClient client(address);
    client.connect(packet);
    client.subscribe("#");
    core.session()->push({std::string(100, 'x'), "small"});
    EXPECT_EQ(client.next(), "PUBLISH 1 qos1 " + kStem + "/up small");
    EXPECT_EQ(core.session()->settled().front(),
              "1 rejected: bigger than the client's maximum packet size");
}

TEST_F(SubscriberSessionTest, ADownlinkIsAcknowledgedWhenItIsAnswered) {
    start();
    TestClient client(address);
    client.connect("good-token");
    client.publish(kStem + "/down", "hold");
    EXPECT_TRUE(client.ping());
    const auto session = core.session();
    EXPECT_TRUE(session->request.isSendOnly);
    EXPECT_EQ(session->received(), Lines{"0080E1150529E258 hold"});
    session->answerHeld();
    EXPECT_EQ(client.next(), "PUBACK 1");
    client.publish(kStem + "/down", "rejected", 1, 2);
    EXPECT_EQ(client.next(), "PUBACK 2 0x83");
    client.publish(kStem + "/down", "exactly once", 2, 3);
    EXPECT_EQ(client.next(), "PUBREC 3");
    client.send(Ack{PacketType::Pubrel, 3, Reason::Success, {}});
    EXPECT_EQ(client.next(), "PUBCOMP 3");
    EXPECT_EQ(core.sessions(), 1U);
}

TEST_F(SubscriberSessionTest, OutOfScopeIsRefusedOrTheEnd) {
    start();
    TestClient five(address);
    five.connect("good-token", "five");
    five.publish("0000000000000001/0000000000000002/down", "x");
    EXPECT_EQ(five.next(), "PUBACK 1 0x87");
    five.publish("anything", "x", 0);
    EXPECT_EQ(five.next(), "DISCONNECT 0x87");
    TestClient old(address, {.version = Version::V311});
    old.connect("good-token", "old");
    old.publish("anything", "x");
    EXPECT_EQ(old.next(), "end");
    EXPECT_EQ(core.sessions(), 0U);
}

TEST_F(SubscriberSessionTest, ATokenThatMayNotSendIsToldSo) {
    core.addToken("read only").maySend = false;
    start();
    TestClient client(address);
    client.connect("read only");
    client.publish(kStem + "/down", "x");
    EXPECT_EQ(client.next(), "PUBACK 1 0x87");
    EXPECT_EQ(core.sessions(), 0U);
}

TEST_F(SubscriberSessionTest, ReceiptsGoToEveryClientOfTheStream) {
    core.addToken("other-stream");
    start(2);
    const auto listener = subscriber("+/+/receipt");
    TestClient other(address);
    other.connect("other-stream");
    other.subscribe("#");
    TestClient sender(address);
    sender.connect("good-token", "sender");
    sender.subscribe("#", 0);
    sender.publish("70b3d57ed0000001/0080e1150529e258/down", "x", 0);
    EXPECT_EQ(sender.next(), "PUBLISH qos0 " + kStem + "/receipt receipt of x");
    EXPECT_EQ(listener->next(), "PUBLISH 1 qos1 " + kStem + "/receipt receipt of x");
    EXPECT_TRUE(other.ping()) << "and nothing before it";
}

}  // namespace
}  // namespace runnel::mqtt
