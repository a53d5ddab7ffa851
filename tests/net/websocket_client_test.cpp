// SPDX-License-Identifier: Apache-2.0
// The client's side of WebSocket, against the server's side.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "net/websocket.h"
#include "net/websocket_handshake.h"
#include "net/websocket_upgrade.h"
#include "tests/support/websocket_frames.h"

namespace runnel::net {
namespace {

using test::clientFrame;
using test::frameBytes;
using test::FrameOptions;

constexpr FrameOptions kUnmasked{.isFinal = true, .isMasked = false};
constexpr FrameOptions kUnmaskedPart{.isFinal = false, .isMasked = false};

class Recorder final : public WebSocketEvents {
  public:
    void message(bool isText, std::string_view payload) override {
        lines.push_back((isText ? "text:" : "binary:") + std::string(payload));
    }
    void ping(std::string_view payload) override {
        lines.push_back("ping:" + std::string(payload));
    }
    void pong(std::string_view payload) override {
        lines.push_back("pong:" + std::string(payload));
    }
    void peerClosed(std::uint16_t code, std::string_view reason) override {
        lines.push_back("closed:" + std::to_string(code) + ":" + std::string(reason));
    }
    void failed(WebSocketClose code, std::string_view) override {
        lines.push_back("failed:" + std::to_string(static_cast<int>(code)));
    }

