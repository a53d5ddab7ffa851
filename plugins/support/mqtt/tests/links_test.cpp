// SPDX-License-Identifier: Apache-2.0
// What every kind of link does: a server's end and a client's end over loopback.
#include "mqtt/links.h"

#include <gtest/gtest.h>

#include <string>

#include "links_fixture.h"

namespace runnel::mqtt {
namespace {

using test::Ends;
using test::Kind;

constexpr Kind kTcp{"Tcp", "mqtt", false, false};
constexpr Kind kTls{"Tls", "mqtts", true, false};
constexpr Kind kWebSocket{"WebSocket", "ws", false, true};
constexpr Kind kWebSocketTls{"WebSocketTls", "wss", true, true};

/// Bytes without a period that equals a buffer's size.
std::string pattern(std::size_t size) {
    std::string bytes(size, '\0');
    std::uint32_t state = 1;
    for (char& byte : bytes) {
        state = state * 1664525U + 1013904223U;
        byte = static_cast<char>(state >> 24U);
    }
    return bytes;
}

class LinksTest : public testing::TestWithParam<Kind> {
  protected:
    std::string byPeer() const {
        return GetParam().isWebSocket ? "closed by peer: WebSocket code 1000" : "closed by peer";
    }
    Ends ends_{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(All, LinksTest, testing::Values(kTcp, kTls, kWebSocket, kWebSocketTls),
                         [](const auto& kind) { return kind.param.name; });

TEST_P(LinksTest, CarriesBytesBothWays) {
    ends_.connectBoth();
    EXPECT_EQ(ends_.server.isOpened, !GetParam().isWebSocket)
        << "a WebSocket is open from the start";
    EXPECT_TRUE(ends_.client.link->isOpen() && ends_.server.link->isOpen());
    ends_.client.send("hello");
    ends_.client.send("");
    EXPECT_GE(ends_.client.link->pendingBytes(), 5U);
    ends_.server.send("world");
    ends_.server.link->sendNow();
    EXPECT_EQ(ends_.server.link->pendingBytes(), 0U);
    EXPECT_TRUE(ends_.until(
        [&] { return ends_.client.input == "world" && ends_.server.input == "hello"; }));
}

TEST_P(LinksTest, CarriesAMebibyteBothWays) {
    const std::string bytes = pattern(std::size_t{1} << 20U);
    ends_.connectBoth();
    ends_.client.send(bytes);
    for (std::size_t at = 0; at < bytes.size(); at += 1000) {
        ends_.server.send(std::string_view(bytes).substr(at, 1000));
    }
    EXPECT_TRUE(ends_.until([&] {
        return ends_.client.input.size() >= bytes.size() &&
               ends_.server.input.size() >= bytes.size();
    }));
    EXPECT_TRUE(ends_.client.input == bytes && ends_.server.input == bytes);
    EXPECT_TRUE(ends_.client.isDrained) << "1 MiB at once is more than the socket takes at once";
    EXPECT_EQ(ends_.pool.borrowed(), 0U);
}

TEST_P(LinksTest, WaitsWhileReadingIsPaused) {
    ends_.connectBoth();
    ends_.server.link->pauseReading();
    ends_.client.send("later");
    ends_.turn();
    EXPECT_EQ(ends_.server.input, "");
    ends_.server.link->resumeReading();
    EXPECT_TRUE(ends_.until([&] { return ends_.server.input == "later"; }));
}

TEST_P(LinksTest, ClientsCloseDeliversTheLastBytes) {
    ends_.connectBoth();
    ends_.client.send("last");
    ends_.client.link->close();
    ends_.client.send("too late");
    EXPECT_FALSE(ends_.client.link->isOpen());
    EXPECT_TRUE(ends_.until([&] { return ends_.client.why && ends_.server.why; }));
    EXPECT_EQ(ends_.server.input, "last");
    EXPECT_EQ(*ends_.server.why, byPeer());
    EXPECT_EQ(*ends_.client.why, "closed by us");
}

TEST_P(LinksTest, ServersCloseDeliversTheLastBytes) {
    ends_.connectBoth();
    ends_.client.send("ignored by a closing server");
    ends_.server.send("last");
    ends_.server.link->close();
    ends_.server.link->close();
    EXPECT_TRUE(ends_.until([&] { return ends_.client.why && ends_.server.why; }));
    EXPECT_EQ(ends_.client.input, "last");
    EXPECT_EQ(ends_.server.input, "");
    EXPECT_EQ(*ends_.client.why, byPeer());
    EXPECT_EQ(*ends_.server.why, "closed by us");
}

TEST_P(LinksTest, AbortEndsBothAtOnce) {
    ends_.connectBoth();
    ends_.client.link->abort();
    EXPECT_FALSE(ends_.client.why) << "closed() came from within abort()";
    EXPECT_TRUE(ends_.until([&] { return ends_.client.why && ends_.server.why; }));
    EXPECT_EQ(*ends_.client.why, "closed by us");
    EXPECT_EQ(*ends_.server.why, "closed by peer");
}

TEST_P(LinksTest, MayBeDroppedInsideReceived) {
    for (const bool isServer : {true, false}) {
        Ends ends{GetParam()};
        ends.connectBoth();
        test::End& dropped = isServer ? ends.server : ends.client;
        test::End& other = isServer ? ends.client : ends.server;
        dropped.onReceived = [&] { dropped.link.reset(); };
        for (int i = 0; i < 3; ++i) {
            other.send("x");
            other.link->sendNow();
        }
        EXPECT_TRUE(ends.until([&] { return other.why.has_value(); }));
        EXPECT_EQ(dropped.calls, 1);
        EXPECT_FALSE(dropped.why);
        EXPECT_EQ(ends.pool.borrowed(), 0U);
    }
}

TEST_P(LinksTest, MayBeDroppedInsideClosed) {
    ends_.connectBoth();
    ends_.server.onClosed = [&] { ends_.server.link.reset(); };
    ends_.client.onClosed = [&] { ends_.client.link.reset(); };
    ends_.client.link->abort();
    EXPECT_TRUE(ends_.until([&] { return !ends_.client.link && !ends_.server.link; }));
}

TEST_P(LinksTest, MayBeDroppedInsideOpenedAndWhileOpening) {
    ends_.client.onOpened = [&] { ends_.client.link.reset(); };
    ends_.connect();
    EXPECT_TRUE(ends_.until([&] { return ends_.client.isOpened; }));
    ends_.turn();
    ends_.connect();
    ends_.client.link.reset();
    ends_.connect();
    ends_.loop().post([&] { ends_.client.link.reset(); });
    ends_.turn();
    EXPECT_FALSE(ends_.client.why);
}

TEST_P(LinksTest, MayBeClosedWhileOpening) {
    ends_.connect();
    ends_.client.send("ignored");
    ends_.client.link->close();
    EXPECT_TRUE(ends_.until([&] { return ends_.client.why.has_value(); }));
    EXPECT_EQ(*ends_.client.why, "closed by us");
    EXPECT_FALSE(ends_.client.isOpened);
}

TEST_P(LinksTest, SaysThatNobodyListens) {
    const ClientSettings settings = ends_.settings();
    ends_.stopListening();
    ends_.connect(settings);
    EXPECT_TRUE(ends_.until([&] { return ends_.client.why.has_value(); }));
    EXPECT_EQ(*ends_.client.why, "connect failed: Connection refused");
}

class TlsLinksTest : public LinksTest {};

INSTANTIATE_TEST_SUITE_P(All, TlsLinksTest, testing::Values(kTls, kWebSocketTls),
                         [](const auto& kind) { return kind.param.name; });

TEST_P(TlsLinksTest, SaysWhyTheCertificateIsRefused) {
    ClientSettings settings = ends_.settings();
    const std::string stranger = net::makeSelfSigned("stranger", 1).certificatePem;
    settings.tls = net::TlsContext::client({true, stranger, {}});
    ends_.connect(settings);
    EXPECT_TRUE(ends_.until([&] { return ends_.client.why.has_value(); }));
    EXPECT_TRUE(ends_.client.why->starts_with("handshake failed: certificate verify failed: "))
        << *ends_.client.why;
}

TEST_P(TlsLinksTest, SaysThatTheCertificateNamesAnotherHost) {
    ClientSettings settings = ends_.settings();
    settings.address.host = "broker.example";
    ends_.connect(settings);
    EXPECT_TRUE(ends_.until([&] { return ends_.client.why.has_value(); }));
    EXPECT_EQ(*ends_.client.why, "handshake failed: certificate verify failed: hostname mismatch");
}

}  // namespace
}  // namespace runnel::mqtt
