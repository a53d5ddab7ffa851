// SPDX-License-Identifier: Apache-2.0
#include "publisher_session.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <thread>

#include "fake_core.h"
#include "mqtt_protocol.h"
#include "plugins/support/mqtt/tests/scripted_broker.h"

namespace runnel::mqtt {
namespace {

using test::runUntil;

/// A stream of role client against a scripted broker, whose loop runs on the test's thread; the
/// protocol has its own.
class PublisherTest : public testing::Test {
  protected:
    PublisherTest() {
        stream.stream = 5;
        stream.name = "70B3D57ED0000001/erp";
        stream.application = kApplication;
        stream.options = {{"role", Value{"client"}},
                          {"url", Value{"mqtt://" + broker.address()}},
                          {"user", Value{"runnel"}},
                          {"password", Value{"a-secret-word"}},
                          {"topic", Value{"{DeviceEUI}/{event}"}}};
    }
    ~PublisherTest() override { stop(); }

    void set(const std::string& name, Value value) {
        std::erase_if(stream.options, [&](const Field& one) { return one.name == name; });
        stream.options.push_back({name, std::move(value)});
    }
    void takeDownlinks() {
        set("downTopic", Value{"{DeviceEUI}/down"});
        set("receiptTopic", Value{"{DeviceEUI}/receipt"});
    }
    void start() {
        Settings settings;
        settings.privateAddresses = true;
        protocol = std::make_unique<MqttProtocol>(core, core, settings);
        ASSERT_TRUE(protocol->start());
        open();
    }
    void open() {
        const auto opened = protocol->open(core.addToken("token", stream));
        ASSERT_TRUE(opened) << opened.error().field << " " << opened.error().reason;
        session = core.session();
        ASSERT_TRUE(session);
    }
    /// Connected, and what the broker got for it read.
    void connect() {
        start();
        ASSERT_EQ(broker.next(), "CONNECT runnel/70B3D57ED0000001/erp");
        if (stream.options.end() !=
            std::find_if(stream.options.begin(), stream.options.end(),
                         [](const Field& one) { return one.name == "downTopic"; })) {
            ASSERT_EQ(broker.next(), "SUBSCRIBE +/down:1");
        }
    }
    void reconnect() {
        const int before = broker.connects;
        broker.hangUp();
        ASSERT_TRUE(until([&] { return broker.connects > before; }));
        broker.nextLike("CONNECT");
    }
    bool until(const std::function<bool()>& isDone) { return runUntil(loop, isDone); }
    bool untilSettled(const std::string& line) {
        return until([&] {
            const Lines settled = session->settled();
            return !settled.empty() && settled.back() == line;
        });
    }
    bool untilHealth(const std::string& part) {
        return until([&] {
            const Lines healths = session->healths();
            return !healths.empty() && healths.back().find(part) != std::string::npos;
        });
    }
    bool untilLogged(const std::string& part) {
        return until([&] {
            for (const std::string& line : core.log()) {
                if (line.find(part) != std::string::npos) return true;
            }
            return false;
        });
    }
    /// The protocol's stop() waits for its thread, and that for the broker: both have to run.
    void stop() {
        if (!protocol) return;
        std::atomic<bool> isDone = false;
        std::thread stopping([&] {
            protocol->stop();
            isDone = true;
        });
        EXPECT_TRUE(until([&] { return isDone.load(); }));
        stopping.join();
        protocol.reset();
    }
    static std::string up(std::uint16_t id, const std::string& document) {
        return "PUBLISH " + std::to_string(id) + " qos1 0080E1150529E258/up " + document;
    }

