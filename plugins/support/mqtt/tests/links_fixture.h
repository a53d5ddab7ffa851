// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "mqtt/links.h"
#include "net/event_loop.h"
#include "net/listener.h"
#include "net/websocket_handshake.h"

namespace runnel::mqtt::test {

inline const net::TlsIdentity& testIdentity() {
    static const net::TlsIdentity identity = net::makeSelfSigned("localhost", 30);
    return identity;
}

inline std::span<const std::uint8_t> bytesOf(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// One end of a link: writes down what comes, and does what the test's functions say.
class End final : public LinkHandler {
  public:
    explicit End(std::function<void()> changed) : changed_(std::move(changed)) {}

    void opened() override {
        isOpened = true;
        if (onOpened) onOpened();
        changed_();
    }
    void received(std::span<const std::uint8_t> bytes) override {
        input.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        ++calls;
        if (onReceived) onReceived();
        changed_();
    }
    void drained() override {
        isDrained = true;
        changed_();
    }
    void closed(std::string_view text) override {
        EXPECT_EQ(why, std::nullopt) << "closed() twice";
        why = text;
        if (onClosed) onClosed();
        changed_();
    }
    void send(std::string_view text) { link->send(bytesOf(text)); }

    std::unique_ptr<Link> link;
    std::string input;
    std::optional<std::string> why;
    std::function<void()> onOpened;
    std::function<void()> onReceived;
    std::function<void()> onClosed;
    int calls = 0;
    bool isOpened = false;
    bool isDrained = false;

  private:
    std::function<void()> changed_;
};

struct Kind {
    const char* name;
    const char* scheme;
    bool isTls;
    bool isWebSocket;
};

// NOLINTNEXTLINE(readability-identifier-naming): GoogleTest looks for this name
inline void PrintTo(const Kind& kind, std::ostream* out) {
    *out << kind.name;
}

/// A server end and a client end on one loop, which runs on the test's own thread. The server is of
/// one kind; clients may be of another.
class Ends final : private net::HttpHandler {
  public:
    explicit Ends(Kind kind) : kind_(kind), http_(loop_, *this) {
        net::ListenerOptions options;
        if (kind.isTls) options.connection.tls = net::TlsContext::server(testIdentity());
        listener_ = std::make_unique<net::Listener>(
            loop_, "127.0.0.1:0", options, [this](net::Connection::Ptr connection) {
                if (kind_.isWebSocket) return http_.serve(std::move(connection));
                server.why.reset();
                server.link = serverLink(std::move(connection), server);
            });
    }
    Ends(const Ends&) = delete;
    Ends& operator=(const Ends&) = delete;

    net::EventLoop& loop() { return loop_; }
    void stopListening() { listener_.reset(); }

    /// For the server, of its kind unless told otherwise.
    ClientSettings settings() { return settings(kind_.scheme); }
    ClientSettings settings(const std::string& scheme) {
        const std::string address = listener_->address();
        const std::string port = address.substr(address.rfind(':'));
        ClientSettings settings;
        settings.address = *parseAddress(scheme + "://localhost" + port);
        if (settings.address.isTls) {
            settings.tls = net::TlsContext::client({true, testIdentity().certificatePem, {}});
        }
        return settings;
    }
    void connect() { connect(settings()); }
    void connect(const ClientSettings& settings) {
        const std::string port = std::to_string(settings.address.port);
        client.link = clientLink(loop_, net::connectTo("127.0.0.1:" + port), settings, client);
    }
    /// Until both ends can send.
    void connectBoth() {
        connect();
        EXPECT_TRUE(until([this] { return client.isOpened && server.link != nullptr; }))
            << client.why.value_or("hangs");
    }

    /// Runs the loop until this is so; false after ten seconds.
    bool until(const std::function<bool()>& isDone) {
        bool isLate = false;
        isDone_ = [&] { return isLate || isDone(); };
        const net::TimerId deadline = loop_.after(std::chrono::seconds(10), [&] {
            isLate = true;
            changed();
        });
        if (!isDone_()) loop_.run();
        loop_.cancel(deadline);
        isDone_ = nullptr;
        return !isLate;
    }
    /// Lets come what is on its way.
    void turn() {
        for (int i = 0; i < 5; ++i) {
            loop_.stop();
            loop_.run();
        }
    }

  private:
    net::EventLoop loop_;

  public:
    net::WebSocketPool pool;
    End server{[this] { changed(); }};
    End client{[this] { changed(); }};

  private:
    void changed() {
        if (isDone_ && isDone_()) loop_.stop();
    }
    void handle(net::HttpRequest request, net::HttpResponder responder) override {
        const net::WebSocketAnswer answer =
            net::answerOffer(net::offerOf(request), kWebSocketProtocols);
        if (!answer.problem.empty()) {
            return responder.respond(426, "text/plain", answer.problem + "\nmore");
        }
        auto taken = responder.takeOver();
        ASSERT_TRUE(taken);
        server.why.reset();
        server.link =
            serverWebSocketLink(std::move(*taken), pool, server, net::switchingProtocols(answer));
        changed();
    }

    Kind kind_;
    net::HttpServer http_;
    std::function<bool()> isDone_;
    std::unique_ptr<net::Listener> listener_;
};

}  // namespace runnel::mqtt::test
