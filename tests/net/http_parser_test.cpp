// SPDX-License-Identifier: Apache-2.0
#include "net/http_parser.h"

#include <gtest/gtest.h>

namespace runnel::net {
namespace {

using State = HttpRequestParser::State;

/// Feeds `text` in pieces of `step` bytes, keeping what is not consumed, as a connection does.
State feedInPieces(HttpRequestParser& parser, std::string_view text, std::size_t step,
                   std::string* rest = nullptr) {
    std::string buffer;
    while (!text.empty() && parser.state() < State::Done) {
        const std::size_t count = std::min(step, text.size());
        buffer += text.substr(0, count);
        text.remove_prefix(count);
        std::size_t used = 0;
        do {
            used = parser.feed(buffer);
            buffer.erase(0, used);
        } while (used > 0 && !buffer.empty() && parser.state() < State::Done);
    }
    if (rest != nullptr) *rest = buffer + std::string(text);
    return parser.state();
}

TEST(HttpParserTest, ReadsARequestInAnyPieces) {
    const std::string text =
        "\r\nPOST /down%20link?token=a%2Bb&x=1&x=2 HTTP/1.1\r\nHost: here\r\nX-One:  v1 \r\n"
        "Connection: keep-alive, Upgrade\r\ncontent-length: 5\r\n\r\nhelloGET /next";
    for (std::size_t step = 1; step <= text.size(); ++step) {
        const HttpLimits limits;
        HttpRequestParser parser(limits);
        std::string rest;
        ASSERT_EQ(feedInPieces(parser, text, step, &rest), State::Done) << step;
        EXPECT_EQ(rest, "GET /next");
        const HttpRequest request = parser.take();
        EXPECT_EQ(request.method, "POST");
        EXPECT_EQ(request.path, "/down link");
        EXPECT_EQ(request.query, (Query{{"token", "a+b"}, {"x", "1"}}));
        EXPECT_EQ(request.header("x-ONE"), "v1");
        EXPECT_EQ(request.header("absent"), "");
        EXPECT_TRUE(request.hasHeaderToken("connection", "upgrade"));
        EXPECT_FALSE(request.hasHeaderToken("connection", "close"));
        EXPECT_EQ(request.body, "hello");
        EXPECT_TRUE(request.isKeepAlive);
    }
}

TEST(HttpParserTest, ReadsChunkedBodiesInAnyPieces) {
    const std::string text =
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
        "5;ext=1\r\nhello\r\n6\r\n world\r\n0\r\nTrailer: x\r\n\r\nNEXT";
    for (std::size_t step = 1; step <= text.size(); ++step) {
        const HttpLimits limits;
        HttpRequestParser parser(limits);
        std::string rest;
        ASSERT_EQ(feedInPieces(parser, text, step, &rest), State::Done) << step;
        EXPECT_EQ(parser.take().body, "hello world");
        EXPECT_EQ(rest, "NEXT");
    }
}

TEST(HttpParserTest, RefusesByTable) {
    struct Case {
        int status;
        std::string text;
    };
    const std::string host = "Host: h\r\n";
    const Case cases[] = {
        {400, "\x16\x03\x01"},
        {400, std::string(1, '\0')},
        {400, "GET\r\n\r\n"},
        {400, "GET / HTTP/1.1\r\n\r\n"},
        {400, "GET / HTTP/1.1\r\n" + host + host + "\r\n"},
        {400, "GET / HTTP/1.1\r\n" + host + "bad header\r\n\r\n"},
        {400, "GET / HTTP/1.1\r\n" + host + "a b: c\r\n\r\n"},
        {400, "GET / HTTP/1.1\r\n" + host + "a: b\x01\r\n\r\n"},
        {400, "GET /%zz HTTP/1.1\r\n" + host + "\r\n"},
        {400, "GET /?a=%1 HTTP/1.1\r\n" + host + "\r\n"},
        {400, "GET /%00 HTTP/1.1\r\n" + host + "\r\n"},
        {400, "GET relative HTTP/1.1\r\n" + host + "\r\n"},
        {505, "GET /a b HTTP/1.1\r\n" + host + "\r\n"},
        {400, "G@T / HTTP/1.1\r\n" + host + "\r\n"},
        {400, "POST / HTTP/1.1\r\n" + host + "Content-Length: -1\r\n\r\n"},
        {400, "POST / HTTP/1.1\r\n" + host + "Content-Length: 1x\r\n\r\n"},
        {400, "POST / HTTP/1.1\r\n" + host + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n"},
        {400,
         "POST / HTTP/1.1\r\n" + host + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"},
        {400, "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\nzz\r\n"},
        {413, "POST / HTTP/1.1\r\n" + host + "Content-Length: 65537\r\n\r\n"},
        {413, "POST / HTTP/1.1\r\n" + host + "Content-Length: 99999999999\r\n\r\n"},
        {413, "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n20000\r\n"},
        {414, "GET /" + std::string(9000, 'x') + " HTTP/1.1\r\n" + host + "\r\n"},
        {414, "GET /" + std::string(20000, 'x')},
        {417, "POST / HTTP/1.1\r\n" + host + "Expect: miracles\r\n\r\n"},
        {431, "GET / HTTP/1.1\r\n" + host + "a: " + std::string(17000, 'x')},
        {501, "BREW / HTTP/1.1\r\n" + host + "\r\n"},
        {501, "CONNECT h:1 HTTP/1.1\r\n" + host + "\r\n"},
        {501, "TRACE / HTTP/1.1\r\n" + host + "\r\n"},
        {501, "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: gzip\r\n\r\n"},
        {501, "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: gzip, chunked\r\n\r\n"},
        {505, "GET / HTTP/2.0\r\n" + host + "\r\n"},
        {505, "GET / HTTP/3.7\r\n" + host + "\r\n"},
    };
    for (const Case& wrong : cases) {
        for (const std::size_t step : {std::size_t{1000000}, std::size_t{1}}) {
            const HttpLimits limits;
            HttpRequestParser parser(limits);
            ASSERT_EQ(feedInPieces(parser, wrong.text, step), State::Failed)
                << wrong.status << " " << wrong.text.substr(0, 80);
            EXPECT_EQ(parser.failure().status, wrong.status)
                << wrong.text.substr(0, 80) << parser.failure().text;
            EXPECT_FALSE(parser.failure().text.empty());
        }
    }
}

TEST(HttpParserTest, EndlessChunkLineIsCutOff) {
    const HttpLimits limits;
    HttpRequestParser parser(limits);
    const std::string text = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1;" +
                             std::string(40000, 'x');
    EXPECT_EQ(feedInPieces(parser, text, 1000), State::Failed);
}

TEST(HttpParserTest, KeepAliveFollowsVersionAndHeader) {
    const std::pair<const char*, bool> cases[] = {
        {"GET / HTTP/1.1\r\nHost: h\r\n\r\n", true},
        {"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", false},
        {"GET / HTTP/1.0\r\n\r\n", false},
        {"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", true},
    };
    for (const auto& [text, expected] : cases) {
        const HttpLimits limits;
        HttpRequestParser parser(limits);
        ASSERT_EQ(feedInPieces(parser, text, 1000), State::Done) << text;
        EXPECT_EQ(parser.take().isKeepAlive, expected) << text;
    }
}

TEST(HttpParserTest, AbsoluteTargetsLoseTheirAuthority) {
    const std::pair<const char*, const char*> cases[] = {
        {"http://h/a/b?x=1", "/a/b"}, {"http://h", "/"}, {"http://h?x=1", "/"},
        {"/a?u=http://h/b", "/a"},    {"*", "*"},
    };
    for (const auto& [target, path] : cases) {
        const HttpLimits limits;
        HttpRequestParser parser(limits);
        const std::string text = "OPTIONS " + std::string(target) + " HTTP/1.1\r\nHost: h\r\n\r\n";
        ASSERT_EQ(feedInPieces(parser, text, 1000), State::Done) << target;
        EXPECT_EQ(parser.take().path, path) << target;
    }
}

TEST(HttpMessageTest, HeadersCannotSmuggleLines) {
    HttpResponse response;
    response.contentType = "text/html\r\nX-Evil: 1";
    response.headers = {{"Location", "/a\r\n\r\n<script>"}};
    const std::string text = serialize(response, false, true);
    EXPECT_EQ(text.find("\r\nX-Evil"), std::string::npos);
    EXPECT_EQ(text.find("\r\n\r\n"), text.size() - 4);
}

TEST(HttpMessageTest, BodilessStatusHasNoLength) {
    HttpResponse response;
    response.status = 204;
    response.body = "ignored";
    EXPECT_EQ(serialize(response, false, true),
              "HTTP/1.1 204 No Content\r\nConnection: keep-alive\r\n\r\n");
    response.status = 299;
    EXPECT_TRUE(serialize(response, false, true).starts_with("HTTP/1.1 299 \r\n"));
}

}  // namespace
}  // namespace runnel::net
