// SPDX-License-Identifier: Apache-2.0
#include "mqtt/server_session.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "plugins/support/mqtt/tests/packet_line.h"
#include "plugins/support/mqtt/tests/scripted_broker.h"

namespace runnel::mqtt::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Lines = std::vector<std::string>;

/// A link without a socket. The test ends it: end() does what a socket does later.
class FakeLink final : public Link {
  public:
    struct State {
        std::vector<std::uint8_t> sent;
        std::size_t pending = 0;
        bool isReading = true;
        bool isClosing = false;
        bool isAborted = false;
    };
    explicit FakeLink(std::shared_ptr<State> state) : state_(std::move(state)) {}

    void send(std::span<const std::uint8_t> bytes) override {
        if (isOpen()) state_->sent.insert(state_->sent.end(), bytes.begin(), bytes.end());
    }
    void sendNow() override {}
    std::size_t pendingBytes() const override { return state_->pending; }
    void pauseReading() override { state_->isReading = false; }
    void resumeReading() override { state_->isReading = true; }
    void close() override { state_->isClosing = true; }
    void abort() override { state_->isAborted = true; }
    bool isOpen() const override { return !state_->isClosing && !state_->isAborted; }

  private:
    const std::shared_ptr<State> state_;
};

/// Keeps the lines of what a session has sent.
class Reader final : private PacketHandler {
  public:
    explicit Reader(Version version) : decoder_(Sender::Server, 1U << 20U) {
        decoder_.setVersion(version);
    }
    Lines read(std::vector<std::uint8_t>& bytes) {
        lines_.clear();
        decoder_.feed(std::exchange(bytes, {}), *this);
        EXPECT_FALSE(decoder_.failure()) << decoder_.failure()->text;
        return std::exchange(lines_, {});
    }
    Properties connack;  ///< numbers only: texts are gone
    std::string words;   ///< the newest reason string
    std::string assignedId;

  private:
    void packet(const Packet& packet) override {
        lines_.push_back(lineOf(packet));
        if (const auto* it = std::get_if<Connack>(&packet)) {
            connack = it->properties;
            words = wordsOf(it->properties);
            const auto* id = find(connack, PropertyId::AssignedClientIdentifier);
            if (id != nullptr) assignedId = id->text;
        }
        if (const auto* it = std::get_if<Disconnect>(&packet)) words = wordsOf(it->properties);
    }
    Decoder decoder_;
    Lines lines_;
};

/// The server's owner: writes down what comes and answers as the test wants.
class ServerSessionTest : public testing::TestWithParam<Version>, protected ServerEvents {
  protected:
    ServerSessionTest() : reader(version()) {}

    static Version version() {
        const auto* test = testing::UnitTest::GetInstance()->current_test_info();
        return test->value_param() != nullptr ? GetParam() : Version::V5;
    }
    static bool isV5() { return version() == Version::V5; }

    void begin(std::span<const std::uint8_t> unread = {}) {
        session.begin(std::make_unique<FakeLink>(link), unread);
    }
    template <class AnyPacket>
    void input(const AnyPacket& packet) {
        session.handler().received(bytesOf(packet, version()));
    }
    /// With its CONNACK read.
    void open(Properties properties = {}, std::uint16_t keepAlive = 60) {
        begin();
        input(Connect{version(), true, keepAlive, "me", {}, {}, {}, std::move(properties)});
        ASSERT_EQ(output(), Lines{"CONNACK"});
    }
    void publish(const std::string& payload, Qos qos, std::uint16_t packetId) {
        input(Publish{"t", payload, packetId, qos, false, false, {}});
    }
    Lines output() { return reader.read(link->sent); }
    /// What the link says when all is sent.
    void hangUp(const std::string& why = "closed by us") { session.handler().closed(why); }
    void expectEnd(const std::string& line, const std::string& why) {
        EXPECT_EQ(output(), isV5() && !line.empty() ? Lines{line} : Lines{});
        EXPECT_TRUE(link->isClosing);
        EXPECT_FALSE(session.isOpen());
        EXPECT_EQ(endedWhy, std::nullopt) << "before the link has ended";
        hangUp();
        EXPECT_EQ(endedWhy, why);
    }

