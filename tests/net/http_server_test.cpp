// SPDX-License-Identifier: Apache-2.0
#include "net/http_server.h"

#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "tests/net/net_fixture.h"

namespace runnel::net {
namespace {

using test::BlockingClient;
using Mode = BlockingClient::Mode;
using std::chrono::milliseconds;

/// A server that answers "METHOD path body"; a test may put its own function in.
class HttpServerTest : public testing::TestWithParam<Mode>, public HttpHandler {
  protected:
    ~HttpServerTest() override {
        thread_.call([this] {
            listener_.reset();
            server_.reset();
        });
    }
    void handle(HttpRequest request, HttpResponder responder) override {
        if (onRequest_) return onRequest_(std::move(request), std::move(responder));
        responder.respond(200, "text/plain",
                          request.method + " " + request.path + " " + request.body);
    }
    std::string start(HttpLimits limits = {}) {
        return thread_.call([this, limits] {
            server_ = std::make_unique<HttpServer>(thread_.loop(), *this, limits,
                                                   [this](std::string_view line) { log_ = line; });
            ListenerOptions options;
            options.connection = isTls() ? TestServer::tls() : TestServer::plain();
            options.connection.closeDeadline = milliseconds(100);
            listener_ = std::make_unique<Listener>(
                thread_.loop(), "127.0.0.1:0", options,
                [this](Connection::Ptr connection) { server_->serve(std::move(connection)); });
            return listener_->address();
        });
    }
    bool isTls() const { return GetParam() == Mode::Tls; }
    std::size_t connections() {
        return thread_.call([this] { return server_->connections(); });
    }

