// SPDX-License-Identifier: Apache-2.0
#include "net/websocket.h"

#include <gtest/gtest.h>

#include <ostream>
#include <random>
#include <string>
#include <vector>

#include "net/websocket_handshake.h"
#include "tests/support/websocket_frames.h"

namespace runnel::net {
namespace {

using test::clientClose;
using test::clientFrame;
using test::frameBytes;

/// Writes down what comes, one line each.
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
        if (receiverToStop != nullptr) receiverToStop->stop();
    }
    void peerClosed(std::uint16_t code, std::string_view reason) override {
        lines.push_back("closed:" + std::to_string(code) + ":" + std::string(reason));
    }
    void failed(WebSocketClose code, std::string_view) override {
        lines.push_back("failed:" + std::to_string(static_cast<int>(code)));
    }

    WebSocketReceiver* receiverToStop = nullptr;
    std::vector<std::string> lines;
};

using Lines = std::vector<std::string>;

class WebSocketTest : public testing::Test {
  protected:
    void feed(std::string_view bytes) { receiver.feed(frameBytes(bytes), recorder); }
    void feedSingly(std::string_view bytes) {
        for (const char& byte : bytes) feed({&byte, 1});
    }

    WebSocketPool pool{1000};
    WebSocketReceiver receiver{pool};
    Recorder recorder;
};

TEST_F(WebSocketTest, TellsEveryKindOfFrameOfOneBuffer) {
    feed(clientFrame(1, "hello") + clientFrame(2, std::string("\0\xFF", 2)) + clientFrame(9, "p") +
         clientFrame(10, "q") + clientFrame(1, ""));
    EXPECT_EQ(recorder.lines,
              (Lines{"text:hello", std::string("binary:\0\xFF", 9), "ping:p", "pong:q", "text:"}));
    EXPECT_FALSE(receiver.isBusy());
}

TEST_F(WebSocketTest, UnderstandsFramesThatArriveByteByByte) {
    feedSingly(clientFrame(1, "hello") + clientFrame(9, "") + clientFrame(10, "pong") +
               clientFrame(1, std::string(300, 'x')) + clientClose(1000, "bye"));
    EXPECT_EQ(recorder.lines, (Lines{"text:hello", "ping:", "pong:pong",
                                     "text:" + std::string(300, 'x'), "closed:1000:bye"}));
    EXPECT_EQ(pool.borrowed(), 0U);
}

TEST_F(WebSocketTest, BorrowsAParserOnlyWhileSomethingIsIncomplete) {
    feed(clientFrame(10, "whole"));
    EXPECT_FALSE(receiver.isBusy());
    const std::string frame = clientFrame(1, "hello");
    for (std::size_t i = 0; i + 1 < frame.size(); ++i) {
        feed(frame.substr(i, 1));
        EXPECT_TRUE(receiver.isBusy()) << i;
    }
    EXPECT_EQ(pool.borrowed(), 1U);
    feed(frame.substr(frame.size() - 1) + frame.substr(0, 1));
    EXPECT_TRUE(receiver.isBusy()) << "the next frame has begun";
    feed(frame.substr(1));
    EXPECT_FALSE(receiver.isBusy());
    feed(clientFrame(1, "a", {.isFinal = false}));
    EXPECT_TRUE(receiver.isBusy()) << "between fragments";
    feed(clientFrame(9, "between"));
    EXPECT_TRUE(receiver.isBusy()) << "after a control frame between fragments";
    feed(clientFrame(0, "b"));
    EXPECT_FALSE(receiver.isBusy());
    EXPECT_EQ(recorder.lines,
              (Lines{"pong:whole", "text:hello", "text:hello", "ping:between", "text:ab"}));
}

TEST_F(WebSocketTest, ReusesAParserForAnotherConnection) {
    WebSocketReceiver other(pool);
    for (int round = 0; round < 100; ++round) {
        feed(clientFrame(1, "one", {.isFinal = false}));
        other.feed(frameBytes(clientFrame(2, "two")), recorder);
        feed(clientFrame(0, "!"));
    }
    EXPECT_EQ(recorder.lines.size(), 200U);
    EXPECT_EQ(recorder.lines[198], "binary:two");
    EXPECT_EQ(recorder.lines[199], "text:one!");
}