    void connect(const Connect& connect) override {
        ++connects;
        clientId = connect.clientId;
        if (refusal) return session.refuse(*refusal, "not today");
        session.accept(welcome);
    }
    std::vector<Reason> subscribe(const Subscribe& subscribe) override {
        note(lineOf(subscribe));
        return std::vector(subscribe.subscriptions.size(), Reason::GrantedQos1);
    }
    std::vector<Reason> unsubscribe(const Unsubscribe& unsubscribe) override {
        note(lineOf(unsubscribe));
        return std::vector(unsubscribe.filters.size(), Reason::NoSubscriptionExisted);
    }
    void message(const Publish& publish, Receipt receipt) override {
        note("message " + std::string(publish.payload));
        receipts.push_back(receipt);
        if (isPausing) session.pauseReading();
    }
    void published(std::uint64_t token, Reason reason) override {
        note("published " + std::to_string(token) + behind(reason));
    }
    void turned() override { ++turns; }
    void ended(std::string_view why) override {
        EXPECT_EQ(endedWhy, std::nullopt) << "ended() twice";
        endedWhy = why;
    }
    void note(std::string line) {
        EXPECT_EQ(endedWhy, std::nullopt) << line;
        events.push_back(std::move(line));
    }

    net::EventLoop loop;
    std::vector<std::uint8_t> scratch;
    std::shared_ptr<FakeLink::State> link = std::make_shared<FakeLink::State>();
    Reader reader;
    ServerSession::Welcome welcome{false, "", 7, seconds(1200)};
    std::optional<Reason> refusal;
    std::string clientId;
    std::optional<std::string> endedWhy;
    Lines events;
    std::vector<Receipt> receipts;
    int connects = 0;
    int turns = 0;
    bool isPausing = false;
    ServerSession session{loop, scratch, *this};
};
INSTANTIATE_TEST_SUITE_P(BothVersions, ServerSessionTest,
                         testing::Values(Version::V5, Version::V311),
                         [](const testing::TestParamInfo<Version>& version) {
                             return version.param == Version::V5 ? "Mqtt5" : "Mqtt311";
                         });

TEST_P(ServerSessionTest, ConnectMayComeWithTheLink) {
    begin(bytesOf(Connect{version(), true, 60, "me", {}, {}, {}, {}}, version()));
    EXPECT_EQ(clientId, "me");
    EXPECT_EQ(output(), Lines{"CONNACK"});
    EXPECT_TRUE(session.isOpen());
}

TEST_F(ServerSessionTest, AcceptSaysWhatTheServerCanDo) {
    welcome = {true, "made up", 99, seconds(1200)};
    begin();
    input(Connect{Version::V5, false, 0, "", {}, {}, {}, {}});
    EXPECT_EQ(output(), Lines{"CONNACK present"});
    using enum PropertyId;
    const auto number = [this](PropertyId id) { return numberOr(reader.connack, id, 4711); };
    EXPECT_EQ(number(SessionExpiryInterval), 99U);
    EXPECT_EQ(number(ReceiveMaximum), ServerSession::kReceiveMaximum);
    EXPECT_EQ(number(MaximumPacketSize), ServerSession::kMaxPacketBytes);
    EXPECT_EQ(number(RetainAvailable), 0U);
    EXPECT_EQ(number(SubscriptionIdentifierAvailable), 0U);
    EXPECT_EQ(number(SharedSubscriptionAvailable), 0U);
    EXPECT_EQ(number(ServerKeepAlive), 1200U);
    EXPECT_EQ(number(TopicAliasMaximum), 4711U);
    EXPECT_EQ(reader.assignedId, "made up");
}

TEST_F(ServerSessionTest, AKeepAliveWithinTheLimitIsLeftAlone) {
    open({}, 1200);
    EXPECT_EQ(numberOr(reader.connack, PropertyId::ServerKeepAlive, 0), 0U);
}

TEST_P(ServerSessionTest, RefusesWithAReason) {
    refusal = Reason::NotAuthorized;
    begin();
    input(Connect{version(), true, 60, "me", {}, {}, {}, {}});
    EXPECT_EQ(output(), Lines{"CONNACK 0x87"});
    EXPECT_EQ(reader.words, isV5() ? "not today" : "");
    EXPECT_TRUE(link->isClosing);
    input(Pingreq{});
    EXPECT_TRUE(output().empty()) << "input after the end";
    hangUp();
    EXPECT_EQ(endedWhy, "not today");
}

