// SPDX-License-Identifier: Apache-2.0
#include <set>

#include "subscriber_fixture.h"

namespace runnel::mqtt {
namespace {

/// Hostile, slow and late clients; the core's orders; the end.
class SubscriberLimitsTest : public SubscriberTest {};

TEST_F(SubscriberLimitsTest, ReadingRestsWhileTooManyDownlinksAreUnanswered) {
    start();
    Connect packet;
    packet.userName = "good-token";
    TestClient client(address);
    client.connect(packet);
    constexpr std::size_t kMost = SubscriberSession::kMaxUnanswered;
    std::vector<std::uint8_t> burst;
    const std::string topic = kStem + "/down";
    for (std::size_t i = 0; i < 3 * kMost; ++i) {
        append(burst, Publish{topic, "hold", 0, 0, false, false, {}}, Version::V5);
    }
    client.sendRaw({reinterpret_cast<const char*>(burst.data()), burst.size()});
    const auto session = core.session();
    ASSERT_TRUE(session->waitForReceived(kMost));
    for (int i = 0; i < 10; ++i) TestClient(address).connect("good-token", "other");  // turns
    EXPECT_EQ(session->received().size(), kMost);
    session->answerHeld();
    ASSERT_TRUE(session->waitForReceived(2 * kMost));
    session->answerHeld();
    ASSERT_TRUE(session->waitForReceived(3 * kMost));
    session->answerHeld();
    EXPECT_TRUE(client.ping());
}

TEST_F(SubscriberLimitsTest, AWindowWithAHoleAtItsFrontWaits) {
    start();
    const auto client = subscriber("#");
    const auto session = core.session();
    session->push(Lines(3000, "x"));
    for (int i = 0; i < 1024; ++i) client->next();
    for (std::uint16_t id = 2; id <= 1024; ++id) client->ack(id);
    EXPECT_TRUE(client->ping());
    EXPECT_TRUE(session->settled().empty());
    client->ack(1);
    EXPECT_EQ(client->next(), "PUBLISH 1025 qos1 " + kStem + "/up x");
    EXPECT_TRUE(session->waitForSettled("through 1024"));
    EXPECT_EQ(session->settled().size(), 1U);
}

TEST_F(SubscriberLimitsTest, DoesNotTakeMoreThanASlowReaderReads) {
    start();
    const auto client = subscriber("#", 0, {.receiveBuffer = 8192});
    const auto session = core.session();
    constexpr std::size_t kCount = 20'000;
    session->push(Lines(kCount, std::string(1000, 'x')));
    TestClient other(address);
    other.connect("good-token", "other");
    for (int i = 0; i < 50; ++i) EXPECT_TRUE(other.ping());
    EXPECT_LT(session->taken(), kCount / 2) << "20 MB would fit into no socket";
    for (std::size_t i = 0; i < kCount; ++i) ASSERT_TRUE(client->next().starts_with("PUBLISH"));
    EXPECT_TRUE(session->waitForSettled("through " + std::to_string(kCount)));
}

TEST_F(SubscriberLimitsTest, WhoDoesNotReadHisReceiptsIsShownOut) {
    start();
    const auto lazy = subscriber("+/+/receipt", 0, {.receiveBuffer = 4096});
    TestClient sender(address);
    sender.connect("good-token", "sender");
    const std::string big(60'000, 'x');
    for (std::uint16_t id = 1; id <= 200; ++id) {
        sender.publish(kStem + "/down", big, 1, id);
        ASSERT_EQ(sender.next(), "PUBACK " + std::to_string(id));
    }
    std::string line = lazy->next();
    int receipts = 0;
    for (; line.starts_with("PUBLISH"); line = lazy->next()) ++receipts;
    EXPECT_EQ(line, "DISCONNECT 0x97");
    EXPECT_LT(receipts, 150);
}

TEST_F(SubscriberLimitsTest, SoManyFiltersAreTakenAndNoMore) {
    start();
    TestClient client(address);
    client.connect("good-token");
    std::vector<std::string> texts;
    Subscribe packet{7, {}, {}};
    for (std::size_t i = 0; i < 1500; ++i) texts.push_back("+/" + text(Eui{i}) + "/up");
    for (const std::string& one : texts) packet.subscriptions.push_back({one, 1, false, false, 0});
    client.send(packet);
    std::string wanted = "SUBACK";
    for (std::size_t i = 0; i < texts.size(); ++i) {
        wanted += i < SubscriberSession::kMaxFilters ? " 0x01" : " 0x97";
    }
    EXPECT_EQ(client.next(), wanted);
    EXPECT_EQ(client.subscribe(texts.front(), 0), "SUBACK 0x00") << "is there already";
    EXPECT_EQ(core.sessions(), 1U);
}

TEST_F(SubscriberLimitsTest, HugeClientIdsAreRefused) {
    start();
    TestClient client(address);
    EXPECT_EQ(client.connect("good-token", std::string(60'000, 'x')), "CONNACK 0x85");
    EXPECT_EQ(TestClient(address).connect("good-token", std::string(256, 'x')), "CONNACK");
}

TEST_F(SubscriberLimitsTest, AFloodOfSubscriptionsThatNobodyReadsIsBounded) {
    start();
    TestClient client(address, {.receiveBuffer = 4096});
    client.connect("good-token");
    std::vector<std::uint8_t> burst;
    for (std::uint16_t i = 1; i <= 20'000; ++i) {
        append(burst, Subscribe{i, {{"#", 1, false, false, 0}}, {}}, Version::V5);
        append(burst, Unsubscribe{i, {"#"}, {}}, Version::V5);
    }
    client.sendRaw({reinterpret_cast<const char*>(burst.data()), burst.size()});
    for (int i = 0; i < 40'000; ++i) ASSERT_NE(client.next(), "end");
    EXPECT_TRUE(client.ping());
}

TEST_F(SubscriberLimitsTest, TheCoreMayCloseASession) {
    start();
    struct Row {
        CloseReason reason;
        const char* line;
    };
    const Row rows[] = {{CloseReason::Shutdown, "DISCONNECT 0x8B"},
                        {CloseReason::Revoked, "DISCONNECT 0x87"},
                        {CloseReason::Removed, "DISCONNECT 0x87"},
                        {CloseReason::Changed, "DISCONNECT 0x98"},
                        {CloseReason::TakenOver, "DISCONNECT 0x8E"},
                        {CloseReason::PluginReplaced, "DISCONNECT 0x98"},
                        {CloseReason::Overloaded, "DISCONNECT 0x89"}};
    std::size_t n = 0;
    for (const Row& row : rows) {
        const auto client = subscriber("#");
        const auto session = core.session(n++);
        session->session().close(row.reason, "for a reason");
        EXPECT_EQ(client->next(), row.line);
        EXPECT_EQ(client->words, "for a reason");
        EXPECT_EQ(client->next(), "end");
        client->wire.closeAbruptly();
        EXPECT_TRUE(session->waitForClosed());
    }
}

TEST_F(SubscriberLimitsTest, CallsOfTheCoreAfterTheEndAreIgnored) {
    start();
    std::shared_ptr<FakeSession> session;
    {
        const auto client = subscriber("#");
        session = core.session();
        client->publish(kStem + "/down", "hold");
        ASSERT_TRUE(core.session(1)->waitForReceived(1));
    }
    ASSERT_TRUE(session->waitForClosed());
    ASSERT_TRUE(core.session(1)->waitForClosed());
    session->session().ready();
    session->session().close(CloseReason::Revoked, "late");
    core.session(1)->answerHeld();
    EXPECT_EQ(TestClient(address).connect("good-token"), "CONNACK");
    protocol->stop();
    session->session().ready();
    session->session().close(CloseReason::Revoked, "later still");
}

TEST_F(SubscriberLimitsTest, ClosingAStreamLeavesTheOthers) {
    core.addToken("other-stream");
    start(2);
    const auto client = subscriber("#");
    TestClient other(address);
    other.connect("other-stream");
    protocol->close(1, CloseReason::Removed);
    EXPECT_EQ(client->next(), "DISCONNECT 0x87");
    EXPECT_TRUE(other.ping());
}

TEST_F(SubscriberLimitsTest, StopSaysGoodByeAndKeepsItsTime) {
    start(2);
    const auto client = subscriber("#");
    const auto deaf = subscriber("+/+/up", 0, {.version = Version::V5, .receiveBuffer = 4096});
    core.session(1)->push(Lines(5000, std::string(5000, 'x')));
    TestClient silent(address);
    TestClient half(address);
    half.sendRaw(std::string("\x10\x70", 2));
    EXPECT_TRUE(deaf->next().starts_with("PUBLISH"));
    const auto begin = std::chrono::steady_clock::now();
    protocol->stop();
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));
    EXPECT_EQ(client->next(), "DISCONNECT 0x8E") << "the second one has its client identifier";
    EXPECT_TRUE(core.session(0)->isClosed());
    EXPECT_TRUE(core.session(1)->isClosed());
}

TEST_F(SubscriberLimitsTest, QuiescedItAcceptsNobodyButServesWhoIsThere) {
    start();
    const auto client = subscriber("#");
    protocol->quiesce();
    EXPECT_TRUE(client->ping());
    core.session()->push({"one"});
    EXPECT_EQ(client->next(), "PUBLISH 1 qos1 " + kStem + "/up one");
    protocol->resume();
    EXPECT_EQ(TestClient(address).connect("good-token", "later"), "CONNACK");
}

TEST_F(SubscriberLimitsTest, NoTokenIsLogged) {
    start();
    TestClient(address).connect("a-wrong-token");
    TestClient malformed(address);
    malformed.connect("good-token");
    malformed.sendRaw(
        std::string("\x30\x05\0\3"
                    "a/+",
                    7));
    malformed.next();
    for (const std::string& line : core.log()) {
        EXPECT_EQ(line.find("token"), std::string::npos) << line;
    }
    EXPECT_EQ(malformed.words.find("good-token"), std::string::npos);
}

}  // namespace
}  // namespace runnel::mqtt