TEST_F(WebSocketTest, PutsFragmentsTogetherAroundControlFrames) {
    feedSingly(clientFrame(2, "a", {.isFinal = false}) + clientFrame(10, "x") +
               clientFrame(0, "", {.isFinal = false}) + clientFrame(9, "y") + clientFrame(0, "c"));
    EXPECT_EQ(recorder.lines, (Lines{"pong:x", "ping:y", "binary:ac"}));
}

TEST_F(WebSocketTest, AcceptsUtf8SplitAcrossFragments) {
    feed(clientFrame(1, "\xE2", {.isFinal = false}) + clientFrame(0, "\x82", {.isFinal = false}) +
         clientFrame(0, "\xAC"));
    EXPECT_EQ(recorder.lines, Lines{"text:\xE2\x82\xAC"});
}

struct Offence {
    const char* name;
    std::string bytes;
    const char* expected;
};

void PrintTo(
    const Offence& offence,
    std::ostream* out) {  // NOLINT(readability-identifier-naming): GoogleTest looks for this name
    *out << offence.name;
}

class WebSocketOffenceTest : public testing::TestWithParam<Offence> {};

TEST_P(WebSocketOffenceTest, EndsTheConnectionWithTheRightCode) {
    for (const bool isSingly : {false, true}) {
        WebSocketPool pool{1000};
        WebSocketReceiver receiver(pool);
        Recorder recorder;
        const std::string bytes = GetParam().bytes + clientFrame(1, "ignored");
        const std::size_t step = isSingly ? 1 : bytes.size();
        for (std::size_t i = 0; i < bytes.size(); i += step) {
            receiver.feed(frameBytes(std::string_view(bytes).substr(i, step)), recorder);
        }
        EXPECT_EQ(recorder.lines, Lines{GetParam().expected});
        EXPECT_EQ(pool.borrowed(), 0U);
    }
}

INSTANTIATE_TEST_SUITE_P(
    All, WebSocketOffenceTest,
    testing::Values(
        Offence{"UnmaskedText", clientFrame(1, "hello", {.isMasked = false}), "failed:1002"},
        Offence{"UnmaskedPong", clientFrame(10, "hello", {.isMasked = false}), "failed:1002"},
        Offence{"UnmaskedEmpty", clientFrame(1, "", {.isMasked = false}), "failed:1002"},
        Offence{"ReservedBit1", clientFrame(0x40 | 1, "hello"), "failed:1002"},
        Offence{"ReservedBit2OfPong", clientFrame(0x20 | 10, "hello"), "failed:1002"},
        Offence{"UnknownOpcode", clientFrame(3, "hello"), "failed:1002"},
        Offence{"UnknownControl", clientFrame(11, "hello"), "failed:1002"},
        Offence{"LongPing", clientFrame(9, std::string(126, 'x')), "failed:1002"},
        Offence{"FragmentedPing", clientFrame(9, "x", {.isFinal = false}), "failed:1002"},
        Offence{"ContinuationOfNothing", clientFrame(0, "x"), "failed:1002"},
        Offence{"NewMessageInsideMessage",
                clientFrame(1, "x", {.isFinal = false}) + clientFrame(1, "y"), "failed:1002"},
        Offence{"TooLong", clientFrame(2, std::string(1001, 'x')), "failed:1009"},
        Offence{"TooLongInFragments",
                clientFrame(1, std::string(600, 'x'), {.isFinal = false}) +
                    clientFrame(0, std::string(600, 'x')),
                "failed:1009"},
        Offence{"AnnouncesExabytes",
                std::string("\x82\xFF\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF....", 14), "failed:1009"},
        Offence{"BadText", clientFrame(1, "ab\xC0\xAF"), "failed:1007"},
        Offence{"CutText", clientFrame(1, "ab\xE2\x82"), "failed:1007"},
        Offence{"Surrogate", clientFrame(1, "\xED\xA0\x80"), "failed:1007"},
        Offence{"BadReason", clientClose(1000, "\xFF"), "failed:1007"},
        Offence{"CloseWithHalfACode", clientFrame(8, "x"), "failed:1002"},
        Offence{"CloseWithReservedCode", clientClose(1005, ""), "failed:1002"},
        Offence{"Close", clientClose(1001, "going"), "closed:1001:going"},
        Offence{"CloseWithoutCode", clientFrame(8, ""), "closed:1005:"},
        Offence{"CloseOfALibrary", clientClose(4999, ""), "closed:4999:"}),
    [](const auto& offence) { return offence.param.name; });

