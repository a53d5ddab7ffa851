// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/net/net_fixture.h"

namespace runnel::net {
namespace {

using test::BlockingClient;
using Mode = BlockingClient::Mode;
using Peer = TestServer::Peer;

class SendNowTest : public testing::TestWithParam<Mode> {
  protected:
    static ConnectionOptions options() {
        return GetParam() == Mode::Tls ? TestServer::tls() : TestServer::plain();
    }
};

TEST_P(SendNowTest, LeavesNothingForTheEndOfTheTurn) {
    TestServer server(options());
    server.onReceived = [](Peer& peer, std::span<const std::uint8_t>) {
        peer.connection->send("one ");
        peer.connection->send("two ");
        peer.connection->sendNow();
        EXPECT_EQ(peer.connection->pendingBytes(), 0U);
        peer.connection->send("three");
    };
    BlockingClient client(server.start(), GetParam());
    client.write("x");
    EXPECT_EQ(client.readExactly(13), "one two three");
}

TEST_P(SendNowTest, OneBufferServesAllConnectionsOfATurn) {
    TestServer server(options());
    server.onReceived = [&](Peer&, std::span<const std::uint8_t>) {
        for (const auto& [key, peer] : server.peers) {
            peer->connection->send(std::string(1000, 'x'));
            peer->connection->sendNow();
            EXPECT_GE(server.thread.loop().spareOutput().capacity(), 1000U);
            EXPECT_TRUE(server.thread.loop().spareOutput().empty());
        }
    };
    const std::string address = server.start();
    BlockingClient first(address, GetParam());
    BlockingClient second(address, GetParam());
    // The second one's answer shows that both are open.
    second.write("x");
    EXPECT_EQ(second.readExactly(1000).size(), 1000U);
    first.write("x");
    EXPECT_EQ(first.readExactly(1000).size(), 1000U);
}

// What blocks inside sendNow is repeated as it was, with more queued behind it; drained() still
// comes.
TEST_P(SendNowTest, StallingReaderGetsExactBytes) {
    const std::string block = pattern(20'011);
    constexpr int kBlocks = 500;
    TestServer server(options());
    int sent = 0;
    const auto fill = [&](Peer& peer) {
        while (sent < kBlocks && peer.connection->pendingBytes() < 1'000'000) {
            EXPECT_TRUE(peer.connection->send(block));
            peer.connection->sendNow();
            ++sent;
        }
    };
    server.onOpened = fill;
    server.onDrained = fill;
    BlockingClient client(server.start(), GetParam(), std::chrono::seconds(30), 4096);
    for (int i = 0; i < kBlocks; ++i) {
        ASSERT_TRUE(client.readExactly(block.size()) == block) << "block " << i;
    }
}

TEST_P(SendNowTest, DoesNothingOnceTheConnectionIsOver) {
    TestServer server(options());
    server.onReceived = [](Peer& peer, std::span<const std::uint8_t>) {
        peer.connection->send("never seen");
        peer.connection->abort();
        peer.connection->sendNow();
    };
    BlockingClient client(server.start(), GetParam());
    client.write("x");
    EXPECT_EQ(server.firstEnd().reason, CloseReason::ByUs);
}

INSTANTIATE_TEST_SUITE_P(Modes, SendNowTest, testing::Values(Mode::Plain, Mode::Tls),
                         [](const auto& mode) {
                             return mode.param == Mode::Tls ? "Tls" : "Plain";
                         });

}  // namespace
}  // namespace runnel::net
