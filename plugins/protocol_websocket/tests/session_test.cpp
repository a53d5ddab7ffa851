// SPDX-License-Identifier: Apache-2.0
#include "protocol_fixture.h"
#include "websocket_session.h"

#include <sys/resource.h>

#include <vector>

namespace runnel::websocket {
namespace {

using Lines = std::vector<std::string>;

class SessionTest : public ProtocolTest {};

TEST_F(SessionTest, DeliversInOrderAndSettlesByPong) {
    broker.setBacklog({"one", "two"});
    start();
    TestClient client(address, "/?token=good-token");
    ASSERT_TRUE(client.isUpgraded());
    EXPECT_EQ(client.read().payload, "one");
    EXPECT_EQ(client.read().payload, "two");
    const auto session = broker.session();
    session->push({"three"});
    const TestClient::Frame frame = client.read();
    EXPECT_EQ(frame.opcode, 1U);
    EXPECT_EQ(frame.payload, "three");
    EXPECT_EQ(session->settled(), 0U);
    const TestClient::Frame ping = client.readPing();  // a second later
    EXPECT_EQ(ping.payload.size(), 16U);
    EXPECT_EQ(session->settled(), 0U);
    client.send(10, "unsolicited");
    client.send(10, ping.payload);
    EXPECT_TRUE(session->waitForSettled(3));
}

TEST_F(SessionTest, SendsBinaryFramesForABinaryFormat) {
    addStream("binary", "pong", false);
    broker.setBacklog({std::string("\0\xFF", 2)});
    start();
    TestClient client(address, "/?token=binary");
    const TestClient::Frame frame = client.read();
    EXPECT_EQ(frame.opcode, 2U);
    EXPECT_EQ(frame.payload, std::string("\0\xFF", 2));
    client.send(2, "in");
    EXPECT_EQ(client.readAnswering().opcode, 2U);
}

TEST_F(SessionTest, HandsOverWhatItReceivesAndAnswersInOrder) {
    start();
    TestClient client(address, "/?token=good-token");
    Lines sent;
    std::string burst;
    for (int i = 0; i < 3000; ++i) {
        sent.push_back("document " + std::to_string(i));
        burst += test::clientFrame(i % 2 == 0 ? 1 : 2, sent.back());
    }
    client.wire.write(burst);
    for (const std::string& document : sent) {
        ASSERT_EQ(client.readAnswering().payload, "receipt of " + document);
    }
    EXPECT_EQ(broker.session()->received(), sent);
}

TEST_F(SessionTest, GoesOnReadingAfterManyAnswersWithoutReceipt) {
    start();
    TestClient client(address, "/?token=good-token");
    std::string burst;
    for (std::size_t i = 0; i < 3 * WebSocketSession::kMaxUnanswered; ++i) {
        burst += test::clientFrame(1, "no receipt");
    }
    client.wire.write(burst);
    client.send(1, "last");
    EXPECT_EQ(client.readAnswering().payload, "receipt of last");
}

TEST_F(SessionTest, AnswersAPingAtOnce) {
    start();
    TestClient client(address, "/?token=good-token");
    client.send(9, "are you there");
    const TestClient::Frame frame = client.read();
    EXPECT_EQ(frame.opcode, 10U);
    EXPECT_EQ(frame.payload, "are you there");
}

TEST_F(SessionTest, StopsAtItsWindowAndOpensItWithPongs) {
    start();
    TestClient client(address, "/?token=good-token");
    const auto session = broker.session();
    session->push(20'000, 50);
    std::vector<std::string> pings;
    std::size_t frames = 0;
    while (frames < 256) {
        const TestClient::Frame frame = client.read();
        ASSERT_NE(frame.opcode, 0U);
        frame.opcode == 9 ? pings.push_back(frame.payload) : void(++frames);
    }
    EXPECT_EQ(session->taken(), 256U);
    ASSERT_GE(pings.size(), 3U);
    client.send(10, pings[2]);  // skips two
    EXPECT_TRUE(session->waitForSettled(192));
    std::size_t mostOpen = 0;
    while (frames < 20'000) {
        const TestClient::Frame frame = client.readAnswering();
        ASSERT_EQ(frame.opcode, 1U);
        ++frames;
        mostOpen = std::max<std::size_t>(mostOpen, session->taken() - session->settled());
    }
    EXPECT_LE(mostOpen, 4096U);
    EXPECT_GT(mostOpen, 512U) << "the window has grown";
    EXPECT_EQ(client.readPing().opcode, 9U);
    EXPECT_EQ(session->taken(), 20'000U);
}

TEST_F(SessionTest, DoesNotTakeMoreThanASlowReaderReads) {
    addStream("none", "none");
    start();
    TestClient client(address, "/?token=none", "", 8192);
    const auto session = broker.session();
    constexpr std::size_t kCount = 20'000;
    session->push(kCount, 1000);
    // The kernel takes some megabytes at most; what it refused the session does not go on taking.
    TestClient bystander(address, "/?token=good-token");
    bystander.send(1, "x");
    bystander.read();
    const std::uint64_t taken = session->taken();
    EXPECT_LT(taken, kCount / 2);
    EXPECT_LT(session->settled(), taken);
    for (std::size_t i = 0; i < kCount; ++i) ASSERT_EQ(client.read().payload.size(), 1000U);
    EXPECT_TRUE(session->waitForSettled(kCount));
}

TEST_F(SessionTest, SettlesNothingItselfWhenTheClientAcknowledges) {
    addStream("client", "client");
    start();
    TestClient client(address, "/?token=client");
    const auto session = broker.session();
    session->push(10'000, 20);
    for (int i = 0; i < 10'000; ++i) ASSERT_EQ(client.read().opcode, 1U) << "no window, no PINGs";
    client.send(1, "{\"Ack\":10000}");
    ASSERT_EQ(client.read().opcode, 1U);
    EXPECT_EQ(session->settled(), 0U);
    EXPECT_EQ(session->received(), Lines{"{\"Ack\":10000}"});
}

TEST_F(SessionTest, SettlesWhatItWroteWhenNothingIsToBeAcknowledged) {
    addStream("none", "none");
    broker.setBacklog({"a", "b"});
    start();
    TestClient client(address, "/?token=none");
    EXPECT_TRUE(broker.session()->waitForSettled(2));
    EXPECT_EQ(client.read().payload, "a");
}

TEST_F(SessionTest, AsksForTheLastPongBeforeItCloses) {
    start();
    TestClient client(address, "/?token=good-token");
    const auto session = broker.session();
    session->push(10, 20);
    for (int i = 0; i < 10; ++i) ASSERT_EQ(client.read().opcode, 1U);
    session->session().close(CloseReason::Shutdown, "");
    const TestClient::Frame ping = client.read();
    ASSERT_EQ(ping.opcode, 9U);
    client.send(10, ping.payload);
    EXPECT_TRUE(session->waitForSettled(10));
    EXPECT_EQ(client.readClose().closeCode(), 1001);
}

TEST_F(SessionTest, SaysWhyItCloses) {
    start();
    const std::vector<std::pair<CloseReason, int>> codes{
        {CloseReason::Shutdown, 1001},  {CloseReason::Revoked, 1008},
        {CloseReason::Removed, 1008},   {CloseReason::Changed, 1012},
        {CloseReason::TakenOver, 1008}, {CloseReason::PluginReplaced, 1012},
        {CloseReason::Overloaded, 1013}};
    for (std::size_t i = 0; i < codes.size(); ++i) {
        TestClient client(address, "/?token=good-token");
        const auto session = broker.session(i);
        session->session().close(codes[i].first, i % 2 == 0 ? "" : "the core's words");
        const TestClient::Frame frame = client.readClose();
        EXPECT_EQ(frame.closeCode(), codes[i].second);
        EXPECT_GT(frame.payload.size(), 10U);
        if (i % 2 != 0) {
            EXPECT_EQ(frame.payload.substr(2), "the core's words");
        }
        client.send(8, frame.payload);
        EXPECT_EQ(client.wire.readAll(), "");
        EXPECT_TRUE(session->waitForClosed());
    }
}

TEST_F(SessionTest, EndsWithoutTheClientsCloseFrame) {
    start();
    TestClient client(address, "/?token=good-token");
    broker.session()->session().close(CloseReason::Revoked, "");
    EXPECT_EQ(client.readClose().closeCode(), 1008);
    EXPECT_TRUE(broker.session()->waitForClosed());
    EXPECT_EQ(client.wire.readAll(), "");
}

TEST_F(SessionTest, AnswersTheClientsCloseFrame) {
    start();
    TestClient client(address, "/?token=good-token");
    client.wire.write(test::clientClose(1000, "bye"));
    const TestClient::Frame frame = client.read();
    EXPECT_EQ(frame.opcode, 8U);
    EXPECT_EQ(frame.closeCode(), 1000);
    EXPECT_TRUE(broker.session()->waitForClosed());
    EXPECT_EQ(broker.session()->closedText(), "closed by the client with code 1000");
}

TEST_F(SessionTest, ClosesTheSessionsOfARemovedStream) {
    broker.addToken("other");
    start();
    TestClient first(address, "/?token=good-token");
    TestClient second(address, "/?token=good-token");
    TestClient other(address, "/?token=other");
    protocol->close(1, CloseReason::Removed);
    EXPECT_EQ(first.readClose().closeCode(), 1008);
    EXPECT_EQ(second.readClose().closeCode(), 1008);
    other.send(1, "x");
    EXPECT_EQ(other.read().payload, "receipt of x");
}

struct Offence {
    std::string bytes;
    int code;
};

TEST_F(SessionTest, EndsOnlyTheConnectionThatBreaksTheProtocol) {
    start();
    TestClient healthy(address, "/?token=good-token");
    const std::vector<Offence> offences{
        {test::clientFrame(1, "unmasked", {.isMasked = false}), 1002},
        {test::clientFrame(0x70 | 1, "reserved"), 1002},
        {test::clientFrame(1, "\xFF"), 1007},
        {test::clientFrame(1, std::string(70'000, 'x')), 1009},
        {std::string(300, '\x5A'), 1002}};
    for (std::size_t i = 0; i < offences.size(); ++i) {
        TestClient client(address, "/?token=good-token");
        client.wire.write(offences[i].bytes);
        const TestClient::Frame frame = client.readClose();
        EXPECT_EQ(frame.closeCode(), offences[i].code);
        if (offences[i].code == 1009) {
            EXPECT_EQ(frame.payload.substr(2), "message longer than 65536 bytes");
        }
        EXPECT_TRUE(broker.session(i + 1)->waitForClosed());
    }
    healthy.send(1, std::string(65536, 'y'));
    EXPECT_EQ(healthy.read().payload, "receipt of " + std::string(100, 'y'));
}

TEST_F(SessionTest, TellsTheCoreWhenAClientVanishes) {
    start();
    {
        TestClient client(address, "/?token=good-token");
        client.wire.reset();
    }
    EXPECT_TRUE(broker.session()->waitForClosed());
}

TEST_F(SessionTest, PingsAndThenClosesASilentClient) {
    Settings settings;
    settings.idleTimeout = std::chrono::seconds(1);
    start(settings);
    TestClient silent(address, "/?token=good-token");
    TestClient alive(address, "/?token=good-token");
    EXPECT_EQ(alive.readPing().opcode, 9U);
    alive.send(10, "any frame is a sign of life");
    EXPECT_EQ(silent.readPing().opcode, 9U);
    const TestClient::Frame frame = silent.readClose();
    EXPECT_EQ(frame.closeCode(), 1001);
    EXPECT_TRUE(broker.session(0)->waitForClosed());
    EXPECT_EQ(broker.session(1)->closedText(), "still open");
}

TEST_F(SessionTest, ClosesEverythingWhenItStops) {
    Settings settings;
    settings.threads = 3;
    start(settings);
    std::vector<std::unique_ptr<TestClient>> clients;
    for (int i = 0; i < 20; ++i) {
        clients.push_back(std::make_unique<TestClient>(address, "/?token=good-token"));
        ASSERT_TRUE(clients.back()->isUpgraded());
    }
    const auto before = std::chrono::steady_clock::now();
    protocol->stop();  // none of the clients answers the close frame
    EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(20));
    for (std::size_t i = 0; i < clients.size(); ++i) {
        EXPECT_EQ(clients[i]->readClose().closeCode(), 1001);
        EXPECT_NE(broker.session(i)->closedText(), "still open");
    }
    for (std::size_t i = 0; i < clients.size(); ++i) broker.session(i)->push({"ignored"});
}

TEST_F(SessionTest, ServesTwoThousandSessions) {
    constexpr std::size_t kSessions = 2000;
    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);
    if (files.rlim_cur < 2 * kSessions + 100) GTEST_SKIP() << "not enough open files allowed";
    Settings settings;
    settings.threads = 2;
    start(settings);
    std::vector<std::unique_ptr<TestClient>> clients;
    for (std::size_t i = 0; i < kSessions; ++i) {
        clients.push_back(std::make_unique<TestClient>(address, "/?token=good-token"));
        ASSERT_TRUE(clients.back()->isUpgraded()) << i;
    }
    for (std::size_t i = 0; i < kSessions; ++i) broker.session(i)->push({"to all"});
    for (const auto& client : clients) ASSERT_EQ(client->readAnswering().payload, "to all");
    for (std::size_t i = 0; i < kSessions; ++i) {
        const TestClient::Frame ping = clients[i]->readPing();
        ASSERT_EQ(ping.opcode, 9U);
        clients[i]->send(10, ping.payload);
    }
    for (std::size_t i = 0; i < kSessions; ++i) ASSERT_TRUE(broker.session(i)->waitForSettled(1));
}

}  // namespace
}  // namespace runnel::websocket
