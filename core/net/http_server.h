// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "net/connection.h"
#include "net/event_loop.h"
#include "net/http_message.h"

namespace runnel::net {

class HttpExchange;
class HttpSession;

/// A connection that has left HTTP, with what had already been read behind the request. Call
/// Connection::setHandler before the turn ends, and treat `unread` as received.
struct TakenConnection {
    Connection::Ptr connection;
    std::string unread;
};

/// The right to answer one request, once. Copies share the right; when the last copy goes without
/// an answer, the client gets 500. Weak: nothing happens when client or server have gone.
/// Thread safety: respond and destruction on any thread; takeOver on the loop's.
class HttpResponder final {
  public:
    explicit HttpResponder(std::shared_ptr<HttpExchange> exchange);

    /// Later calls are ignored. On the loop's thread the bytes leave at the end of the turn, else
    /// one post.
    void respond(HttpResponse response) const;
    void respond(int status, std::string contentType, std::string body,
                 HttpHeaders headers = {}) const;
    /// Takes the connection out of the server (for an upgrade): the server forgets it, and holds no
    /// memory for it after the turn. Nothing when it has gone or has been answered.
    std::optional<TakenConnection> takeOver() const;

  private:
    std::shared_ptr<HttpExchange> exchange_;
};

/// What a server's user implements. Called on the loop's thread, one request at a time per
/// connection; must not block. What it throws is logged and answered with 500.
class HttpHandler {
  public:
    virtual void handle(HttpRequest request, HttpResponder responder) = 0;
    /// What the server answers by itself; the connection closes afterwards if the request was at
    /// fault. One line of text, unless a server wants another form. Must not throw.
    virtual HttpResponse failed(const HttpFailure& failure);

  protected:
    ~HttpHandler() = default;
};

/// HTTP/1.1 over Connections that some Listener accepts: keep-alive, pipelining (answered in
/// order), chunked and sized bodies, Expect: 100-continue, HEAD, upgrades. A request that breaks a
/// rule or a limit is answered with HttpHandler::failed, and its connection closed.
/// Thread safety: none; the loop's thread only. Never logs targets: queries hold tokens.
class HttpServer final {
  public:
    /// `log` gets a sentence when a handler throws; may be empty.
    HttpServer(EventLoop& loop, HttpHandler& handler, HttpLimits limits = {},
               std::function<void(std::string_view)> log = {});
    /// Drops all connections. Responders may live on.
    ~HttpServer();
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    /// Serves this connection: `Listener(..., [&](auto c) { server.serve(std::move(c)); })`.
    void serve(Connection::Ptr connection);
    /// The same for a connection that is open already and from which `unread` has been read.
    void serve(Connection::Ptr connection, std::span<const std::uint8_t> unread);
    /// Connections that are HTTP at the moment.
    std::size_t connections() const { return sessions_.size(); }

  private:
    friend class HttpSession;
    void forget(HttpSession& session);

    EventLoop& loop_;
    HttpHandler& handler_;
    const HttpLimits limits_;
    std::function<void(std::string_view)> log_;
    std::unordered_map<HttpSession*, std::unique_ptr<HttpSession>> sessions_;
};

}  // namespace runnel::net
