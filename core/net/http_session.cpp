// SPDX-License-Identifier: Apache-2.0
#include "net/http_session.h"

#include <algorithm>
#include <exception>
#include <utility>

namespace runnel::net {

namespace {

constexpr std::size_t kMaxPipelinedBytes =
    std::size_t{64} * 1024;                              // read ahead of the request in hand
constexpr std::size_t kPiece = std::size_t{256} * 1024;  // of a large answer

}  // namespace

HttpSession::HttpSession(HttpServer& server, Connection::Ptr connection)
    : server_(server),
      connection_(std::move(connection)),
      path_(std::make_shared<HttpReturnPath>()) {
    path_->loop = &server.loop_;
    path_->session = this;
    connection_->setHandler(*this);
}

HttpSession::~HttpSession() {
    detach();
}

void HttpSession::detach() {
    if (path_->session == nullptr) return;
    server_.loop_.cancel(deadline_);
    connection_.reset();
    path_->session = nullptr;
    const std::lock_guard lock(path_->mutex);
    path_->loop = nullptr;
}

void HttpSession::begin(std::span<const std::uint8_t> unread) {
    opened();
    received(unread);
}

void HttpSession::opened() {
    armDeadline();
}

void HttpSession::received(std::span<const std::uint8_t> bytes) {
    if (phase_ == Phase::Closing) return;
    input_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    if (!isReading() && input_.size() > kMaxPipelinedBytes) {
        isPaused_ = true;
        connection_->pauseReading();
    }
    pump();
}

/// Works through the input, request by request. An answer given inside the handler comes back here
/// through answer(), which must not start a second round on top of this one.
void HttpSession::pump() {
    if (isPumping_ || !isReading()) return;
    isPumping_ = true;
    const Phase before = phase_;
    const std::uint64_t numberBefore = number_;
    std::size_t sizeBefore = 0;
    while (connection_ && isReading() && !input_.empty() && input_.size() != sizeBefore) {
        sizeBefore = phase_ == Phase::Idle ? 0 : input_.size();
        step();
    }
    isPumping_ = false;
    if (!connection_) return;
    if (input_.empty()) std::string().swap(input_);
    if (isReading() && std::exchange(isPaused_, false)) connection_->resumeReading();
    if (phase_ != before || number_ != numberBefore) armDeadline();
}

void HttpSession::step() {
    if (!parser_) {
        parser_ = std::make_unique<HttpRequestParser>(server_.limits_);
        phase_ = Phase::Head;
        isContinueSent_ = false;
    }
    input_.erase(0, parser_->feed(input_));
    switch (parser_->state()) {
        case HttpRequestParser::State::Head:
            break;
        case HttpRequestParser::State::Body:
            phase_ = Phase::Body;
            askForBody();
            break;
        case HttpRequestParser::State::Done:
            dispatch();
            break;
        case HttpRequestParser::State::Failed:
            reject(parser_->failure());
            break;
    }
}

void HttpSession::askForBody() {
    if (!parser_->isContinueExpected() || !input_.empty() || isContinueSent_) return;
    isContinueSent_ = true;
    connection_->send("HTTP/1.1 100 Continue\r\n\r\n");
}

void HttpSession::dispatch() {
    HttpRequest request = parser_->take();
    parser_.reset();
    request.peer = connection_->peer();
    request.isTls = connection_->isTls();
    isHead_ = request.method == "HEAD";
    isKeepAlive_ = request.isKeepAlive;
    isFirst_ = false;
    phase_ = Phase::Handling;
    const HttpResponder responder(std::make_shared<HttpExchange>(path_, ++number_));
    try {
        server_.handler_.handle(std::move(request), responder);
    } catch (const std::exception& error) {
        if (server_.log_) server_.log_(std::string("HTTP handler failed: ") + error.what());
        responder.respond(server_.handler_.failed({500, "internal error"}));
    }
}

void HttpSession::answer(std::uint64_t number, const HttpResponse& response) {
    if (number != number_ || phase_ != Phase::Handling || !connection_) return;
    isKeepAlive_ = isKeepAlive_ && !response.isLast;
    output_ = serialize(response, isHead_, isKeepAlive_);
    outputSent_ = 0;
    phase_ = Phase::Answering;
    sendRest();
}

/// Hands the answer over piece by piece, since a connection does not take unlimited output.
void HttpSession::sendRest() {
    while (outputSent_ < output_.size()) {
        if (connection_->pendingBytes() >= kPiece) return armDeadline();
        const std::string_view rest = std::string_view(output_).substr(outputSent_, kPiece);
        if (!connection_->send(rest)) return;
        outputSent_ += rest.size();
    }
    std::string().swap(output_);
    outputSent_ = 0;
    phase_ = isKeepAlive_ ? Phase::Idle : Phase::Closing;
    if (phase_ == Phase::Closing) connection_->close();
    if (isPumping_) return;
    armDeadline();
    pump();
}

void HttpSession::drained() {
    if (phase_ == Phase::Answering) sendRest();
}

void HttpSession::reject(const HttpFailure& failure) {
    connection_->send(serialize(server_.handler_.failed(failure), false, false));
    connection_->close();
    phase_ = Phase::Closing;
    parser_.reset();
    input_.clear();
}

std::optional<TakenConnection> HttpSession::takeOver(std::uint64_t number) {
    if (number != number_ || phase_ != Phase::Handling || !connection_) return std::nullopt;
    phase_ = Phase::Closing;
    TakenConnection taken{std::move(connection_), std::move(input_)};
    if (isPaused_) taken.connection->resumeReading();
    server_.forget(*this);
    return taken;
}

void HttpSession::closed(CloseReason, std::string_view) {
    server_.forget(*this);
}

void HttpSession::armDeadline() {
    server_.loop_.cancel(std::exchange(deadline_, TimerId::None));
    std::chrono::milliseconds delay = server_.limits_.idleDeadline;
    if (phase_ == Phase::Head || (phase_ == Phase::Idle && isFirst_)) {
        delay = server_.limits_.headDeadline;
    } else if (phase_ == Phase::Body) {
        delay = server_.limits_.bodyDeadline;
    } else if (phase_ == Phase::Handling || phase_ == Phase::Closing) {
        return;  // the handler takes the time it needs; a closing connection has its own deadline
    }
    lastPending_ = connection_->pendingBytes() + output_.size() - outputSent_;
    deadline_ = server_.loop_.after(delay, [this] { deadlinePassed(); });
}

void HttpSession::deadlinePassed() {
    deadline_ = TimerId::None;
    if (phase_ == Phase::Head || phase_ == Phase::Body) {
        return reject({408, "the request did not arrive in time"});
    }
    checkProgress();
}

/// A client that reads its answer slowly may go on; one that does not read at all may not.
void HttpSession::checkProgress() {
    const std::size_t pending = connection_->pendingBytes() + output_.size() - outputSent_;
    if (pending == 0) {
        phase_ = Phase::Closing;
        connection_->close();
    } else if (pending < lastPending_) {
        armDeadline();
    } else {
        connection_->abort();
    }
}

}  // namespace runnel::net
