// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "net/connection.h"
#include "net/http_exchange.h"
#include "net/http_parser.h"
#include "net/http_server.h"

namespace runnel::net {

/// One connection of an HttpServer. Holds a parser only while a request is coming in, and input
/// only while it cannot be used yet.
/// Thread safety: none; the loop's thread only.
class HttpSession final : private ConnectionHandler {
  public:
    HttpSession(HttpServer& server, Connection::Ptr connection);
    ~HttpSession();
    HttpSession(const HttpSession&) = delete;
    HttpSession& operator=(const HttpSession&) = delete;

    /// Its connection is open, and these bytes have come already.
    void begin(std::span<const std::uint8_t> unread);
    /// Cuts the ties to server and loop; the object may then outlive both.
    void detach();
    void answer(std::uint64_t number, const HttpResponse& response);
    std::optional<TakenConnection> takeOver(std::uint64_t number);

  private:
    enum class Phase : std::uint8_t {
        Idle,       // between two requests
        Head,       // a request has begun
        Body,       // its head is complete
        Handling,   // the handler has it
        Answering,  // part of the answer still waits for room in the connection
        Closing,    // the last answer has been given
    };

    void opened() override;
    void received(std::span<const std::uint8_t> bytes) override;
    void drained() override;
    void closed(CloseReason reason, std::string_view detail) override;

    bool isReading() const { return phase_ <= Phase::Body; }
    void pump();
    void step();
    void askForBody();
    void dispatch();
    void reject(const HttpFailure& failure);
    void sendRest();
    void armDeadline();
    void deadlinePassed();
    void checkProgress();

    HttpServer& server_;
    Connection::Ptr connection_;
    std::shared_ptr<HttpReturnPath> path_;
    std::unique_ptr<HttpRequestParser> parser_;
    std::string input_;
    std::string output_;  // of a large answer: what the connection has not taken yet
    std::size_t outputSent_ = 0;
    std::size_t lastPending_ = 0;
    std::uint64_t number_ = 0;  // of the request in hand
    TimerId deadline_ = TimerId::None;
    Phase phase_ = Phase::Idle;
    bool isPumping_ = false;
    bool isHead_ = false;
    bool isKeepAlive_ = false;
    bool isContinueSent_ = false;
    bool isFirst_ = true;
    bool isPaused_ = false;
};

}  // namespace runnel::net