    net::EventLoop loop;
    test::ScriptedBroker broker{loop};
    FakeCore core;
    StreamConfig stream;
    std::unique_ptr<MqttProtocol> protocol;
    std::shared_ptr<FakeSession> session;
};

TEST_F(PublisherTest, ParcelsAreSettledByPuback) {
    connect();
    EXPECT_TRUE(untilHealth("connected to mqtt://"));
    session->push({"one", "two"});
    broker.expect(up(1, "one"));
    broker.expect(up(2, "two"));
    EXPECT_TRUE(session->settled().empty());
    broker.ack(PacketType::Puback, 2);
    broker.ack(PacketType::Puback, 1);
    EXPECT_TRUE(untilSettled("through 2"));
}

TEST_F(PublisherTest, WhatWasNotAcknowledgedGoesOutAgainFirst) {
    connect();
    session->push({"one", "two", "three"});
    for (int i = 0; i < 3; ++i) broker.next();
    broker.ack(PacketType::Puback, 2);
    EXPECT_TRUE(until([&] { return broker.lines.empty(); }));
    broker.connack.isSessionPresent = true;
    reconnect();
    session->push({"four"});
    broker.expect(up(1, "one") + " dup");
    std::string next = broker.next();
    if (next == up(2, "two") + " dup") next = broker.next();  // if its PUBACK was lost
    EXPECT_EQ(next, up(3, "three") + " dup");
    broker.expect(up(4, "four"));
    for (const std::uint16_t id : {1, 2, 3, 4}) broker.ack(PacketType::Puback, id);
    EXPECT_TRUE(untilSettled("through 4"));
}

TEST_F(PublisherTest, WhatIsRefusedForEverIsADeadLetter) {
    connect();
    session->push({"one", "two"});
    broker.next();
    broker.next();
    broker.ack(PacketType::Puback, 1, Reason::NotAuthorized, "not this topic");
    broker.ack(PacketType::Puback, 2);
    EXPECT_TRUE(untilSettled("through 2"));
    EXPECT_EQ(session->settled().front(),
              "1 rejected: the broker refused it: not authorized: not this topic");
    EXPECT_TRUE(untilLogged("a message cannot be delivered: the broker refused it"));
    EXPECT_EQ(broker.connects, 1);
}

TEST_F(PublisherTest, AFullBrokerIsTriedAgain) {
    connect();
    session->push({"one"});
    broker.expect(up(1, "one"));
    broker.ack(PacketType::Puback, 1, Reason::QuotaExceeded, "full");
    EXPECT_TRUE(untilHealth("full"));
    EXPECT_EQ(broker.nextLike("PUBLISH"), up(1, "one"));
    EXPECT_TRUE(session->settled().empty());
    broker.ack(PacketType::Puback, 1);
    EXPECT_TRUE(untilSettled("through 1"));
}

TEST_F(PublisherTest, WhatIsTooBigIsADeadLetter) {
    broker.connack.properties = {{PropertyId::MaximumPacketSize, 100, {}, {}}};
    connect();
    session->push({std::string(100, 'x'), "two"});
    broker.expect(up(1, "two"));
    broker.ack(PacketType::Puback, 1);
    EXPECT_TRUE(untilSettled("through 2"));
    EXPECT_EQ(session->settled().front(), "1 rejected: the broker takes no packet of this size");
}

TEST_F(PublisherTest, Qos0IsSettledWhenWritten) {
    set("qos", Value{std::int64_t{0}});
    connect();
    session->push({"one", "two"});
    broker.expect("PUBLISH qos0 0080E1150529E258/up one");
    EXPECT_TRUE(untilSettled("through 2"));
    session->push({"three"});
    EXPECT_TRUE(untilSettled("through 3"));
    broker.expect("PUBLISH qos0 0080E1150529E258/up two");
    broker.expect("PUBLISH qos0 0080E1150529E258/up three");
}

TEST_F(PublisherTest, Qos0SurvivesABrokerThatTakesNoBigPacketsAndGoesAway) {
    set("qos", Value{std::int64_t{0}});
    broker.connack.properties = {{PropertyId::MaximumPacketSize, 200'000, {}, {}}};
    connect();
    broker.pauseReading();
    Lines documents(300, std::string(100'000, 'x'));
    for (std::size_t i = 1; i < documents.size(); i += 2) documents[i] = std::string(200'000, 'y');
    session->push(documents);
    EXPECT_TRUE(untilLogged("no packet of this size"));
    test::runUntil(
        loop, [] { return false; }, std::chrono::milliseconds(300));
    reconnect();
    EXPECT_TRUE(untilSettled("through 300"));
}

TEST_F(PublisherTest, AManifoldQos0StreamIsDeliveredWhole) {
    set("qos", Value{std::int64_t{0}});
    connect();
    session->push(Lines(5000, std::string(300, 'x')));
    for (int i = 0; i < 5000; ++i) {
        ASSERT_TRUE(broker.next().starts_with("PUBLISH qos0")) << i;
    }
    EXPECT_TRUE(untilSettled("through 5000"));
}

TEST_F(PublisherTest, ADownlinkIsAcknowledgedWhenItIsAnswered) {
    takeDownlinks();
    connect();
    broker.publish("0080E1150529E258/down", "hold", 1, 21);
    EXPECT_TRUE(until([&] { return session->received().size() == 1; }));
    EXPECT_EQ(session->received(), Lines{"0080E1150529E258 hold"});
    test::runUntil(
        loop, [&] { return !broker.lines.empty(); }, std::chrono::milliseconds(50));
    EXPECT_TRUE(broker.lines.empty());
    session->answerHeld();
    const Lines both{broker.next(), broker.next()};
    EXPECT_EQ(std::set<std::string>(both.begin(), both.end()),
              (std::set<std::string>{"PUBACK 21",
                                     "PUBLISH 1 qos1 0080E1150529E258/receipt late receipt"}));
    session->push({"one"});
    broker.expect(up(2, "one"));
    broker.ack(PacketType::Puback, 2);
    broker.ack(PacketType::Puback, 1);
    EXPECT_TRUE(untilSettled("through 1"));
}

TEST_F(PublisherTest, ARetainedDownlinkIsNotTaken) {
    takeDownlinks();
    connect();
    broker.reply(Publish{"0080E1150529E258/down", "old", 3, 1, true, false, {}});
    broker.expect("PUBACK 3");
    EXPECT_TRUE(untilLogged("is not taken as a downlink: publish it without retain"));
    EXPECT_TRUE(session->received().empty());
}

TEST_F(PublisherTest, RefusedDownlinksAreSeenInTheHealth) {
    takeDownlinks();
    broker.subscribed = Reason::NotAuthorized;
    connect();
    EXPECT_TRUE(untilHealth("refuses the subscription to +/down: not authorized; no downlinks"));
}

TEST_F(PublisherTest, ABrokerThatAcknowledgesNothingDoesNotFillTheMemory) {
    takeDownlinks();
    set("window", Value{std::int64_t{4}});
    connect();
    for (std::uint16_t i = 1; i <= 3000; ++i) {
        broker.publish("0080E1150529E258/down", "x", 1, i);
        ASSERT_NE(broker.nextLike("PUBACK"), "nothing");
    }
    broker.isAcknowledging = true;
    for (std::uint16_t id = 1; id <= 4; ++id) broker.ack(PacketType::Puback, id);
    session->push({"after them"});
    std::size_t receipts = 4;
    while (broker.nextLike("PUBLISH").find("/receipt") != std::string::npos) ++receipts;
    EXPECT_EQ(receipts, 4 + PublisherSession::kMaxUnanswered);
}

TEST_F(PublisherTest, AManifoldOfDownlinksIsAnswered) {
    takeDownlinks();
    connect();
    broker.isAcknowledging = true;
    for (std::uint16_t i = 1; i <= 3000; ++i) {
        broker.publish("0080E1150529E258/down", "hold", 1, i);
    }
    ASSERT_TRUE(until([&] { return session->received().size() == 1024; }));
    session->answerHeld();
    ASSERT_TRUE(until([&] { return session->received().size() == 2048; }));
    session->answerHeld();
    ASSERT_TRUE(until([&] { return session->received().size() == 3000; }));
    session->answerHeld();
    for (std::string line; line != "PUBACK 3000";) {
        line = broker.next();
        ASSERT_NE(line, "nothing");
    }
}

TEST_F(PublisherTest, HealthSaysWhatIsWrong) {
    broker.connack = {
        false, Reason::BadUserNameOrPassword, {{PropertyId::ReasonString, 0, "who?", {}}}};
    start();
    EXPECT_TRUE(untilHealth("the broker refuses: bad user name or password: who?"));
    for (const std::string& text : session->healths()) {
        EXPECT_EQ(text.find("a-secret-word"), std::string::npos) << text;
    }
}

TEST_F(PublisherTest, StartsWhileTheBrokerIsAway) {
    broker.stopListening();
    start();
    session->push({"one"});
    EXPECT_TRUE(untilHealth("efused"));
    broker.listenAgain();
    EXPECT_EQ(broker.nextLike("PUBLISH"), up(1, "one"));
    EXPECT_EQ(session->taken(), 1U);
}

TEST_F(PublisherTest, PrivateAddressesNeedPermission) {
    protocol = std::make_unique<MqttProtocol>(core, core, Settings{});
    ASSERT_TRUE(protocol->start());
    open();
    EXPECT_TRUE(untilHealth("is not on the public internet"));
    EXPECT_EQ(broker.connects, 0);
}

TEST_F(PublisherTest, ClosingSaysGoodBye) {
    connect();
    session->session().close(CloseReason::Removed, "");
    broker.expect("DISCONNECT");
    EXPECT_TRUE(until([&] { return session->isClosed(); }));
    EXPECT_EQ(session->closedText(), "the stream was removed");
    session->session().ready();
    session->session().answer(1, {"late"}, true);
    session->session().close(CloseReason::Removed, "again");
    stop();
    session->session().ready();
}

TEST_F(PublisherTest, ManyStreamsWithoutABrokerCloseAtOnce) {
    broker.stopListening();
    start();
    for (int i = 6; i < 12; ++i) {
        stream.stream = static_cast<std::uint64_t>(i);
        ASSERT_TRUE(protocol->open(core.addToken("token " + std::to_string(i), stream)));
    }
    ASSERT_TRUE(core.session(6));
    for (std::size_t i = 0; i < 7; ++i) {
        const auto one = core.session(i);
        ASSERT_TRUE(one->wait([&] { return true; }));
    }
    EXPECT_TRUE(untilHealth("efused"));
    protocol->close(7, CloseReason::Removed);
    EXPECT_TRUE(core.session(2)->waitForClosed());
    const auto begin = std::chrono::steady_clock::now();
    protocol->stop();
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
    for (std::size_t i = 0; i < 7; ++i) EXPECT_TRUE(core.session(i)->isClosed()) << i;
}

TEST_F(PublisherTest, StopDoesNotWaitForABrokerThatDoesNotRead) {
    connect();
    broker.pauseReading();
    session->push(Lines(100, std::string(200'000, 'x')));
    test::runUntil(
        loop, [] { return false; }, std::chrono::milliseconds(100));
    const auto begin = std::chrono::steady_clock::now();
    protocol->stop();
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));
    EXPECT_TRUE(session->isClosed());
    EXPECT_TRUE(session->settled().empty());
}

TEST_F(PublisherTest, WrongOptionsAreRefusedWhenTheStreamIsOpened) {
    set("topic", Value{"{nothing}"});
    protocol = std::make_unique<MqttProtocol>(core, core, Settings{});
    ASSERT_TRUE(protocol->start());
    const auto opened = protocol->open(core.addToken("token", stream));
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().field, "topic");
    EXPECT_EQ(core.sessions(), 0U);
}

}  // namespace
}  // namespace runnel::mqtt
