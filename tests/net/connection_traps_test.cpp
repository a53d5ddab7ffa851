// SPDX-License-Identifier: Apache-2.0
// Each test is a way in which non-blocking TLS connections have been seen to go wrong.
#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include "tests/net/net_fixture.h"
#include "tests/support/cpu_time.h"

namespace runnel::net {
namespace {

using test::BlockingClient;
using Mode = BlockingClient::Mode;
using Peer = TestServer::Peer;

void echo(Peer& peer, std::span<const std::uint8_t> bytes) {
    peer.connection->send(bytes);
}

/// CPU time of the loop's thread while it has nothing to do for some turns of wall-clock time.
std::chrono::nanoseconds cpuTimeOf(test::LoopThread& thread) {
    return thread.call([] { return test::cpuTime(); });
}

void waitForTimer(test::LoopThread& thread, std::chrono::milliseconds delay) {
    std::promise<void> done;
    thread.loop().post([&] { thread.loop().after(delay, [&] { done.set_value(); }); });
    done.get_future().get();
}

TEST(ConnectionTrapsTest, ForeignOpenSslErrorDoesNotHarmAnIdleConnection) {
    TestServer server(TestServer::tls());
    server.onReceived = echo;
    BlockingClient client(server.start(), Mode::Tls);
    server.thread.call([] {
        BIO* bio =
            BIO_new_mem_buf("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", -1);
        EXPECT_EQ(PEM_read_bio_X509(bio, nullptr, nullptr, nullptr), nullptr);
        BIO_free(bio);
        EXPECT_NE(ERR_peek_error(), 0U);
        errno = EINTR;
    });
    client.write("still here?");
    EXPECT_EQ(client.readExactly(11), "still here?");
}

TEST(ConnectionTrapsTest, PausedConnectionWhosePeerResetsDoesNotSpin) {
    for (const auto mode : {Mode::Plain, Mode::Tls}) {
        TestServer server(mode == Mode::Tls ? TestServer::tls() : TestServer::plain());
        server.onOpened = [](Peer& peer) { peer.connection->pauseReading(); };
        BlockingClient client(server.start(), mode);
        client.write("never read");
        client.reset();
        EXPECT_EQ(server.firstEnd().reason, CloseReason::ByPeer);
    }
}

TEST(ConnectionTrapsTest, PausedConnectionWithUnreadBytesAndFinDoesNotSpin) {
    TestServer server(TestServer::plain());
    std::promise<void> opened;
    server.onOpened = [&](Peer& peer) {
        peer.connection->pauseReading();
        opened.set_value();
    };
    BlockingClient client(server.start(), Mode::Plain);
    client.write("unread");
    client.finishWriting();
    opened.get_future().get();
    const auto before = cpuTimeOf(server.thread);
    waitForTimer(server.thread, std::chrono::milliseconds(50));
    EXPECT_LT(cpuTimeOf(server.thread) - before, std::chrono::milliseconds(20));
    server.thread.call([&] { server.peers.begin()->second->connection->resumeReading(); });
    EXPECT_EQ(server.firstEnd().reason, CloseReason::ByPeer);
}

TEST(ConnectionTrapsTest, AllWaysOfLeavingAreNormalEnds) {
    struct Case {
        const char* name;
        Mode mode;
        void (*leave)(BlockingClient&);
    };
    const Case cases[] = {
        {"close_notify", Mode::Tls, [](BlockingClient& client) { client.finishWriting(); }},
        {"FIN without close_notify", Mode::Tls,
         [](BlockingClient& client) { client.closeAbruptly(); }},
        {"RST under TLS", Mode::Tls, [](BlockingClient& client) { client.reset(); }},
        {"FIN", Mode::Plain, [](BlockingClient& client) { client.finishWriting(); }},
        {"RST", Mode::Plain, [](BlockingClient& client) { client.reset(); }},
    };
    for (const Case& way : cases) {
        TestServer server(way.mode == Mode::Tls ? TestServer::tls() : TestServer::plain());
        server.onReceived = echo;
        BlockingClient client(server.start(), way.mode);
        client.write("x");
        EXPECT_EQ(client.readExactly(1), "x");
        way.leave(client);
        const Ended end = server.firstEnd();
        EXPECT_EQ(end.reason, CloseReason::ByPeer) << way.name << " " << end.detail;
        EXPECT_EQ(server.thread.call([] { return ERR_peek_error(); }), 0U) << way.name;
    }
}

TEST(ConnectionTrapsTest, CloseNotifyIsAnswered) {
    TestServer server(TestServer::tls());
    server.onReceived = echo;
    BlockingClient client(server.start(), Mode::Tls);
    client.write("x");
    EXPECT_EQ(client.readExactly(1), "x");
    client.finishWriting();
    EXPECT_EQ(client.readAll(), "");
    EXPECT_TRUE(client.hasEndedCleanly());
}

// Closing a socket with unread input sends RST, and the peer loses what it has not read yet.
TEST(ConnectionTrapsTest, PeerGetsLastBytesAlthoughItIsStillSending) {
    for (const auto mode : {Mode::Plain, Mode::Tls}) {
        TestServer server(mode == Mode::Tls ? TestServer::tls() : TestServer::plain());
        const std::string last = pattern(500'000);
        server.onReceived = [&](Peer& peer, std::span<const std::uint8_t>) {
            if (!peer.connection->isOpen()) return;
            peer.connection->send(last);
            peer.connection->close();
        };
        BlockingClient client(server.start(), mode);
        for (int i = 0; i < 200; ++i) client.write(std::string(1000, 'x'));
        EXPECT_TRUE(client.readExactly(last.size()) == last);
        EXPECT_FALSE(client.wasReset());
    }
}

TEST(ConnectionTrapsTest, RecordLargerThanWhatIsReadLeavesNothingHidden) {
    TestServer server(TestServer::tls());
    server.onReceived = [](Peer& peer, std::span<const std::uint8_t> bytes) {
        peer.input += asText(bytes);
        if (peer.input.size() == 16384) peer.connection->send("all");
    };
    BlockingClient client(server.start(), Mode::Tls);
    client.write(std::string(16384, 'x'));
    EXPECT_EQ(client.readExactly(3), "all");
}

TEST(ConnectionTrapsTest, KeyUpdateInTheMiddleIsHarmless) {
    TestServer server(TestServer::tls());
    server.onReceived = echo;
    BlockingClient client(server.start(), Mode::Tls);
    for (int i = 0; i < 3; ++i) {
        ASSERT_EQ(SSL_key_update(client.ssl(), SSL_KEY_UPDATE_REQUESTED), 1);
        client.write("x");
        EXPECT_EQ(client.readExactly(1), "x");
    }
}

TEST(ConnectionTrapsTest, SessionTicketsAreIssuedAndResumed) {
    TestServer server(TestServer::tls());
    server.onReceived = echo;
    const std::string address = server.start();
    BlockingClient first(address, Mode::Tls);
    first.write("x");
    EXPECT_EQ(first.readExactly(1), "x");
    SSL_SESSION* session = SSL_get1_session(first.ssl());
    EXPECT_EQ(SSL_SESSION_is_resumable(session), 1);
    SSL_SESSION_free(session);
}

TEST(ConnectionTrapsTest, GarbageInsteadOfTlsHarmsNobodyElse) {
    TestServer server(TestServer::tls());
    server.onReceived = echo;
    const std::string address = server.start();
    BlockingClient good(address, Mode::Tls);
    for (const std::string& garbage :
         {std::string("GET / HTTP/1.1\r\n\r\n"), pattern(5000), std::string(3, '\x16'),
          std::string("\x16\x03\x01\x40\x00", 5) + std::string(20000, '\xFF')}) {
        BlockingClient bad(address, Mode::Plain);
        bad.write(garbage);
        bad.finishWriting();
        bad.readAll();
    }
    good.write("x");
    EXPECT_EQ(good.readExactly(1), "x");
    EXPECT_EQ(server.thread.call([] { return ERR_peek_error(); }), 0U);
    const auto ends = server.thread.call([&] { return server.ends; });
    EXPECT_EQ(ends.count(CloseReason::Failed), 0U);
}

TEST(ConnectionTrapsTest, PlainHttpOnATlsPortIsNamed) {
    TestServer server(TestServer::tls());
    BlockingClient bad(server.start(), Mode::Plain);
    bad.write("GET / HTTP/1.1\r\n\r\n");
    const Ended end = server.firstEnd();
    EXPECT_EQ(end.reason, CloseReason::HandshakeFailed);
    EXPECT_EQ(end.detail, "the client speaks plain HTTP, not TLS");
}

TEST(ConnectionTrapsTest, ResetDuringTheHandshakeIsCountedDown) {
    TestServer server(TestServer::tls());
    server.onReceived = echo;
    const std::string address = server.start();
    for (int i = 0; i < 50; ++i) {
        BlockingClient bad(address, Mode::Plain);
        if (i % 2 == 0) bad.write(std::string("\x16\x03\x01\x02\x00\x01", 6));
        bad.reset();
    }
    BlockingClient good(address, Mode::Tls);
    good.write("x");
    EXPECT_EQ(good.readExactly(1), "x");
    while (server.admission->connections() != 1) std::this_thread::yield();
    EXPECT_EQ(server.admission->pendingHandshakes(), 0U);
}

TEST(ConnectionTrapsTest, HandshakeHasADeadline) {
    ConnectionOptions quick = TestServer::tls();
    quick.handshakeDeadline = std::chrono::milliseconds(30);
    TestServer server(quick);
    BlockingClient silent(server.start(), Mode::Plain);
    EXPECT_EQ(server.firstEnd().reason, CloseReason::TimedOut);
    EXPECT_EQ(silent.readAll(), "");
}

TEST(ConnectionTrapsTest, OldTlsVersionsAreRefused) {
    TestServer server(TestServer::tls());
    const std::string address = server.start();
    BlockingClient raw(address, Mode::Plain);
    SSL_CTX* context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_security_level(context, 0);
    SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context, TLS1_1_VERSION);
    SSL* ssl = SSL_new(context);
    SSL_set_fd(ssl, raw.fd());
    EXPECT_NE(SSL_connect(ssl), 1);
    SSL_free(ssl);
    SSL_CTX_free(context);
    EXPECT_EQ(server.firstEnd().reason, CloseReason::HandshakeFailed);
}

// OpenSSL writes with write(), so a peer that has gone would raise SIGPIPE.
TEST(ConnectionTrapsTest, WritingToAPeerThatHasGoneRaisesNoSignal) {
    ::signal(SIGPIPE, SIG_DFL);
    TestServer server(TestServer::tls());
    std::promise<Peer*> opened;
    server.onOpened = [&](Peer& peer) {
        peer.connection->pauseReading();
        opened.set_value(&peer);
    };
    const std::string address = server.start();
    BlockingClient client(address, Mode::Tls);
    ::signal(SIGPIPE, SIG_DFL);
    Peer* peer = opened.get_future().get();
    ::shutdown(client.fd(), SHUT_RDWR);
    client.closeAbruptly();
    for (int i = 0; i < 20; ++i) {
        server.thread.call([&] {
            if (server.peers.count(peer) != 0) peer->connection->send(std::string(20'000, 'x'));
        });
    }
    EXPECT_EQ(server.firstEnd().reason, CloseReason::ByPeer);
}

TEST(ConnectionTrapsTest, FiveHundredComeAndGoWhileTrafficFlows) {
    TestServer server(TestServer::tls());
    server.onReceived = echo;
    const std::string address = server.start();
    std::atomic<int> echoed = 0;
    std::atomic<bool> isDone = false;
    std::atomic<bool> isBroken = false;
    std::thread traffic([&] {
        BlockingClient client(address, Mode::Tls);
        while (!isDone) {
            const std::string block = pattern(1000 + static_cast<std::size_t>(echoed) % 30000);
            isBroken = !client.write(block) || client.readExactly(block.size()) != block;
            if (isBroken) break;
            ++echoed;
        }
    });
    for (int i = 0; i < 500; ++i) {
        const Mode mode = i % 5 == 4 ? Mode::Plain : Mode::Tls;
        BlockingClient client(address, mode);
        if (i % 2 == 0) client.write(pattern(static_cast<std::size_t>(i) * 3 + 1));
        if (i % 3 == 0) client.reset();
    }
    while (echoed <= 10 && !isBroken) std::this_thread::yield();
    isDone = true;
    traffic.join();
    EXPECT_FALSE(isBroken) << "after " << echoed << " blocks";
    // All of them: the last one may not have been accepted when the others have left.
    while (server.thread.call([&] { return server.endedInAll(); }) != 501) {
        std::this_thread::yield();
    }
    EXPECT_TRUE(server.thread.call([&] { return server.peers.empty(); }));
    EXPECT_EQ(server.admission->connections(), 0U);
    EXPECT_EQ(server.admission->pendingHandshakes(), 0U);
}

}  // namespace
}  // namespace runnel::net
