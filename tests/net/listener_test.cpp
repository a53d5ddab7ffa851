// SPDX-License-Identifier: Apache-2.0
#include "net/listener.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <mutex>
#include <vector>

#include "tests/net/net_fixture.h"

namespace runnel::net {
namespace {

using test::BlockingClient;
using Mode = BlockingClient::Mode;

std::string refusal(std::string_view address) {
    try {
        ::close(listenOn(address));
    } catch (const std::runtime_error& error) {
        return error.what();
    }
    return "listening";
}

TEST(AddressTest, TextsNameAddressAndReason) {
    EXPECT_EQ(refusal("127.0.0.1"),
              "cannot listen on 127.0.0.1: expected HOST:PORT, such as 127.0.0.1:8443 or *:8443");
    EXPECT_EQ(refusal("127.0.0.1:70000"),
              "cannot listen on 127.0.0.1:70000: the port must be a number from 0 to 65535");
    EXPECT_EQ(refusal("127.0.0.1:"),
              "cannot listen on 127.0.0.1:: the port must be a number from 0 to 65535");
    EXPECT_EQ(refusal("::1:80"),
              "cannot listen on ::1:80: an IPv6 address needs brackets, such as [::1]:8443");
    EXPECT_EQ(refusal("192.0.2.1:0"),
              "cannot listen on 192.0.2.1:0: Cannot assign requested address");
    EXPECT_NE(refusal("").find("expected HOST:PORT"), std::string::npos);
    const int fd = listenOn("127.0.0.1:0");
    const std::string taken = boundAddress(fd);
    EXPECT_EQ(refusal(taken), "cannot listen on " + taken + ": Address already in use");
    ::close(fd);
}

TEST(AddressTest, ListensOnEveryAddressAndOnIpv6) {
    const int any = listenOn("*:0");
    const std::string bound = boundAddress(any);
    EXPECT_TRUE(bound.starts_with("[::]:") || bound.starts_with("0.0.0.0:")) << bound;
    BlockingClient client("127.0.0.1" + bound.substr(bound.rfind(':')), Mode::Plain);
    ::close(any);
    if (bound.starts_with("[::]:")) {
        EXPECT_EQ(refusal("[::1]:0"), "listening");
    }
}

TEST(AddressTest, PeerTextHasBothFamilies) {
    PeerAddress v4;
    v4.ip = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 192, 0, 2, 1};
    v4.port = 80;
    EXPECT_EQ(v4.text(), "192.0.2.1:80");
    PeerAddress v6;
    v6.ip[15] = 1;
    v6.port = 80;
    EXPECT_EQ(v6.text(), "[::1]:80");
    EXPECT_EQ(PeerAddress{}.text(), "");
}

struct Collected {
    std::mutex mutex;
    std::vector<std::string> lines;
    std::promise<void> first;
    void add(std::string_view line) {
        const std::lock_guard lock(mutex);
        lines.emplace_back(line);
        if (lines.size() == 1) first.set_value();
    }
};

/// Keeps what a listener accepts.
class Holder final : public ConnectionHandler {
  public:
    void received(std::span<const std::uint8_t>) override {}
    void closed(CloseReason, std::string_view) override {}
    std::vector<Connection::Ptr> connections;
    Listener::Accept accept() {
        return [this](Connection::Ptr connection) {
            connection->setHandler(*this);
            connection->send("");
            connections.push_back(std::move(connection));
        };
    }
};

TEST(ListenerTest, BorrowedSocketStaysOpenAndMayHaveTwoListeners) {
    test::LoopThread thread;
    const int fd = listenOn("127.0.0.1:0");
    const std::string address = boundAddress(fd);
    Holder first;
    Holder second;
    std::unique_ptr<Listener> old;
    std::unique_ptr<Listener> fresh;
    thread.call([&] {
        old = std::make_unique<Listener>(thread.loop(), fd, ListenerOptions{}, first.accept());
        fresh = std::make_unique<Listener>(thread.loop(), fd, ListenerOptions{}, second.accept());
        old->pause();
        EXPECT_EQ(fresh->address(), address);
    });
    BlockingClient one(address, Mode::Plain);
    while (thread.call([&] { return second.connections.size(); }) < 1) std::this_thread::yield();
    thread.call([&] {
        fresh.reset();
        old->resume();
    });
    BlockingClient two(address, Mode::Plain);
    while (thread.call([&] { return first.connections.size(); }) < 1) std::this_thread::yield();
    thread.call([&] {
        old.reset();
        first.connections.clear();
        second.connections.clear();
    });
    EXPECT_EQ(boundAddress(fd), address);
    ::close(fd);
}

TEST(ListenerTest, LimitOfConnectionsRefusesAtOnceAndRecovers) {
    test::LoopThread thread;
    Holder holder;
    Collected log;
    std::unique_ptr<Listener> listener;
    const std::string address = thread.call([&] {
        ListenerOptions options;
        options.limits.connections = 3;
        options.log = [&](std::string_view line) { log.add(line); };
        listener =
            std::make_unique<Listener>(thread.loop(), "127.0.0.1:0", options, holder.accept());
        return listener->address();
    });
    std::vector<std::unique_ptr<BlockingClient>> clients;
    clients.reserve(3);
    for (int i = 0; i < 3; ++i) {
        clients.push_back(std::make_unique<BlockingClient>(address, Mode::Plain));
    }
    while (thread.call([&] { return holder.connections.size(); }) < 3) std::this_thread::yield();
    BlockingClient refused(address, Mode::Plain);
    EXPECT_EQ(refused.readAll(), "");
    log.first.get_future().get();
    EXPECT_NE(log.lines.front().find("limit of connections"), std::string::npos);
    thread.call([&] {
        EXPECT_EQ(listener->refused(), 1U);
        holder.connections.pop_back();
    });
    BlockingClient welcome(address, Mode::Plain);
    while (thread.call([&] { return holder.connections.size(); }) < 3) std::this_thread::yield();
    thread.call([&] {
        holder.connections.clear();
        listener.reset();
    });
}

TEST(ListenerTest, PendingHandshakesAreLimitedPerAddress) {
    test::LoopThread thread;
    Holder holder;
    std::unique_ptr<Listener> listener;
    const std::string address = thread.call([&] {
        ListenerOptions options;
        options.connection = TestServer::tls();
        options.limits.handshakesPerAddress = 2;
        listener =
            std::make_unique<Listener>(thread.loop(), "127.0.0.1:0", options, holder.accept());
        return listener->address();
    });
    BlockingClient one(address, Mode::Plain);
    BlockingClient two(address, Mode::Plain);
    while (thread.call([&] { return holder.connections.size(); }) < 2) std::this_thread::yield();
    BlockingClient refused(address, Mode::Plain);
    EXPECT_EQ(refused.readAll(), "");
    thread.call([&] { holder.connections.clear(); });
    BlockingClient welcome(address, Mode::Tls);
    thread.call([&] {
        EXPECT_EQ(listener->admission().connections(), 1U);
        holder.connections.clear();
        listener.reset();
    });
}

TEST(ListenerTest, SurvivesRunningOutOfDescriptors) {
#ifdef __SANITIZE_ADDRESS__
    GTEST_SKIP() << "the sanitizer itself needs descriptors and reports nonsense without them";
#endif
    test::LoopThread thread;
    Holder holder;
    Collected log;
    std::unique_ptr<Listener> listener;
    const std::string address = thread.call([&] {
        ListenerOptions options;
        options.log = [&](std::string_view line) { log.add(line); };
        listener =
            std::make_unique<Listener>(thread.loop(), "127.0.0.1:0", options, holder.accept());
        return listener->address();
    });
    // The client's socket takes the last free number, so that accept has none left.
    const int lastFree = ::dup(0);
    rlimit before{};
    ::getrlimit(RLIMIT_NOFILE, &before);
    ::close(lastFree);
    rlimit tight = before;
    tight.rlim_cur = static_cast<rlim_t>(lastFree) + 1;
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &tight), 0);
    BlockingClient client(address, Mode::Plain);
    log.first.get_future().get();
    EXPECT_EQ(thread.call([&] { return holder.connections.size(); }), 0U);
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
    while (thread.call([&] { return holder.connections.size(); }) < 1) std::this_thread::yield();
    EXPECT_NE(log.lines.front().find("Too many open files"), std::string::npos);
    EXPECT_EQ(log.lines.size(), 1U);
    thread.call([&] {
        holder.connections.clear();
        listener.reset();
    });
}

TEST(ListenerTest, NewCertificateIsForNewConnectionsOnly) {
    TestServer server(TestServer::tls());
    server.onReceived = [](TestServer::Peer& peer, std::span<const std::uint8_t> bytes) {
        peer.connection->send(bytes);
    };
    const std::string address = server.start();
    BlockingClient old(address, Mode::Tls);
    server.thread.call(
        [&] { server.listener->setTls(TlsContext::server(makeSelfSigned("renewed.example", 1))); });
    BlockingClient renewed(address, Mode::Tls);
    for (BlockingClient* client : {&old, &renewed}) {
        client->write("x");
        EXPECT_EQ(client->readExactly(1), "x");
    }
}

}  // namespace
}  // namespace runnel::net