    std::vector<std::string> lines;
};

using Lines = std::vector<std::string>;

/// What a receiver of this side makes of the bytes, given whole and one by one.
Lines linesOf(WebSocketSide side, std::string_view bytes) {
    Lines lines;
    for (const std::size_t step : {bytes.size(), std::size_t{1}}) {
        WebSocketPool pool{70'000, side};
        WebSocketReceiver receiver(pool);
        Recorder recorder;
        for (std::size_t at = 0; at < bytes.size(); at += step) {
            receiver.feed(frameBytes(bytes.substr(at, step)), recorder);
        }
        EXPECT_FALSE(receiver.isBusy());
        if (!lines.empty()) {
            EXPECT_EQ(lines, recorder.lines);
        }
        lines = recorder.lines;
    }
    return lines;
}

TEST(WebSocketClientTest, UnderstandsAServersFrames) {
    EXPECT_EQ(linesOf(WebSocketSide::Client,
                      clientFrame(2, "a", kUnmasked) + clientFrame(9, "b", kUnmasked) +
                          clientFrame(10, "", kUnmasked) + clientFrame(2, "c", kUnmaskedPart) +
                          clientFrame(9, "d", kUnmasked) + clientFrame(0, "e", kUnmasked) +
                          clientFrame(8, "\x03\xE9why", kUnmasked)),
              (Lines{"binary:a", "ping:b", "pong:", "ping:d", "binary:ce", "closed:1001:why"}));
}

TEST(WebSocketClientTest, RefusesMaskedAndOversizedFrames) {
    const Lines failed{"failed:1002"};
    EXPECT_EQ(linesOf(WebSocketSide::Client, clientFrame(2, "a")), failed);
    EXPECT_EQ(linesOf(WebSocketSide::Client, clientFrame(9, "a")), failed);
    EXPECT_EQ(linesOf(WebSocketSide::Client, clientFrame(2, "")), failed);
    EXPECT_EQ(linesOf(WebSocketSide::Client, clientFrame(2, std::string(70'001, 'x'), kUnmasked)),
              Lines{"failed:1009"});
}

TEST(WebSocketClientTest, IsUnderstoodByAServer) {
    WebSocketMasks masks;
    Lines expected;
    std::vector<std::uint8_t> out;
    for (const std::size_t size : {0U, 1U, 3U, 4U, 125U, 126U, 65535U, 65536U}) {
        const std::string payload(size, 'x');
        appendFrame(out, WebSocketOpcode::Binary, payload, &masks.next());
        expected.push_back("binary:" + payload);
    }
    appendFrame(out, WebSocketOpcode::Ping, "beat", &masks.next());
    appendClose(out, WebSocketClose::GoingAway, "bye", &masks.next());
    expected.insert(expected.end(), {"ping:beat", "closed:1001:bye"});
    EXPECT_EQ(
        linesOf(WebSocketSide::Server, {reinterpret_cast<const char*>(out.data()), out.size()}),
        expected);
}

TEST(WebSocketClientTest, NeverUsesAMaskTwice) {
    WebSocketMasks masks;
    std::set<WebSocketMask> seen;
    for (int i = 0; i < 100; ++i) seen.insert(masks.next());
    EXPECT_EQ(seen.size(), 100U);
}

/// The key that the request offers.
std::string keyOf(const WebSocketUpgrade& upgrade) {
    constexpr std::string_view kName = "Sec-WebSocket-Key: ";
    const std::size_t at = upgrade.request().find(kName);
    return upgrade.request().substr(at + kName.size(), 24);
}

std::string acceptOf(const std::string& key) {
    const WebSocketAnswer answer =
        answerOffer({"GET", "websocket", "upgrade", "13", key, "mqtt"}, {});
    EXPECT_EQ(answer.problem, "");
    return answer.accept;
}

TEST(WebSocketUpgradeTest, AsksAsTheStandardSays) {
    const WebSocketUpgrade upgrade("broker.example:8080", "/mqtt?a=b", "mqtt");
    const std::string key = keyOf(upgrade);
    EXPECT_EQ(upgrade.request(),
              "GET /mqtt?a=b HTTP/1.1\r\nHost: broker.example:8080\r\nUpgrade: websocket\r\n"
              "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " +
                  key + "\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n");
    EXPECT_EQ(acceptOf(key).size(), 28U);
    EXPECT_NE(key, keyOf(WebSocketUpgrade("broker.example", "/mqtt", "mqtt")));
}

TEST(WebSocketUpgradeTest, AgreesWithOurServerAndKeepsWhatComesBehind) {
    for (const std::size_t step : {1000U, 1U}) {
        WebSocketUpgrade upgrade("broker", "/mqtt", "mqtt");
        constexpr std::string_view kKnown[] = {"mqtt"};
        const std::string response = switchingProtocols(
            answerOffer({"GET", "websocket", "upgrade", "13", keyOf(upgrade), "mqtt"}, kKnown));
        const std::string bytes = step == 1 ? response : response + "\x82\x01x";
        for (std::size_t at = 0; at < bytes.size(); at += step) {
            EXPECT_EQ(upgrade.state(), WebSocketUpgrade::State::Waiting);
            upgrade.feed(std::string_view(bytes).substr(at, step));
        }
        EXPECT_EQ(upgrade.state(), WebSocketUpgrade::State::Accepted);
        EXPECT_EQ(upgrade.problem(), "");
        EXPECT_EQ(upgrade.takeUnread(), step == 1 ? "" : "\x82\x01x");
    }
}

struct Response {
    const char* name;
    const char* text;  ///< ACCEPT stands for the right value
    const char* problem;
};

class WebSocketRefusalTest : public testing::TestWithParam<Response> {};

TEST_P(WebSocketRefusalTest, SaysWhy) {
    for (const std::size_t step : {100'000U, 1U}) {
        WebSocketUpgrade upgrade("broker", "/mqtt", "mqtt");
        std::string bytes = GetParam().text;
        if (const std::size_t at = bytes.find("ACCEPT"); at != std::string::npos) {
            bytes.replace(at, 6, acceptOf(keyOf(upgrade)));
        }
        for (std::size_t at = 0;
             at < bytes.size() && upgrade.state() == WebSocketUpgrade::State::Waiting; at += step) {
            upgrade.feed(std::string_view(bytes).substr(at, step));
        }
        EXPECT_EQ(upgrade.state(), WebSocketUpgrade::State::Refused) << "in steps of " << step;
        EXPECT_EQ(upgrade.problem(), GetParam().problem) << "in steps of " << step;
    }
}

#define SWITCHING "HTTP/1.1 101 Switching Protocols\r\n"
#define UPGRADED "Upgrade: websocket\r\nConnection: Upgrade\r\n"
#define NO_HTTP "the server sent what is not an HTTP response: is this a WebSocket port?"

INSTANTIATE_TEST_SUITE_P(
    All, WebSocketRefusalTest,
    testing::Values(
        Response{"Forbidden",
                 "HTTP/1.1 403 Forbidden\r\nContent-Length: 14\r\n\r\n\r\nno\x1B entry\nx",
                 "the server answered 403 Forbidden instead of 101 Switching Protocols: no? entry"},
        Response{"Chunked",
                 "HTTP/1.1 404 Not\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nno "
                 "s\r\n6\r\nuch\r\n.\r\n0\r\n\r\n",
                 "the server answered 404 Not Found instead of 101 Switching Protocols: no such"},
        Response{"NoBody", "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n",
                 "the server answered 400 Bad Request instead of 101 Switching Protocols"},
        Response{"Ok", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
                 "the server answered 200 OK instead of 101 Switching Protocols: hi"},
        Response{"NoUpgrade",
                 SWITCHING "Connection: Upgrade\r\nSec-WebSocket-Accept: ACCEPT\r\n\r\n",
                 "the server answered 101 without the headers Upgrade: websocket and Connection: "
                 "Upgrade"},
        Response{"NoConnection",
                 SWITCHING "Upgrade: websocket\r\nSec-WebSocket-Accept: ACCEPT\r\n\r\n",
                 "the server answered 101 without the headers Upgrade: websocket and Connection: "
                 "Upgrade"},
        Response{"NoAccept", SWITCHING UPGRADED "Sec-WebSocket-Protocol: mqtt\r\n\r\n",
                 "the server answered with a Sec-WebSocket-Accept that does not belong to this "
                 "request: a cache in between may have answered"},
        Response{"OtherProtocol",
                 SWITCHING UPGRADED "Sec-WebSocket-Accept: ACCEPT\r\n"
                                    "Sec-WebSocket-Protocol: soap\r\n\r\n",
                 "the server did not choose the sub-protocol mqtt: the path may be another "
                 "service's"},
        Response{"NoProtocol", SWITCHING UPGRADED "Sec-WebSocket-Accept: ACCEPT\r\n\r\n",
                 "the server did not choose the sub-protocol mqtt: the path may be another "
                 "service's"},
        Response{"AnotherProtocol", "\x20\x02", NO_HTTP},
        Response{"NotHttp", "SSH-2.0-OpenSSH\r\n\r\n", NO_HTTP},
        Response{"BadHeader", SWITCHING "Up grade\r\n\r\n", NO_HTTP}),
    [](const auto& response) { return response.param.name; });

TEST(WebSocketUpgradeTest, BoundsWhatItKeeps) {
    for (const std::string& head :
         {std::string("HTTP/1.1 101 "), std::string("HTTP/1.1 101 S\r\nX: ")}) {
        WebSocketUpgrade upgrade("broker", "/mqtt", "mqtt");
        std::size_t fed = 0;
        upgrade.feed(head);
        for (; upgrade.state() == WebSocketUpgrade::State::Waiting && fed < 100'000; fed += 100) {
            upgrade.feed(std::string(100, 'x'));
        }
        EXPECT_LT(fed, 20'000U);
        EXPECT_NE(upgrade.problem(), "");
    }
    WebSocketUpgrade upgrade("broker", "/mqtt", "mqtt");
    upgrade.feed("HTTP/1.1 500 Oops\r\n\r\n");
    EXPECT_EQ(upgrade.state(), WebSocketUpgrade::State::Waiting) << "for the text";
    EXPECT_NE(upgrade.problem(), "") << "should the connection end here";
    std::size_t fed = 0;
    for (; upgrade.state() == WebSocketUpgrade::State::Waiting && fed < 200'000; fed += 1000) {
        upgrade.feed(std::string(1000, 'x'));
    }
    EXPECT_LT(fed, 70'000U);
}

/// Right bytes, damaged in a few places, in pieces of any size.
class Noise final {
  public:
    std::size_t below(std::size_t bound) { return random_() % bound; }
    std::string damaged(std::string bytes) {
        for (std::size_t i = below(4); i > 0; --i) {
            bytes[below(bytes.size())] ^= static_cast<char>(1 << below(8));
        }
        return bytes;
    }
    template <class Take>
    void inPieces(std::string_view bytes, Take take) {
        while (!bytes.empty()) {
            const std::size_t size = std::min(bytes.size(), 1 + below(60));
            take(bytes.substr(0, size));
            bytes.remove_prefix(size);
        }
    }
    unsigned seed = std::random_device{}();

  private:
    std::mt19937 random_{seed};
};

TEST(WebSocketClientTest, SurvivesDamagedFrames) {
    Noise noise;
    SCOPED_TRACE("seed " + std::to_string(noise.seed));
    WebSocketPool pool{1000, WebSocketSide::Client};
    for (int round = 0; round < 2000; ++round) {
        std::string bytes;
        for (int i = 0; i < 4; ++i) {
            const FrameOptions options{.isFinal = noise.below(4) != 0,
                                       .isMasked = noise.below(20) == 0};
            bytes += clientFrame(static_cast<unsigned>(noise.below(11)),
                                 std::string(noise.below(200), 'x'), options);
        }
        WebSocketReceiver receiver(pool);
        Recorder recorder;
        noise.inPieces(noise.damaged(bytes),
                       [&](std::string_view piece) { receiver.feed(frameBytes(piece), recorder); });
        for (std::size_t i = 0; i + 1 < recorder.lines.size(); ++i) {
            EXPECT_FALSE(recorder.lines[i].starts_with("failed:"));
            EXPECT_FALSE(recorder.lines[i].starts_with("closed:"));
        }
    }
    EXPECT_EQ(pool.borrowed(), 0U);
}

TEST(WebSocketUpgradeTest, SurvivesDamagedResponses) {
    Noise noise;
    SCOPED_TRACE("seed " + std::to_string(noise.seed));
    for (int round = 0; round < 2000; ++round) {
        WebSocketUpgrade upgrade("broker", "/mqtt", "mqtt");
        WebSocketAnswer answer;
        answer.accept = acceptOf(keyOf(upgrade));
        answer.protocol = "mqtt";
        const std::string response =
            noise.below(2) == 0 ? switchingProtocols(answer)
                                : "HTTP/1.1 403 Forbidden\r\nTransfer-Encoding: chunked\r\n\r\n"
                                  "4\r\nno e\r\n5\r\nntry\n\r\n0\r\n\r\n";
        noise.inPieces(noise.damaged(response), [&](std::string_view piece) {
            if (upgrade.state() == WebSocketUpgrade::State::Waiting) upgrade.feed(piece);
        });
        EXPECT_EQ(upgrade.state() == WebSocketUpgrade::State::Accepted,
                  upgrade.state() != WebSocketUpgrade::State::Waiting && upgrade.problem().empty());
    }
}

}  // namespace
}  // namespace runnel::net
