// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "net/http_message.h"

namespace runnel::net {

/// Reads one HTTP/1.1 or 1.0 request out of bytes that arrive in any pieces. Knows no sockets.
/// Thread safety: none; one thread at a time.
class HttpRequestParser final {
  public:
    enum class State : std::uint8_t { Head, Body, Done, Failed };

    explicit HttpRequestParser(const HttpLimits& limits);
    ~HttpRequestParser();

    /// Offers all bytes that have not been consumed yet, at least one. Returns how many were
    /// consumed; the rest must be offered again, with more behind it. Consumes nothing past the
    /// request's end. Never throws (but std::bad_alloc).
    std::size_t feed(std::string_view bytes);
    State state() const { return state_; }
    /// In state Body: the client waits for "100 Continue" before it sends the body.
    bool isContinueExpected() const { return isContinueExpected_; }
    /// In state Done, once. `peer` and `isTls` are left to the caller.
    HttpRequest take();
    /// In state Failed: what is wrong.
    HttpFailure failure() const { return {status_, std::string(problem_)}; }

  private:
    class Beast;

    std::size_t run(std::string_view bytes);
    std::size_t put(std::string_view bytes);
    void headDone();
    bool checkHead();
    bool readTarget(std::string_view target);
    void fail(int status, std::string_view text);
    void failFrom(int error, std::string_view bytes);

    const HttpLimits& limits_;
    std::unique_ptr<Beast> beast_;
    HttpRequest request_;
    State state_ = State::Head;
    bool isStarted_ = false;  // some bytes of the request have been consumed
    bool isContinueExpected_ = false;
    int status_ = 0;
    std::string_view problem_;
};

}  // namespace runnel::net
