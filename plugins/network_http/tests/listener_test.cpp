// SPDX-License-Identifier: Apache-2.0
#include <sys/socket.h>

#include <atomic>
#include <set>
#include <thread>

#include "http_fixture.h"
#include "net/tls_context.h"

namespace runnel::http {
namespace {

class ListenerTest : public HttpFixture {};

TEST_F(ListenerTest, AnswersOnlyAfterTheCommit) {
    start();
    EXPECT_TRUE(core_.isConnected());
    auto client = connect();
    client->write(post("/any/path?event=up", uplink(7)));
    ASSERT_TRUE(core_.waitForCount(1));
    std::array<char, 1> byte{};
    EXPECT_LT(::recv(client->fd(), byte.data(), 1, MSG_DONTWAIT), 0);  // nothing yet
    commit();
    EXPECT_EQ(statusOf(client->readHttpResponse()), 200);
    const Message message = core_.messages().at(0);
    EXPECT_EQ(message.frameCounter, 7U);
    EXPECT_EQ(message.payload, (Bytes{1, 2}));
}

TEST_F(ListenerTest, CommitNamesSomeTicketsOnly) {
    start();
    auto first = connect();
    auto second = connect();
    first->write(post("/", uplink(1)));
    ASSERT_TRUE(core_.waitForCount(1));
    const auto early = core_.takeTickets();
    second->write(post("/", uplink(2)));
    ASSERT_TRUE(core_.waitForCount(2));
    commit();
    EXPECT_EQ(statusOf(second->readHttpResponse()), 200);
    std::array<char, 1> byte{};
    EXPECT_LT(::recv(first->fd(), byte.data(), 1, MSG_DONTWAIT), 0);
    network_->committed(early);
    EXPECT_EQ(statusOf(first->readHttpResponse()), 200);
}

TEST_F(ListenerTest, TokenComesInThreeWays) {
    start();
    const std::string body = R"({"deviceInfo":{"devEui":"0080e1150529e258"}})";
    const auto status = [&](const std::string& target, const std::string& headers) {
        return statusOf(ask(post(target, body, headers)));
    };
    const std::string ignored = "/?event=integration";
    EXPECT_EQ(status(ignored, "Authorization: Bearer secret\r\n"), 200);
    EXPECT_EQ(status(ignored, "authorization: bearer secret\r\n"), 200);
    EXPECT_EQ(status(ignored, "X-Token: secret\r\n"), 200);
    EXPECT_EQ(status(ignored + "&token=secret", ""), 200);
    EXPECT_EQ(status(ignored, ""), 401);
    EXPECT_EQ(status(ignored, "Authorization: Bearer secre\r\n"), 401);
    EXPECT_EQ(status(ignored, "Authorization: Bearer secrets\r\n"), 401);
    EXPECT_EQ(status(ignored, "Authorization: Basic secret\r\n"), 401);
    EXPECT_EQ(status(ignored, "X-Token: \r\n"), 401);
    EXPECT_EQ(status(ignored + "&token=Secret", ""), 401);
    EXPECT_EQ(core_.count(), 0U);
    for (const std::string& line : host_.lines()) {
        EXPECT_EQ(line.find("secre"), std::string::npos) << line;
    }
}

TEST_F(ListenerTest, WhatIsNoEventHasItsStatus) {
    start();
    const std::string get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
    EXPECT_EQ(statusOf(ask(get)), 405);
    EXPECT_NE(ask(get).find("Allow: POST"), std::string::npos);
    EXPECT_EQ(statusOf(ask("POST / HTTP/1.1\r\nHost: x\r\nX-Token: secret\r\nContent-Type: "
                           "application/octet-stream\r\nContent-Length: 2\r\n\r\n{}")),
              415);
    EXPECT_EQ(statusOf(ask(post("/", std::string(300 * 1024, 'x')))), 413);
    const std::string wrong = ask(post("/", R"({"deviceInfo":{"devEui":"1"}})"));
    EXPECT_EQ(statusOf(wrong), 400);
    EXPECT_NE(wrong.find("deviceInfo.devEui"), std::string::npos);
    EXPECT_NE(wrong.find("16 hexadecimal digits"), std::string::npos);
    EXPECT_EQ(statusOf(ask(post("/", "[]"))), 400);
    EXPECT_EQ(core_.count(), 0U);
}

TEST_F(ListenerTest, BodyUpToTheLimitIsTaken) {
    start();
    const std::string padding(255 * 1024, 'x');
    auto client = connect();
    client->write(post(
        "/", R"({"deviceInfo":{"devEui":"0080e1150529e258"},"fPort":1,"x":")" + padding + "\"}"));
    ASSERT_TRUE(core_.waitForCount(1));
    commit();
    EXPECT_EQ(statusOf(client->readHttpResponse()), 200);
}

TEST_F(ListenerTest, RefusedMessageIsAnsweredAtOnce) {
    start();
    core_.answer(Verdict::Refused);
    const std::string response = ask(post("/", uplink(1)));
    EXPECT_EQ(statusOf(response), 422);
    EXPECT_NE(response.find("port must be at most 255"), std::string::npos);
}

TEST_F(ListenerTest, BusyBrokerIsAnsweredWith503) {
    start();
    core_.answer(Verdict::Busy);
    const std::string response = ask(post("/", uplink(1)));
    EXPECT_EQ(statusOf(response), 503);
    EXPECT_NE(response.find("Retry-After: 1"), std::string::npos);
    EXPECT_EQ(core_.count(), 0U);
}

TEST_F(ListenerTest, RequestsWaitForABusyBrokerInOrder) {
    start();
    core_.answer(Verdict::Busy);
    std::vector<std::unique_ptr<test::BlockingClient>> clients;
    for (int i = 0; i < 10; ++i) {
        clients.push_back(connect());
        const std::size_t before = core_.busyCount();
        clients.back()->write(post("/", uplink(i)));
        // Only the first one asks; the others queue up behind it. A refused one marks the order.
        if (i == 0) {
            ASSERT_TRUE(core_.waitUntil([&](const auto& c) { return c.busyCount() > before; }));
        } else {
            EXPECT_EQ(statusOf(ask(post("/", "[]"))), 400);
        }
    }
    core_.answer(Verdict::Taken);
    network_->resume();
    ASSERT_TRUE(core_.waitForCount(10));
    commit();
    for (auto& client : clients) EXPECT_EQ(statusOf(client->readHttpResponse()), 200);
    const auto messages = core_.messages();
    std::set<std::uint32_t> counters;
    for (const Message& message : messages) counters.insert(message.frameCounter);
    EXPECT_EQ(counters.size(), 10U);
    EXPECT_EQ(messages.front().frameCounter, 0U);
}

TEST_F(ListenerTest, PipelinedRequestsAreAnsweredInOrder) {
    start();
    auto client = connect();
    client->write(post("/", uplink(1)) + post("/", "[]") + post("/?event=integration", uplink(2)) +
                  post("/", uplink(3)));
    ASSERT_TRUE(core_.waitForCount(1));
    commit();
    EXPECT_EQ(statusOf(client->readHttpResponse()), 200);
    EXPECT_EQ(statusOf(client->readHttpResponse()), 400);
    EXPECT_EQ(statusOf(client->readHttpResponse()), 200);
    ASSERT_TRUE(core_.waitForCount(2));
    commit();
    EXPECT_EQ(statusOf(client->readHttpResponse()), 200);
}

TEST_F(ListenerTest, TwoThousandPostsOverTwentyConnections) {
    start();
    constexpr int kConnections = 20;
    constexpr int kEach = 100;
    std::atomic<int> good = 0;
    std::atomic<int> running = kConnections;
    std::vector<std::thread> threads;
    for (int c = 0; c < kConnections; ++c) {
        threads.emplace_back([&, c] {
            auto client = connect();
            for (int i = 0; i < kEach; ++i) {
                client->write(post("/?event=up", uplink(c * kEach + i)));
                good += statusOf(client->readHttpResponse()) == 200 ? 1 : 0;
            }
            --running;
        });
    }
    while (running > 0) {
        commit();
        std::this_thread::yield();
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(good, kConnections * kEach);
    std::set<std::string> ids;
    for (const Message& message : core_.messages()) ids.insert(message.originId);
    EXPECT_EQ(ids.size(), std::size_t{kConnections * kEach});
}

TEST_F(ListenerTest, SpeaksTlsWithTheBrokersCertificate) {
    const net::TlsIdentity identity = net::makeSelfSigned("runnel.test", 30);
    host_.setTls({1, identity.certificatePem, identity.keyPem, {}});
    settings_.isTls = true;
    start();
    auto client = connect(Mode::Tls);
    client->write(post("/", uplink(1)));
    ASSERT_TRUE(core_.waitForCount(1));
    commit();
    EXPECT_EQ(statusOf(client->readHttpResponse()), 200);
}

TEST_F(ListenerTest, TlsWithoutCertificateDoesNotStart) {
    settings_.isTls = true;
    HttpNetwork network(host_, core_, settings_);
    const Status status = network.start();
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().field, "tls");
}

TEST_F(ListenerTest, ClientThatLeavesBeforeTheCommitDoesNoHarm) {
    start();
    connect()->write(post("/", uplink(1)));
    ASSERT_TRUE(core_.waitForCount(1));
    commit();
    auto client = connect();
    client->write(post("/", uplink(2)));
    ASSERT_TRUE(core_.waitForCount(2));
    commit();
    EXPECT_EQ(statusOf(client->readHttpResponse()), 200);
}

TEST_F(ListenerTest, StopsWithRequestsPending) {
    start();
    auto client = connect();
    client->write(post("/", uplink(1)));
    ASSERT_TRUE(core_.waitForCount(1));
    network_->stop();
    commit();  // late: nothing happens
    EXPECT_EQ(client->readHttpResponse(), "");
}

TEST_F(ListenerTest, DownlinksNeedAWayBack) {
    start();
    const Status status = network_->send({});
    ASSERT_FALSE(status);
    EXPECT_NE(status.error().reason.find("server (chirpstack or tts), api and key"),
              std::string::npos);
}

}  // namespace
}  // namespace runnel::http
