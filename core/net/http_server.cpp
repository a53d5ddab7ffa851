// SPDX-License-Identifier: Apache-2.0
#include "net/http_server.h"

#include <utility>

#include "net/http_exchange.h"
#include "net/http_session.h"

namespace runnel::net {

HttpResponse HttpHandler::failed(const HttpFailure& failure) {
    HttpResponse response;
    response.status = failure.status;
    response.body = statusLine(failure.status) + ": " + failure.text + "\n";
    return response;
}

HttpResponder::HttpResponder(std::shared_ptr<HttpExchange> exchange)
    : exchange_(std::move(exchange)) {}

void HttpResponder::respond(HttpResponse response) const {
    exchange_->answer(std::move(response));
}

void HttpResponder::respond(int status, std::string contentType, std::string body,
                            HttpHeaders headers) const {
    exchange_->answer({status, std::move(contentType), std::move(body), std::move(headers)});
}

std::optional<TakenConnection> HttpResponder::takeOver() const {
    return exchange_->takeOver();
}

HttpServer::HttpServer(EventLoop& loop, HttpHandler& handler, HttpLimits limits,
                       std::function<void(std::string_view)> log)
    : loop_(loop), handler_(handler), limits_(limits), log_(std::move(log)) {}

HttpServer::~HttpServer() = default;

void HttpServer::serve(Connection::Ptr connection) {
    auto session = std::make_unique<HttpSession>(*this, std::move(connection));
    HttpSession* const key = session.get();
    sessions_.emplace(key, std::move(session));
}

void HttpServer::serve(Connection::Ptr connection, std::span<const std::uint8_t> unread) {
    auto session = std::make_unique<HttpSession>(*this, std::move(connection));
    HttpSession& begun = *session;
    sessions_.emplace(&begun, std::move(session));
    begun.begin(unread);
}

/// The session is on the call stack, so its memory stays until the turn ends.
void HttpServer::forget(HttpSession& session) {
    const auto found = sessions_.find(&session);
    if (found == sessions_.end()) return;
    session.detach();
    loop_.destroyLater(std::shared_ptr<HttpSession>(std::move(found->second)));
    sessions_.erase(found);
}

}  // namespace runnel::net
