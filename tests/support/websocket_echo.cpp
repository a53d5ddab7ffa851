// SPDX-License-Identifier: Apache-2.0
// websocket_echo [--tls] [--port N] [--max BYTES]: a WebSocket server on 127.0.0.1 that sends every
// message back, built on runnel_net as the protocol plugins are. Prints its port, then runs until
// its standard input ends or a signal comes.
#include <sys/epoll.h>
#include <unistd.h>

#include <cstdlib>
#include <exception>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/connection.h"
#include "net/event_loop.h"
#include "net/http_server.h"
#include "net/listener.h"
#include "net/tls_context.h"
#include "net/websocket.h"
#include "net/websocket_handshake.h"

namespace runnel::net {
namespace {

struct Options {
    bool isTls = false;
    std::string port = "0";
    std::size_t maxBytes = std::size_t{16} << 20U;
};

class EchoServer;

/// One client: what comes in goes out.
class Echo final : private ConnectionHandler, private WebSocketEvents {
  public:
    Echo(EchoServer& server, WebSocketPool& pool, TakenConnection taken, std::string_view head)
        : server_(server), receiver_(pool), connection_(std::move(taken.connection)) {
        connection_->setHandler(*this);
        connection_->send(head);
        if (!taken.unread.empty()) {
            received(
                {reinterpret_cast<const std::uint8_t*>(taken.unread.data()), taken.unread.size()});
        }
    }

  private:
    void received(std::span<const std::uint8_t> bytes) override { receiver_.feed(bytes, *this); }
    void closed(CloseReason, std::string_view) override;
    void message(bool isText, std::string_view payload) override {
        send(isText ? WebSocketOpcode::Text : WebSocketOpcode::Binary, payload);
    }
    void ping(std::string_view payload) override { send(WebSocketOpcode::Pong, payload); }
    void pong(std::string_view) override {}
    void peerClosed(std::uint16_t code, std::string_view reason) override {
        hangUp(static_cast<WebSocketClose>(code), reason);
    }
    void failed(WebSocketClose code, std::string_view text) override { hangUp(code, text); }

    void send(WebSocketOpcode opcode, std::string_view payload) {
        std::vector<std::uint8_t> frame;
        appendFrame(frame, opcode, payload);
        connection_->send(frame);
    }
    void hangUp(WebSocketClose code, std::string_view reason) {
        std::vector<std::uint8_t> frame;
        appendClose(frame, code, reason);
        connection_->send(frame);
        connection_->close();
    }

    EchoServer& server_;
    WebSocketReceiver receiver_;
    Connection::Ptr connection_;
};

class EchoServer final : private HttpHandler {
  public:
    EchoServer(EventLoop& loop, const Options& options)
        : loop_(loop), pool_(options.maxBytes), http_(loop, *this) {
        ListenerOptions listening;
        listening.connection.maxPendingBytes = 4 * options.maxBytes;
        if (options.isTls) {
            listening.connection.tls = TlsContext::server(makeSelfSigned("localhost", 2));
        }
        listener_ = std::make_unique<Listener>(
            loop, "127.0.0.1:" + options.port, listening,
            [this](Connection::Ptr connection) { http_.serve(std::move(connection)); });
    }

    std::string port() const {
        const std::string address = listener_->address();
        return address.substr(address.rfind(':') + 1);
    }

    void forget(Echo& echo) {
        const auto found = echoes_.find(&echo);
        loop_.destroyLater(found->second);
        echoes_.erase(found);
    }

  private:
    void handle(HttpRequest request, HttpResponder responder) override {
        const WebSocketAnswer answer = answerOffer(offerOf(request));
        if (!answer.problem.empty()) {
            return responder.respond(426, "text/plain", answer.problem + "\n",
                                     {{"Sec-WebSocket-Version", "13"}});
        }
        if (auto taken = responder.takeOver()) {
            auto echo =
                std::make_shared<Echo>(*this, pool_, std::move(*taken), switchingProtocols(answer));
            echoes_.emplace(echo.get(), echo);
        }
    }

    EventLoop& loop_;
    WebSocketPool pool_;
    std::map<Echo*, std::shared_ptr<Echo>> echoes_;
    HttpServer http_;
    std::unique_ptr<Listener> listener_;
};

void Echo::closed(CloseReason, std::string_view) {
    server_.forget(*this);
}

/// Ends the loop with standard input, so that no test run leaves a server behind.
class EndOfInput final : private EventHandler {
  public:
    explicit EndOfInput(EventLoop& loop) : loop_(loop) { loop.add(STDIN_FILENO, EPOLLIN, *this); }

  private:
    void ready(std::uint32_t) override {
        char byte = 0;
        if (::read(STDIN_FILENO, &byte, 1) <= 0) loop_.stop();
    }

    EventLoop& loop_;
};

Options parse(int count, char** words) {
    Options options;
    for (int i = 1; i < count; ++i) {
        const std::string_view word = words[i];
        if (word == "--tls") {
            options.isTls = true;
        } else if (word == "--port" && i + 1 < count) {
            options.port = words[++i];
        } else if (word == "--max" && i + 1 < count) {
            options.maxBytes = std::stoul(words[++i]);
        } else {
            throw std::runtime_error("usage: websocket_echo [--tls] [--port N] [--max BYTES]");
        }
    }
    return options;
}

}  // namespace
}  // namespace runnel::net

int main(int count, char** words) {
    using namespace runnel::net;
    try {
        EventLoop loop;
        EchoServer server(loop, parse(count, words));
        const EndOfInput end(loop);
        std::cout << server.port() << std::endl;
        loop.run();
        return EXIT_SUCCESS;
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return EXIT_FAILURE;
    }
}