TEST_P(ServerSessionTest, TheFirstPacketMustBeConnect) {
    begin();
    input(Pingreq{});
    expectEnd("", "the first packet must be CONNECT");
    EXPECT_EQ(connects, 0);
}

TEST_P(ServerSessionTest, ASecondConnectEndsTheConnection) {
    open();
    input(Connect{version(), true, 60, "me", {}, {}, {}, {}});
    expectEnd("DISCONNECT 0x82", "a second CONNECT came");
    EXPECT_EQ(connects, 1);
}

TEST_F(ServerSessionTest, AnUnknownVersionIsRefusedWithItsReason) {
    begin();
    const std::string bytes("\x10\x0C\0\4MQTT\x09\2\0\1\0\0", 14);
    session.handler().received({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
    EXPECT_EQ(output(), Lines{"CONNACK 0x84"});
    EXPECT_TRUE(link->isClosing);
}

TEST_F(ServerSessionTest, AnAuthenticationMethodIsRefused) {
    begin();
    input(Connect{Version::V5,
                  true,
                  60,
                  "me",
                  {},
                  {},
                  {},
                  {{PropertyId::AuthenticationMethod, 0, "SCRAM-SHA-1", {}}}});
    EXPECT_EQ(output(), Lines{"CONNACK 0x8C"});
    EXPECT_EQ(connects, 0);
}

TEST_F(ServerSessionTest, WhoSaysNothingIsShownOut) {
    begin();
    const auto start = net::EventLoop::Clock::now();
    ASSERT_TRUE(runUntil(
        loop, [this] { return link->isClosing; }, seconds(15)));
    EXPECT_GE(net::EventLoop::Clock::now() - start, ServerSession::kConnectDeadline);
    expectEnd("", "no CONNECT within 10 s");
}

TEST_P(ServerSessionTest, ADeadlineDoesNotOutliveTheSession) {
    {
        ServerSession brief{loop, scratch, *this};
        brief.begin(std::make_unique<FakeLink>(link), {});
    }
    open();
}

TEST_P(ServerSessionTest, SilenceOfOneAndAHalfKeepAlivesIsTheEnd) {
    open({}, 10);
    const auto now = loop.now();
    session.checkKeepAlive(now + milliseconds(14'900));
    EXPECT_TRUE(session.isOpen());
    session.checkKeepAlive(now + milliseconds(15'100));
    expectEnd("DISCONNECT 0x8D", "nothing heard for one and a half times the keep-alive time");
}

TEST_P(ServerSessionTest, WithoutKeepAliveOnlyVersion5IsGivenOne) {
    open({}, 0);
    session.checkKeepAlive(loop.now() + std::chrono::hours(2));
    EXPECT_EQ(session.isOpen(), !isV5());
}

TEST_P(ServerSessionTest, WhoMayNotSpeakIsNotSilent) {
    open({}, 10);
    session.pauseReading();
    const auto later = loop.now() + seconds(100);
    session.checkKeepAlive(later);
    EXPECT_TRUE(session.isOpen());
}

TEST_P(ServerSessionTest, SilenceCountsFromTheEndOfAPause) {
    open({}, 1);
    session.pauseReading();
    const auto begin = net::EventLoop::Clock::now();
    runUntil(loop, [&] { return net::EventLoop::Clock::now() - begin > milliseconds(1600); });
    session.resumeReading();
    session.checkKeepAlive(loop.now());
    EXPECT_TRUE(session.isOpen());
}

TEST_P(ServerSessionTest, SubscriptionsAreAnswered) {
    open();
    input(Subscribe{7, {{"a/#", 2, false, false, 0}, {"b", 0, false, false, 0}}, {}});
    EXPECT_EQ(output(), Lines{"SUBACK 0x01 0x01"});
    input(Unsubscribe{8, {"a/#"}, {}});
    EXPECT_EQ(output(), Lines{isV5() ? "UNSUBACK 0x11" : "UNSUBACK"});
    EXPECT_EQ(events, (Lines{"SUBSCRIBE a/#:2 b:0", "UNSUBSCRIBE a/#"}));
}

TEST_F(ServerSessionTest, SubscriptionIdentifiersAreRefused) {
    open();
    input(Subscribe{
        7, {{"a", 0, false, false, 0}}, {{PropertyId::SubscriptionIdentifier, 5, {}, {}}}});
    expectEnd("DISCONNECT 0xA1", "subscription identifiers are not taken");
    EXPECT_TRUE(events.empty());
}

TEST_P(ServerSessionTest, ARetainedPublishIsRefusedOrTakenAsOrdinary) {
    open();
    input(Publish{"t", "x", 1, 1, true, false, {}});
    if (!isV5()) {
        EXPECT_EQ(events, Lines{"message x"});
        return;
    }
    expectEnd("DISCONNECT 0x9A", "nothing is retained here");
    EXPECT_TRUE(events.empty());
}

TEST_F(ServerSessionTest, TopicAliasesAreRefused) {
    open();
    input(Publish{"t", "x", 1, 1, false, false, {{PropertyId::TopicAlias, 1, {}, {}}}});
    expectEnd("DISCONNECT 0x94", "topic aliases are not taken");
}

TEST_P(ServerSessionTest, MessagesAreAcknowledgedInOrderAndOnlyWhenToldSo) {
    open();
    publish("one", 1, 5);
    publish("two", 2, 6);
    publish("three", 0, 0);
    EXPECT_TRUE(output().empty());
    EXPECT_EQ(receipts.at(2), 0U);
    session.acknowledge(receipts[1], Reason::Success);
    EXPECT_TRUE(output().empty());
    session.acknowledge(receipts[0], Reason::NotAuthorized);
    EXPECT_EQ(output(), (Lines{isV5() ? "PUBACK 5 0x87" : "PUBACK 5", "PUBREC 6"}));
    publish("two", 2, 6);
    EXPECT_EQ(output(), Lines{"PUBREC 6"});
    input(Ack{PacketType::Pubrel, 6, Reason::Success, {}});
    EXPECT_EQ(output(), Lines{"PUBCOMP 6"});
    EXPECT_EQ(events, (Lines{"message one", "message two", "message three"}));
}

TEST_P(ServerSessionTest, MoreThanTheReceiveMaximumIsTheEnd) {
    open();
    for (unsigned id = 1; id <= ServerSession::kReceiveMaximum; ++id) {
        publish("x", static_cast<Qos>(1 + id % 2), static_cast<std::uint16_t>(id));
    }
    EXPECT_TRUE(session.isOpen());
    publish("one more", 1, 2000);
    expectEnd("DISCONNECT 0x93", "too many unacknowledged messages");
    EXPECT_EQ(events.size(), ServerSession::kReceiveMaximum);
}

TEST_P(ServerSessionTest, AnswersToQos2ThatWasNeverSentAreTheEnd) {
    open();
    input(Ack{PacketType::Pubrec, 1, Reason::Success, {}});
    expectEnd("DISCONNECT 0x82", "an answer to QoS 2, which is never sent");
}

TEST_P(ServerSessionTest, PublishesAreSettledByPuback) {
    open();
    ASSERT_TRUE(session.publish({"t", "a", 0, 1, false, false, {}}, 70));
    ASSERT_TRUE(session.publish({"t", "b", 0, 1, false, true, {}}, 71));
    ASSERT_TRUE(session.publish({"t", "c", 0, 0, false, false, {}}, 72));
    EXPECT_EQ(output(),
              (Lines{"PUBLISH 1 qos1 t a", "PUBLISH 2 qos1 t b dup", "PUBLISH qos0 t c"}));
    EXPECT_EQ(session.room(), ServerSession::kWindow - 2U);
    for (const std::uint16_t id : {2, 2, 3}) {
        input(Ack{PacketType::Puback, id, Reason::Success, {}});
    }
    EXPECT_EQ(events, Lines{"published 71"});
    EXPECT_EQ(session.room(), ServerSession::kWindow - 2U) << "counts until the first is there";
    input(Ack{PacketType::Puback, 1, Reason::QuotaExceeded, {}});
    EXPECT_EQ(events.back(), isV5() ? "published 70 0x97" : "published 70");
    EXPECT_EQ(session.room(), ServerSession::kWindow);
}

TEST_F(ServerSessionTest, TheClientsLimitsCount) {
    open({{PropertyId::ReceiveMaximum, 2, {}, {}}, {PropertyId::MaximumPacketSize, 50, {}, {}}});
    EXPECT_EQ(session.room(), 2U);
    const std::string big(60, 'x');
    EXPECT_FALSE(session.publish({"t", big, 0, 1, false, false, {}}, 1));
    EXPECT_TRUE(output().empty());
    EXPECT_EQ(session.room(), 2U);
}

TEST_F(ServerSessionTest, AReasonThatIsTooLongForTheClientIsLeftOut) {
    open({{PropertyId::MaximumPacketSize, 20, {}, {}}});
    session.end(Reason::ServerShuttingDown, "this sentence is longer than the client takes");
    EXPECT_EQ(output(), Lines{"DISCONNECT 0x8B"});
    EXPECT_EQ(reader.words, "");
}

TEST_P(ServerSessionTest, PingsAreAnswered) {
    open();
    input(Pingreq{});
    EXPECT_EQ(output(), Lines{"PINGRESP"});
    EXPECT_EQ(turns, 2) << "one for CONNECT";
}

TEST_P(ServerSessionTest, EndSaysWhyOnlyInVersion5) {
    open();
    session.end(Reason::ServerShuttingDown, "closing time");
    session.end(Reason::NotAuthorized, "a later reason");
    EXPECT_EQ(session.room(), 0U);
    publish("ignored", 1, 1);
    session.acknowledge(1, Reason::Success);
    session.resumeReading();
    expectEnd("DISCONNECT 0x8B", "closing time");
    EXPECT_EQ(reader.words, isV5() ? "closing time" : "");
    EXPECT_TRUE(events.empty());
}

TEST_P(ServerSessionTest, CallsAfterTheEndAreIgnored) {
    open();
    hangUp("closed by peer");
    EXPECT_EQ(endedWhy, "closed by peer");
    session.end(Reason::ServerShuttingDown, "late");
    session.acknowledge(1, Reason::Success);
    session.pauseReading();
    session.resumeReading();
    session.sendNow();
    session.checkKeepAlive(loop.now() + std::chrono::hours(9));
    session.abort();
    EXPECT_EQ(session.room(), 0U);
    EXPECT_EQ(session.pendingBytes(), 0U);
}

TEST_P(ServerSessionTest, TheClientsOwnEndIsSaid) {
    open();
    input(Disconnect{Reason::Success, {}});
    publish("behind it", 0, 0);
    EXPECT_TRUE(link->isClosing);
    hangUp();
    EXPECT_EQ(endedWhy, "disconnected by the client");
    EXPECT_TRUE(events.empty());
}

TEST_F(ServerSessionTest, TheClientsReasonIsSaid) {
    open();
    input(Disconnect{Reason::ImplementationSpecificError, {}});
    hangUp();
    EXPECT_EQ(endedWhy, "disconnected by the client: implementation specific error");
}

TEST_P(ServerSessionTest, MalformedInputIsTheEnd) {
    open();
    const std::vector<std::uint8_t> bytes{0xF3, 0x00};
    session.handler().received(bytes);
    EXPECT_EQ(output(), isV5() ? Lines{"DISCONNECT 0x81"} : Lines{});
    EXPECT_TRUE(link->isClosing);
    hangUp();
    EXPECT_FALSE(endedWhy.value_or("").empty());
}

TEST_P(ServerSessionTest, APacketThatIsTooLargeIsTheEndBeforeItHasCome) {
    open();
    const std::vector<std::uint8_t> head{0x30, 0xFF, 0xFF, 0x7F};
    session.handler().received(head);
    EXPECT_TRUE(link->isClosing);
    EXPECT_EQ(output(), isV5() ? Lines{"DISCONNECT 0x95"} : Lines{});
}

TEST_P(ServerSessionTest, PausingStopsWhatHasComeAlready) {
    open();
    isPausing = true;
    std::vector<std::uint8_t> burst;
    for (std::uint16_t id = 1; id <= 3; ++id) {
        append(burst, Publish{"t", std::to_string(id), id, 1, false, false, {}}, version());
    }
    session.handler().received(burst);
    EXPECT_EQ(events.size(), 1U);
    EXPECT_FALSE(link->isReading);
    session.resumeReading();
    EXPECT_EQ(events.size(), 2U) << "and is paused again";
    isPausing = false;
    session.resumeReading();
    EXPECT_EQ(events.size(), 3U);
    EXPECT_TRUE(link->isReading);
}

}  // namespace
}  // namespace runnel::mqtt::test
