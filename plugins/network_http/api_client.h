// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Poco/Net/Context.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/URI.h>

#include <mutex>
#include <string>

#include "api_call.h"
#include "settings.h"

namespace runnel::http {

/// What the server said. `body` is cut after 64 KiB.
struct ApiAnswer {
    int status{};
    std::string body;
};

/// Blocking HTTP(S) client of one server; a connection per call.
/// Thread safety: post by one thread; abort by any.
class ApiClient final {
  public:
    /// Throws std::exception when TLS cannot be set up.
    explicit ApiClient(const ApiSettings& settings);
    ~ApiClient();
    ApiClient(const ApiClient&) = delete;
    ApiClient& operator=(const ApiClient&) = delete;

    /// An error when the server cannot be reached, breaks off or takes longer than the time-out:
    /// the call may or may not have been carried out. The text holds no secret.
    Result<ApiAnswer> post(const ApiCall& call);
    /// Ends a running call within the 3 s that connecting may take, and lets later ones fail.
    void abort();

  private:
    Poco::Net::StreamSocket connect();
    ApiAnswer exchange(const Poco::Net::StreamSocket& socket, const ApiCall& call);
    void watch(int fd);
    void unwatch();

    const ApiSettings settings_;
    const Poco::URI uri_;
    Poco::Net::Context::Ptr context_;  // null: plain HTTP
    std::mutex mutex_;
    int fd_ = -1;             // guarded by mutex_; our duplicate of the running call's socket
    bool isAborted_ = false;  // guarded by mutex_
};

}  // namespace runnel::http