TEST_F(WebSocketTest, AcceptsTheLongestMessageAllowed) {
    feed(clientFrame(1, std::string(1000, 'x')));
    EXPECT_EQ(recorder.lines, Lines{"text:" + std::string(1000, 'x')});
}

TEST_F(WebSocketTest, IsSilentOnceStoppedInsideAnEvent) {
    recorder.receiverToStop = &receiver;
    feed(clientFrame(1, "a", {.isFinal = false}) + clientFrame(10, "stop") + clientFrame(10, "x") +
         clientFrame(0, "b") + clientFrame(3, "bad"));
    EXPECT_EQ(recorder.lines, Lines{"pong:stop"});
    EXPECT_EQ(pool.borrowed(), 0U);
}

TEST_F(WebSocketTest, ForgetsAnIncompleteMessageWithItsConnection) {
    {
        WebSocketReceiver gone(pool);
        gone.feed(frameBytes(clientFrame(1, "half").substr(0, 7)), recorder);
        EXPECT_EQ(pool.borrowed(), 1U);
    }
    EXPECT_EQ(pool.borrowed(), 0U);
    feed(clientFrame(1, "whole"));
    EXPECT_EQ(recorder.lines, Lines{"text:whole"});
}

/// Right frames, damaged in a few places, in pieces of any size: nothing may be read or written out
/// of bounds, no parser may be lost, and nothing may follow the end.
TEST(WebSocketNoiseTest, SurvivesDamagedFrames) {
    const unsigned seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    const auto below = [&](std::size_t bound) { return random() % bound; };
    WebSocketPool pool{1000};
    for (int round = 0; round < 3000; ++round) {
        std::string bytes;
        for (int i = 0; i < 4; ++i) {
            const std::string payload(below(200), 'x');
            bytes += clientFrame(static_cast<unsigned>(below(11)), payload,
                                 {.isFinal = below(4) != 0, .isMasked = below(20) != 0});
        }
        for (std::size_t i = below(3); i > 0; --i) bytes[below(bytes.size())] ^= 1 << below(8);
        WebSocketReceiver receiver(pool);
        Recorder recorder;
        for (std::size_t at = 0; at < bytes.size();) {
            const std::size_t size = 1 + below(100);
            receiver.feed(frameBytes(std::string_view(bytes).substr(at, size)), recorder);
            at += size;
        }
        for (std::size_t i = 0; i + 1 < recorder.lines.size(); ++i) {
            EXPECT_FALSE(recorder.lines[i].starts_with("failed:"));
            EXPECT_FALSE(recorder.lines[i].starts_with("closed:"));
        }
    }
    EXPECT_EQ(pool.borrowed(), 0U);
}

std::string encoded(WebSocketOpcode opcode, std::string_view payload) {
    std::vector<std::uint8_t> out;
    appendFrame(out, opcode, payload);
    return {out.begin(), out.end()};
}

