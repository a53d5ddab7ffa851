// SPDX-License-Identifier: Apache-2.0
// WebSocket under MQTT, where the other end is a plain connection that writes frames by hand.
#include <gtest/gtest.h>

#include <string>

#include "links_fixture.h"
#include "tests/support/websocket_frames.h"

namespace runnel::mqtt {
namespace {

using runnel::test::clientClose;
using runnel::test::clientFrame;
using runnel::test::FrameOptions;
using test::Ends;
using test::Kind;

constexpr Kind kTcp{"Tcp", "mqtt", false, false};
constexpr Kind kWebSocket{"WebSocket", "ws", false, true};
constexpr FrameOptions kUnmasked{.isFinal = true, .isMasked = false};

/// The server is ours, the client is written by hand.
class WebSocketServerLinkTest : public testing::Test {
  protected:
    /// Sends the request with `behind` behind it; takes the response off the client's input.
    void upgrade(const std::string& behind = {}) {
        ends_.connect(ends_.settings("mqtt"));
        ASSERT_TRUE(ends_.until([&] { return ends_.client.isOpened; }));
        ends_.client.send(
            net::upgradeRequest("localhost", "/mqtt", net::newWebSocketKey(), "mqtt") + behind);
        ASSERT_TRUE(ends_.until([&] {
            return ends_.server.link && ends_.client.input.find("\r\n\r\n") != std::string::npos;
        }));
        EXPECT_TRUE(ends_.client.input.starts_with("HTTP/1.1 101 "));
        ends_.client.input.erase(0, ends_.client.input.find("\r\n\r\n") + 4);
    }
    /// The server's close frame, and what it tells its user.
    void expectEnd(const std::string& frame, const std::string& why) {
        EXPECT_TRUE(ends_.until([&] { return ends_.client.why.has_value(); }));
        EXPECT_EQ(ends_.client.input, frame);
        EXPECT_TRUE(ends_.until([&] { return ends_.server.why.has_value(); }));
        EXPECT_EQ(*ends_.server.why, why);
    }
    Ends ends_{kWebSocket};
};

TEST_F(WebSocketServerLinkTest, TakesFramesThatCameWithTheRequest) {
    upgrade(clientFrame(2, "early") + clientFrame(2, "bird").substr(0, 3));
    ends_.client.send(clientFrame(2, "bird").substr(3));
    EXPECT_TRUE(ends_.until([&] { return ends_.server.input == "earlybird"; }));
}

TEST_F(WebSocketServerLinkTest, TakesPacketsCutAnywhere) {
    upgrade();
    ends_.client.send(clientFrame(2, "ab") + clientFrame(2, "c", {.isFinal = false}) +
                      clientFrame(9, "beat") + clientFrame(0, "d") + clientFrame(2, "") +
                      clientFrame(10, "unasked") + clientFrame(2, "e"));
    EXPECT_TRUE(ends_.until([&] { return ends_.server.input == "abcde"; }));
    EXPECT_TRUE(ends_.until([&] {
        return ends_.client.input ==
               "\x8A\x04"
               "beat";
    }));
}

TEST_F(WebSocketServerLinkTest, PutsOneTurnIntoOneFrame) {
    upgrade();
    ends_.server.send("a");
    ends_.server.send("b");
    EXPECT_TRUE(ends_.until([&] {
        return ends_.client.input ==
               "\x82\x02"
               "ab";
    }));
}

TEST_F(WebSocketServerLinkTest, RefusesText) {
    upgrade();
    ends_.client.send(clientFrame(1, "text") + clientFrame(2, "ignored"));
    const std::string reason = "a text frame: MQTT travels in binary ones";
    expectEnd(clientFrame(8, "\x03\xEB" + reason, kUnmasked),
              "the peer broke the WebSocket protocol: " + reason);
    EXPECT_EQ(ends_.server.input, "");
}

TEST_F(WebSocketServerLinkTest, RefusesAMessageThatIsTooLong) {
    upgrade();
    ends_.client.send(clientFrame(2, std::string(64 * 1024, 'x')));
    EXPECT_TRUE(ends_.until([&] { return ends_.server.input.size() == 64 * 1024; }));
    ends_.client.send(clientFrame(2, std::string(64 * 1024 + 1, 'x')));
    expectEnd("\x88\x12\x03\xF1message too long",
              "the peer broke the WebSocket protocol: message too long");
}

TEST_F(WebSocketServerLinkTest, AnswersTheClientsClose) {
    upgrade();
    ends_.client.send(clientClose(1001, "b\nye"));
    expectEnd("\x88\x02\x03\xE9", "closed by peer: WebSocket code 1001 b");
}

TEST_F(WebSocketServerLinkTest, SaysGoodByeWithACloseFrame) {
    upgrade();
    ends_.server.link->close();
    expectEnd("\x88\x02\x03\xE8", "closed by us");
}

/// The client is ours, the server is written by hand.
class WebSocketClientLinkTest : public testing::Test {
  protected:
    void connect() {
        ends_.connect(ends_.settings("ws"));
        ASSERT_TRUE(
            ends_.until([&] { return ends_.server.input.find("\r\n\r\n") != std::string::npos; }));
    }
    /// The right answer to the request, with this sub-protocol.
    std::string response(std::string_view protocol) {
        const std::size_t key = ends_.server.input.find("Key: ") + 5;
        net::WebSocketAnswer answer =
            net::answerOffer({"GET",
                              "websocket",
                              "upgrade",
                              "13",
                              std::string_view(ends_.server.input).substr(key, 24),
                              {}});
        answer.protocol = protocol;
        return net::switchingProtocols(answer);
    }
    /// Answers the request, with `behind` behind the response.
    void accept(const std::string& behind = {}) {
        connect();
        ends_.server.send(response("mqtt") + behind);
        ends_.server.input.clear();
        ASSERT_TRUE(ends_.until([&] { return ends_.client.isOpened; }));
    }
    std::string whyAfter(const std::string& response) {
        if (!ends_.server.link) connect();
        ends_.server.send(response);
        ends_.server.link->close();
        EXPECT_TRUE(ends_.until([&] { return ends_.client.why.has_value(); }));
        EXPECT_FALSE(ends_.client.isOpened);
        return *ends_.client.why;
    }
    Ends ends_{kTcp};
};

TEST_F(WebSocketClientLinkTest, AsksForTheAddress) {
    connect();
    const std::string target = ends_.settings("ws").address.target();
    EXPECT_TRUE(ends_.server.input.starts_with("GET /mqtt HTTP/1.1\r\nHost: " + target + "\r\n"))
        << ends_.server.input;
}

TEST_F(WebSocketClientLinkTest, TakesFramesThatCameWithTheResponse) {
    accept(clientFrame(2, "early", kUnmasked) + clientFrame(9, "beat", kUnmasked));
    EXPECT_TRUE(ends_.until([&] { return ends_.client.input == "early"; }));
    EXPECT_TRUE(ends_.until([&] { return ends_.server.input.size() == 2 + 4 + 4; }));
    EXPECT_EQ(ends_.server.input.substr(0, 2), "\x8A\x84") << "a masked PONG";
}

TEST_F(WebSocketClientLinkTest, MayBeDroppedBeforeFramesThatCameWithTheResponse) {
    ends_.client.onOpened = [&] { ends_.client.link.reset(); };
    accept(clientFrame(2, "early", kUnmasked));
    EXPECT_TRUE(ends_.until([&] { return ends_.server.why.has_value(); }));
    EXPECT_EQ(ends_.client.input, "");
}

TEST_F(WebSocketClientLinkTest, RefusesMaskedFrames) {
    accept(clientFrame(2, "masked"));
    EXPECT_TRUE(ends_.until([&] { return ends_.client.why.has_value(); }));
    EXPECT_EQ(*ends_.client.why,
              "the peer broke the WebSocket protocol: not a frame that RFC 6455 "
              "allows here");
}

TEST_F(WebSocketClientLinkTest, SaysWhyTheUpgradeWasRefused) {
    EXPECT_EQ(whyAfter("HTTP/1.1 403 Forbidden\r\nContent-Length: 100\r\n\r\nno entry"),
              "the server answered 403 Forbidden instead of 101 Switching Protocols: no entry");
}

TEST_F(WebSocketClientLinkTest, SaysThatTheServerHungUp) {
    EXPECT_EQ(whyAfter("HTTP/1.1 "), "closed by peer: during the WebSocket upgrade");
}

TEST_F(WebSocketClientLinkTest, SaysThatTheServerIsNoWebSocket) {
    EXPECT_EQ(whyAfter(std::string("\x20\x02\0\0", 4)),
              "the server sent what is not an HTTP response: is this a WebSocket port?");
}

TEST_F(WebSocketClientLinkTest, RefusesAnotherSubProtocol) {
    connect();
    EXPECT_EQ(whyAfter(response("soap")),
              "the server did not choose the sub-protocol mqtt: the path may be another service's");
}

}  // namespace
}  // namespace runnel::mqtt