    std::function<void(HttpRequest, HttpResponder)> onRequest_;
    std::string log_;
    test::LoopThread thread_;
    std::unique_ptr<HttpServer> server_;
    std::unique_ptr<Listener> listener_;
};

TEST_P(HttpServerTest, KeepsConnectionsAlive) {
    BlockingClient client(start(), GetParam());
    for (int i = 0; i < 3; ++i) {
        client.write("GET /a HTTP/1.1\r\nHost: h\r\n\r\n");
        EXPECT_EQ(client.readHttpResponse(),
                  "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 7\r\n"
                  "Connection: keep-alive\r\n\r\nGET /a ");
    }
    client.write("GET /b HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    EXPECT_TRUE(client.readAll().ends_with("Connection: close\r\n\r\nGET /b "));
    EXPECT_TRUE(client.hasEndedCleanly());
}

TEST_P(HttpServerTest, TellsTheHandlerWhoAsks) {
    std::promise<HttpRequest> seen;
    onRequest_ = [&](HttpRequest request, const HttpResponder& responder) {
        responder.respond(204, "", "");
        seen.set_value(std::move(request));
    };
    BlockingClient client(start(), GetParam());
    client.write("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    const HttpRequest request = seen.get_future().get();
    EXPECT_EQ(request.peer.substr(0, 10), "127.0.0.1:");
    EXPECT_EQ(request.isTls, isTls());
}

TEST_P(HttpServerTest, AnswersPipelinedRequestsInOrder) {
    std::string requests;
    std::string expected;
    for (int i = 0; i < 500; ++i) {
        const std::string body(static_cast<std::size_t>(i), 'b');
        requests += "POST /" + std::to_string(i) +
                    " HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(i) + "\r\n\r\n" +
                    body;
    }
    BlockingClient client(start(), GetParam());
    std::thread writer([&] { client.write(requests); });
    writer.join();
    for (int i = 0; i < 500; ++i) {
        const std::string body(static_cast<std::size_t>(i), 'b');
        const std::string got = client.readHttpResponse();
        ASSERT_TRUE(got.ends_with("\r\n\r\nPOST /" + std::to_string(i) + " " + body)) << i << got;
    }
}

TEST_P(HttpServerTest, PipelinedRequestsWaitForAnAnswerFromAnotherThread) {
    std::vector<std::thread> workers;
    onRequest_ = [&](const HttpRequest& request, HttpResponder responder) {
        if (request.path != "/slow") return responder.respond(200, "", "fast");
        workers.emplace_back([responder = std::move(responder)] {
            std::this_thread::yield();
            responder.respond(200, "", "slow");
            responder.respond(200, "", "twice is ignored");
        });
    };
    BlockingClient client(start(), GetParam());
    client.write(
        "GET /slow HTTP/1.1\r\nHost: h\r\n\r\nGET /fast HTTP/1.1\r\nHost: h\r\n\r\n"
        "GET /slow HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_TRUE(client.readHttpResponse().ends_with("slow"));
    EXPECT_TRUE(client.readHttpResponse().ends_with("fast"));
    EXPECT_TRUE(client.readHttpResponse().ends_with("slow"));
    for (std::thread& worker : workers) worker.join();
}

TEST_P(HttpServerTest, AnswerAfterTheClientHasGoneIsHarmless) {
    std::promise<HttpResponder> pending;
    onRequest_ = [&](const HttpRequest&, HttpResponder responder) {
        pending.set_value(std::move(responder));
    };
    BlockingClient client(start(), GetParam());
    client.write("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    HttpResponder responder = pending.get_future().get();
    client.reset();
    while (connections() != 0) std::this_thread::yield();
    responder.respond(200, "", "nobody listens");
    EXPECT_FALSE(thread_.call([&] { return responder.takeOver().has_value(); }));
}

TEST_P(HttpServerTest, AnswerAfterServerHasGoneIsHarmless) {
    std::promise<HttpResponder> pending;
    onRequest_ = [&](const HttpRequest&, HttpResponder responder) {
        pending.set_value(std::move(responder));
    };
    BlockingClient client(start(), GetParam());
    client.write("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    const HttpResponder responder = pending.get_future().get();
    thread_.call([&] { server_.reset(); });
    responder.respond(200, "", "nobody serves");
    EXPECT_EQ(client.readAll(), "");
}

TEST_P(HttpServerTest, ForgottenAndThrowingHandlersGive500) {
    onRequest_ = [](const HttpRequest& request, const HttpResponder&) {
        if (request.path == "/throw") throw std::runtime_error("out of ideas");
    };
    BlockingClient client(start(), GetParam());
    client.write("GET /forget HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_TRUE(client.readHttpResponse().ends_with("The request was not answered.\n"));
    client.write("GET /throw?token=secret HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_TRUE(client.readHttpResponse().starts_with("HTTP/1.1 500 "));
    EXPECT_EQ(thread_.call([this] { return log_; }), "HTTP handler failed: out of ideas");
}

TEST_P(HttpServerTest, HeadHasNoBody) {
    BlockingClient client(start(), GetParam());
    client.write("HEAD /a HTTP/1.1\r\nHost: h\r\n\r\nGET /b HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_NE(client.readHttpResponse(false).find("Content-Length: 8\r\n"), std::string::npos);
    EXPECT_TRUE(client.readHttpResponse().ends_with("GET /b "));
}

TEST_P(HttpServerTest, AsksForTheBodyWhenExpected) {
    BlockingClient client(start(), GetParam());
    client.write("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_EQ(client.readUntil("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    client.write("body");
    EXPECT_TRUE(client.readHttpResponse().ends_with("POST / body"));
}

TEST_P(HttpServerTest, ChunkedBodyArrivesWhole) {
    BlockingClient client(start(), GetParam());
    client.write("POST /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nab");
    client.write("cd\r\n3\r\nefg\r\n0\r\n\r\n");
    EXPECT_TRUE(client.readHttpResponse().ends_with("POST /c abcdefg"));
}

TEST_P(HttpServerTest, BreachesAreAnsweredAndClosed) {
    const std::string address = start();
    const std::pair<const char*, std::string> cases[] = {
        {"HTTP/1.1 400 ", "nonsense\r\n\r\n"},
        {"HTTP/1.1 413 ",
         "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 70000\r\n\r\n" + std::string(70000, 'x')},
        {"HTTP/1.1 431 ", "GET / HTTP/1.1\r\na: " + std::string(500'000, 'x')},
        {"HTTP/1.1 414 ", "GET /" + std::string(500'000, 'x')},
        {"HTTP/1.1 505 ", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"},
    };
    for (const auto& [start, request] : cases) {
        BlockingClient client(address, GetParam());
        client.write(request);
        const std::string answer = client.readAll();
        EXPECT_TRUE(answer.starts_with(start)) << answer << " to " << request.substr(0, 40);
        EXPECT_NE(answer.find("Connection: close\r\n"), std::string::npos);
        EXPECT_TRUE(answer.ends_with("\n"));
    }
}

TEST_P(HttpServerTest, HalfAHeadMeetsTheDeadline) {
    HttpLimits limits;
    limits.headDeadline = milliseconds(40);
    BlockingClient client(start(limits), GetParam());
    client.write("GET / HTTP/1.1\r\nHos");
    // A byte now and then must not prolong it.
    std::thread trickle([&] {
        for (int i = 0; i < 10; ++i) {
            if (!client.write("x")) return;
            std::promise<void> pause;
            thread_.loop().post(
                [&] { thread_.loop().after(milliseconds(10), [&] { pause.set_value(); }); });
            pause.get_future().get();
        }
    });
    trickle.join();
    EXPECT_TRUE(client.readAll().starts_with("HTTP/1.1 408 Request Timeout\r\n"));
}

TEST_P(HttpServerTest, HalfABodyMeetsTheDeadline) {
    HttpLimits limits;
    limits.bodyDeadline = milliseconds(30);
    BlockingClient client(start(limits), GetParam());
    client.write("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nhalf");
    EXPECT_TRUE(client.readAll().starts_with("HTTP/1.1 408 Request Timeout\r\n"));
}

TEST_P(HttpServerTest, IdleConnectionsAreClosedWithoutAWord) {
    HttpLimits limits;
    limits.idleDeadline = milliseconds(30);
    BlockingClient client(start(limits), GetParam());
    client.write("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    client.readHttpResponse();
    EXPECT_EQ(client.readAll(), "");
    EXPECT_TRUE(client.hasEndedCleanly());
}

TEST_P(HttpServerTest, LargeAnswerReachesASlowReaderWhole) {
    const std::string large = pattern(12'000'000);
    onRequest_ = [&](const HttpRequest&, const HttpResponder& responder) {
        responder.respond(200, "application/octet-stream", large);
    };
    BlockingClient client(start(), GetParam(), std::chrono::seconds(20), 4096);
    for (int i = 0; i < 2; ++i) {
        client.write("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        const std::string got = client.readHttpResponse();
        EXPECT_TRUE(got.ends_with(large));
    }
}

TEST_P(HttpServerTest, ReaderThatStopsIsCut) {
    HttpLimits limits;
    limits.idleDeadline = milliseconds(50);
    const std::string large = pattern(20'000'000);
    onRequest_ = [&](const HttpRequest&, const HttpResponder& responder) {
        responder.respond(200, "", large);
    };
    BlockingClient client(start(limits), GetParam(), std::chrono::seconds(20), 4096);
    client.write("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    client.readUntil("\r\n");
    while (connections() != 0) std::this_thread::yield();
}

TEST_P(HttpServerTest, PipelinedFloodDuringASlowHandlerIsHeldBack) {
    std::promise<HttpResponder> pending;
    bool isFirst = true;
    onRequest_ = [&](const HttpRequest&, HttpResponder responder) {
        if (!std::exchange(isFirst, false)) return responder.respond(200, "", "");
        pending.set_value(std::move(responder));
    };
    BlockingClient client(start(), GetParam());
    // A TLS client is for one thread at a time, so its answers must fit into the kernel's buffers.
    const int requests = isTls() ? 4000 : 20000;
    std::thread writer([&] {
        for (int i = 0; i < requests; ++i) client.write("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    });
    const HttpResponder first = pending.get_future().get();
    first.respond(200, "", "");
    if (isTls()) writer.join();
    for (int i = 0; i < requests; ++i) {
        ASSERT_TRUE(client.readHttpResponse().starts_with("HTTP/1.1 200 OK")) << i;
    }
    if (writer.joinable()) writer.join();
}

/// What an upgrade does: sends back what comes in, reversed line order does not matter here.
class Upgraded final : public ConnectionHandler {
  public:
    explicit Upgraded(TakenConnection taken) : connection(std::move(taken.connection)) {
        connection->setHandler(*this);
        connection->send("HTTP/1.1 101 Switching Protocols\r\n\r\n");
        connection->send("unread:" + taken.unread + ";");
    }
    void received(std::span<const std::uint8_t> bytes) override {
        connection->send("got:" + std::string(asText(bytes)) + ";");
    }
    void closed(CloseReason, std::string_view) override { connection.reset(); }
    Connection::Ptr connection;
};

TEST_P(HttpServerTest, HandlerMayTakeTheConnectionOver) {
    std::unique_ptr<Upgraded> upgraded;
    onRequest_ = [&](const HttpRequest&, const HttpResponder& responder) {
        upgraded = std::make_unique<Upgraded>(*responder.takeOver());
        EXPECT_FALSE(responder.takeOver().has_value());
        responder.respond(200, "", "too late");
    };
    BlockingClient client(start(), GetParam());
    client.write("GET /up HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\n\r\nearly");
    EXPECT_EQ(client.readUntil("\r\n\r\n"), "HTTP/1.1 101 Switching Protocols\r\n\r\n");
    EXPECT_EQ(client.readUntil(";"), "unread:early;");
    client.write("later");
    EXPECT_EQ(client.readUntil(";"), "got:later;");
    EXPECT_EQ(connections(), 0U);
    thread_.call([&] { upgraded.reset(); });
}

TEST_P(HttpServerTest, ConnectionMayBeTakenOverLater) {
    std::promise<HttpResponder> pending;
    onRequest_ = [&](const HttpRequest&, HttpResponder responder) {
        pending.set_value(std::move(responder));
    };
    BlockingClient client(start(), GetParam());
    client.write("GET /up HTTP/1.1\r\nHost: h\r\n\r\n");
    const HttpResponder responder = pending.get_future().get();
    auto upgraded = thread_.call([&] { return std::make_unique<Upgraded>(*responder.takeOver()); });
    EXPECT_EQ(client.readUntil(";"), "HTTP/1.1 101 Switching Protocols\r\n\r\nunread:;");
    EXPECT_EQ(connections(), 0U);
    thread_.call([&] { upgraded.reset(); });
}

INSTANTIATE_TEST_SUITE_P(PlainAndTls, HttpServerTest, testing::Values(Mode::Plain, Mode::Tls),
                         [](const auto& parameter) {
                             return parameter.param == Mode::Tls ? "Tls" : "Plain";
                         });

}  // namespace
}  // namespace runnel::net