TEST(WebSocketFrameTest, HasTheShortestLength) {
    EXPECT_EQ(encoded(WebSocketOpcode::Text, "ab"),
              "\x81\x02"
              "ab");
    EXPECT_EQ(encoded(WebSocketOpcode::Binary, std::string(125, 'x')).substr(0, 3), "\x82\x7Dx");
    EXPECT_EQ(encoded(WebSocketOpcode::Text, std::string(126, 'x')).substr(0, 5),
              std::string("\x81\x7E\x00\x7Ex", 5));
    EXPECT_EQ(encoded(WebSocketOpcode::Text, std::string(65535, 'x')).substr(0, 5),
              "\x81\x7E\xFF\xFFx");
    EXPECT_EQ(encoded(WebSocketOpcode::Text, std::string(65536, 'x')).substr(0, 11),
              std::string("\x81\x7F\0\0\0\0\0\x01\0\0x", 11));
    EXPECT_EQ(encoded(WebSocketOpcode::Pong, std::string(200, 'x')).size(), 127U);
}

TEST(WebSocketFrameTest, CutsAReasonBetweenCharacters) {
    std::vector<std::uint8_t> out;
    appendClose(out, WebSocketClose::ServiceRestart, "why");
    EXPECT_EQ(std::string(out.begin(), out.end()), "\x88\x05\x03\xF4why");
    out.clear();
    appendClose(out, WebSocketClose::GoingAway, std::string(122, 'x') + "\xE2\x82\xAC");
    EXPECT_EQ(out.size(), 2U + 2 + 122);
    out.clear();
    appendClose(out, WebSocketClose::NoStatus, "ignored");
    EXPECT_EQ(std::string(out.begin(), out.end()), std::string("\x88\x00", 2));
}

WebSocketOffer goodOffer() {
    return {.method = "GET",
            .upgrade = "h2c, WebSocket",
            .connection = "keep-alive,  upgrade",
            .version = "13",
            .key = "dGhlIHNhbXBsZSBub25jZQ==",
            .protocols = "soap, mqtt , mqttv3.1"};
}

TEST(WebSocketHandshakeTest, ComputesTheAcceptValueOfTheStandardsExample) {
    const WebSocketAnswer answer = answerOffer(goodOffer());
    EXPECT_EQ(answer.problem, "");
    EXPECT_EQ(answer.accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");  // RFC 6455 §1.3
    EXPECT_EQ(answer.protocol, "");
    EXPECT_EQ(switchingProtocols(answer),
              "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
              "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n");
}

TEST(WebSocketHandshakeTest, AgreesOnASubProtocol) {
    const std::vector<std::string_view> known{"mqttv3.1", "mqtt"};
    const WebSocketAnswer answer = answerOffer(goodOffer(), known);
    EXPECT_EQ(answer.protocol, "mqtt");
    EXPECT_NE(switchingProtocols(answer).find("\r\nSec-WebSocket-Protocol: mqtt\r\n"),
              std::string::npos);
    WebSocketOffer offer = goodOffer();
    offer.protocols = "soap";
    EXPECT_NE(answerOffer(offer, known).problem, "");
}

TEST(WebSocketHandshakeTest, SaysWhatIsMissing) {
    const auto problemOf = [](auto change) {
        WebSocketOffer offer = goodOffer();
        change(offer);
        return answerOffer(offer).problem;
    };
    EXPECT_NE(problemOf([](auto& offer) { offer.method = "POST"; }), "");
    EXPECT_NE(problemOf([](auto& offer) { offer.upgrade = ""; }), "");
    EXPECT_NE(problemOf([](auto& offer) { offer.upgrade = "h2c"; }), "");
    EXPECT_NE(problemOf([](auto& offer) { offer.connection = "close"; }).find("Connection"),
              std::string::npos);
    EXPECT_NE(problemOf([](auto& offer) { offer.version = "8"; }).find("13"), std::string::npos);
    for (const std::string_view key :
         {"", "short==", "dGhlIHNhbXBsZSBub25jZQ=A", "dGhlIHNhbXBsZSBub25!ZQ=="}) {
        EXPECT_NE(problemOf([&](auto& offer) { offer.key = key; }).find("Key"), std::string::npos);
    }
}

}  // namespace
}  // namespace runnel::net
