// SPDX-License-Identifier: Apache-2.0
#include "net/connection.h"

#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <thread>

#include "tests/net/net_fixture.h"

namespace runnel::net {
namespace {

using test::BlockingClient;
using Mode = BlockingClient::Mode;
using Peer = TestServer::Peer;

class ConnectionTest : public testing::TestWithParam<Mode> {
  protected:
    static ConnectionOptions options() {
        return GetParam() == Mode::Tls ? TestServer::tls() : TestServer::plain();
    }
    static void echo(Peer& peer, std::span<const std::uint8_t> bytes) {
        peer.connection->send(bytes);
    }
};

TEST_P(ConnectionTest, EchoesAndKnowsItsPeer) {
    TestServer server(options());
    server.onReceived = [](Peer& peer, std::span<const std::uint8_t> bytes) {
        EXPECT_EQ(peer.connection->peer().substr(0, 10), "127.0.0.1:");
        EXPECT_EQ(peer.connection->isTls(), GetParam() == Mode::Tls);
        echo(peer, bytes);
    };
    BlockingClient client(server.start(), GetParam());
    client.write("hello");
    EXPECT_EQ(client.readExactly(5), "hello");
}

TEST_P(ConnectionTest, ManyMessagesOfOneTurnArriveInOrder) {
    TestServer server(options());
    std::string expected;
    for (int i = 0; i < 2000; ++i) expected += "message " + std::to_string(i) + "\n";
    server.onOpened = [](Peer& peer) {
        for (int i = 0; i < 2000; ++i) {
            peer.connection->send("message " + std::to_string(i) + "\n");
        }
    };
    BlockingClient client(server.start(), GetParam());
    EXPECT_EQ(client.readExactly(expected.size()), expected);
}

// The peer stalls, so writes block again and again (WANT_WRITE), while more is queued all the time:
// what must be repeated is repeated as it was, or the bytes would differ.
TEST_P(ConnectionTest, StallingReaderGetsExactBytes) {
    const std::string block = pattern(48 * 1024 - 7);
    constexpr int kBlocks = 400;
    TestServer server(options());
    int sent = 0;
    const auto fill = [&](Peer& peer) {
        while (sent < kBlocks && peer.connection->pendingBytes() < 1'000'000) {
            EXPECT_TRUE(peer.connection->send(block));
            ++sent;
        }
    };
    server.onOpened = fill;
    server.onDrained = fill;
    BlockingClient client(server.start(), GetParam(), std::chrono::seconds(30), 4096);
    std::uint32_t step = 1;
    for (int i = 0; i < kBlocks; ++i) {
        std::string got;
        while (got.size() < block.size()) {
            step = step * 7 % 65521;
            const std::string part =
                client.readExactly(std::min<std::size_t>(step, block.size() - got.size()));
            ASSERT_FALSE(part.empty());
            got += part;
            if (i < 20) std::this_thread::yield();
        }
        ASSERT_TRUE(got == block) << "block " << i;
    }
}

TEST_P(ConnectionTest, DrainedIsCalledOncePerFall) {
    TestServer server(options());
    int drained = 0;
    std::promise<void> hasDrained;
    server.onOpened = [](Peer& peer) { peer.connection->send(std::string(200'000, 'x')); };
    server.onDrained = [&](Peer& peer) {
        EXPECT_LE(peer.connection->pendingBytes(), 65536U);
        if (++drained == 1) hasDrained.set_value();
    };
    BlockingClient client(server.start(), GetParam());
    EXPECT_EQ(client.readExactly(200'000).size(), 200'000U);
    hasDrained.get_future().get();
    EXPECT_EQ(server.thread.call([&] { return drained; }), 1);
}

TEST_P(ConnectionTest, TooManyPendingBytesEndTheConnectionAndOnlyThis) {
    ConnectionOptions limited = options();
    limited.maxPendingBytes = 1'000'000;
    TestServer server(limited);
    server.onReceived = [](Peer& peer, std::span<const std::uint8_t> bytes) {
        if (bytes[0] == 'e') {
            echo(peer, bytes);
            return;
        }
        const std::string block(500'000, 'x');
        int taken = 0;
        while (taken < 200 && peer.connection->send(block)) ++taken;
        EXPECT_GE(taken, 2);
        EXPECT_LT(taken, 200);
        EXPECT_FALSE(peer.connection->send("after the end"));
    };
    const std::string address = server.start();
    BlockingClient healthy(address, GetParam());
    BlockingClient slow(address, GetParam());
    slow.write("s");
    EXPECT_EQ(server.firstEnd().reason, CloseReason::PeerTooSlow);
    healthy.write("e");
    EXPECT_EQ(healthy.readExactly(1), "e");
}

TEST_P(ConnectionTest, PausedReadingLeavesBytesWithThePeer) {
    TestServer server(options());
    std::size_t received = 0;
    std::promise<void> isPaused;
    std::promise<void> hasAll;
    constexpr std::size_t kTotal = 20'000'000;
    server.onReceived = [&](Peer& peer, std::span<const std::uint8_t> bytes) {
        if (received == 0) {
            peer.connection->pauseReading();
            isPaused.set_value();
        }
        received += bytes.size();
        if (received == kTotal) hasAll.set_value();
    };
    BlockingClient client(server.start(), GetParam());
    std::thread writer([&] { client.write(std::string(kTotal, 'x')); });
    isPaused.get_future().get();
    for (int turn = 0; turn < 20; ++turn) {
        EXPECT_LT(server.thread.call([&] { return received; }), 1'000'000U);
    }
    server.thread.call([&] { server.peers.begin()->second->connection->resumeReading(); });
    hasAll.get_future().get();
    writer.join();
}

TEST_P(ConnectionTest, CloseDeliversEverythingAndEndsCleanly) {
    TestServer server(options());
    const std::string last = pattern(3'000'000);
    server.onReceived = [&](Peer& peer, std::span<const std::uint8_t>) {
        if (!peer.connection->isOpen()) return;
        EXPECT_TRUE(peer.connection->send(last));
        peer.connection->close();
        EXPECT_FALSE(peer.connection->send("too late"));
    };
    BlockingClient client(server.start(), GetParam());
    client.write("bye?");
    EXPECT_TRUE(client.readAll() == last);
    EXPECT_TRUE(client.hasEndedCleanly());
    client.closeAbruptly();
    EXPECT_EQ(server.firstEnd().reason, CloseReason::ByUs);
}

TEST_P(ConnectionTest, PeerThatNeverClosesIsCutAfterTheDeadline) {
    ConnectionOptions quick = options();
    quick.closeDeadline = std::chrono::milliseconds(30);
    TestServer server(quick);
    server.onOpened = [](Peer& peer) {
        peer.connection->send("last words");
        peer.connection->close();
    };
    BlockingClient client(server.start(), GetParam());
    const Ended end = server.firstEnd();
    EXPECT_EQ(end.reason, CloseReason::ByUs);
    EXPECT_EQ(end.detail, "the peer did not close in time");
    EXPECT_EQ(client.readAll(), "last words");
}

TEST_P(ConnectionTest, PeerThatNeverReadsIsCutAfterTheDeadline) {
    ConnectionOptions quick = options();
    quick.closeDeadline = std::chrono::milliseconds(30);
    quick.maxPendingBytes = 50U << 20U;
    TestServer server(quick);
    server.onOpened = [](Peer& peer) {
        peer.connection->send(std::string(40U << 20U, 'x'));
        peer.connection->close();
    };
    BlockingClient client(server.start(), GetParam(), std::chrono::seconds(10), 4096);
    EXPECT_EQ(server.firstEnd().detail, "the peer did not close in time");
}

TEST_P(ConnectionTest, AbortReportsAtTheEndOfTheTurn) {
    TestServer server(options());
    bool isInsideCall = false;
    std::promise<bool> reported;
    server.onReceived = [&](Peer& peer, std::span<const std::uint8_t>) {
        isInsideCall = true;
        peer.connection->abort();
        EXPECT_FALSE(peer.connection->send("x"));
        peer.connection->close();
        isInsideCall = false;
    };
    BlockingClient client(server.start(), GetParam());
    client.write("x");
    EXPECT_EQ(server.firstEnd().reason, CloseReason::ByUs);
    EXPECT_FALSE(isInsideCall);
    EXPECT_EQ(client.readAll(), "");
}

TEST_P(ConnectionTest, MayBeDroppedInsideItsOwnCallbacks) {
    TestServer server(options());
    server.onReceived = [&](Peer& peer, std::span<const std::uint8_t> bytes) {
        peer.connection->send(bytes);
        server.peers.erase(&peer);
    };
    const std::string address = server.start();
    for (int i = 0; i < 20; ++i) {
        BlockingClient client(address, GetParam());
        client.write("x");
        EXPECT_EQ(client.readAll(), "");
    }
    EXPECT_EQ(server.thread.call([&] { return server.admission->connections(); }), 0U);
}

TEST_P(ConnectionTest, HandlerCanBeSwitchedInTheMiddle) {
    struct Second final : ConnectionHandler {
        std::string input;
        std::promise<std::string> done;
        void received(std::span<const std::uint8_t> bytes) override {
            input += asText(bytes);
            if (input == "second") done.set_value(input);
        }
        void closed(CloseReason, std::string_view) override {}
    } second;
    TestServer server(options());
    server.onReceived = [&](Peer& peer, std::span<const std::uint8_t> bytes) {
        EXPECT_EQ(asText(bytes), "first");
        peer.connection->setHandler(second);
        peer.connection->send("switched");
    };
    BlockingClient client(server.start(), GetParam());
    client.write("first");
    EXPECT_EQ(client.readExactly(8), "switched");
    client.write("second");
    EXPECT_EQ(second.done.get_future().get(), "second");
    server.thread.call([&] { server.peers.clear(); });
}

TEST_P(ConnectionTest, OneFloodingPeerDoesNotStarveAnother) {
    TestServer server(options());
    server.onReceived = [](Peer& peer, std::span<const std::uint8_t> bytes) {
        if (bytes[0] == 'e') echo(peer, bytes);
    };
    const std::string address = server.start();
    BlockingClient flooder(address, GetParam());
    BlockingClient quiet(address, GetParam());
    std::atomic<bool> isDone = false;
    std::thread flood([&] {
        const std::string block(1U << 20U, 'x');
        while (!isDone && flooder.write(block)) {
        }
    });
    for (int i = 0; i < 50; ++i) {
        quiet.write("e");
        EXPECT_EQ(quiet.readExactly(1), "e");
    }
    isDone = true;
    flood.join();
}

INSTANTIATE_TEST_SUITE_P(PlainAndTls, ConnectionTest, testing::Values(Mode::Plain, Mode::Tls),
                         [](const auto& parameter) {
                             return parameter.param == Mode::Tls ? "Tls" : "Plain";
                         });

}  // namespace
}  // namespace runnel::net
