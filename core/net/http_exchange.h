// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>

#include "net/event_loop.h"
#include "net/http_server.h"

namespace runnel::net {

/// How an answer finds the way back to its connection, if it still exists.
struct HttpReturnPath {
    std::mutex mutex;
    EventLoop* loop = nullptr;       // guarded by mutex; null once the session has gone
    HttpSession* session = nullptr;  // the loop's thread only
};

/// One request's right to an answer (what the copies of a HttpResponder share).
/// Thread safety: answer on any thread; takeOver on the loop's.
class HttpExchange final {
  public:
    HttpExchange(std::shared_ptr<HttpReturnPath> path, std::uint64_t number)
        : path_(std::move(path)), number_(number) {}
    ~HttpExchange();
    HttpExchange(const HttpExchange&) = delete;
    HttpExchange& operator=(const HttpExchange&) = delete;

    void answer(HttpResponse response);
    std::optional<TakenConnection> takeOver();

  private:
    std::shared_ptr<HttpReturnPath> path_;
    const std::uint64_t number_;
    std::atomic<bool> isAnswered_ = false;
};

}  // namespace runnel::net
