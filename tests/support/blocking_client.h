// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

using SSL = struct ssl_st;
using SSL_CTX = struct ssl_ctx_st;
using SSL_SESSION = struct ssl_session_st;

namespace runnel::test {

/// A blocking TCP, TLS or Unix socket client for tests; it does not verify certificates. Every wait
/// ends after `timeout` as if the peer had closed, so a broken server makes a test fail, not hang.
/// Throws std::runtime_error when it cannot connect or shake hands.
/// Thread safety: one thread at a time.
class BlockingClient final {
  public:
    enum class Mode { Plain, Tls };

    /// `address` is numeric, "127.0.0.1:40113", or the path of a Unix socket. `receiveBuffer` > 0
    /// sets SO_RCVBUF before connecting: a small one makes the server's writes block soon.
    BlockingClient(std::string_view address, Mode mode,
                   std::chrono::milliseconds timeout = std::chrono::seconds(10),
                   int receiveBuffer = 0);
    ~BlockingClient();
    BlockingClient(const BlockingClient&) = delete;
    BlockingClient& operator=(const BlockingClient&) = delete;

    /// Writes everything; false when the peer has gone.
    bool write(std::string_view bytes);
    /// At least one byte, at most `max`; empty at the end or after the timeout.
    std::string readSome(std::size_t max = 65536);
    /// Up to and including the first `end`; what was read if the peer ends before.
    std::string readUntil(std::string_view end);
    std::string readExactly(std::size_t count);
    std::string readAll();
    /// One HTTP response with Content-Length, head and body. `hasBody` false: for HEAD.
    std::string readHttpResponse(bool hasBody = true);

    /// True when the last read ended with the peer's orderly end (close_notify, or FIN when plain),
    /// not with a reset or the timeout.
    bool hasEndedCleanly() const { return hasEndedCleanly_; }
    bool wasReset() const { return wasReset_; }
    /// TLS close_notify and FIN; reading goes on.
    void finishWriting();
    /// FIN or close without close_notify.
    void closeAbruptly();
    /// Closes with RST.
    void reset();
    int fd() const { return fd_; }
    SSL* ssl() const { return ssl_; }

  private:
    void connect(std::string_view address);
    void startTls();

    int fd_ = -1;
    SSL_CTX* context_ = nullptr;
    SSL* ssl_ = nullptr;
    std::string buffer_;  // read, but not yet asked for
    bool hasEndedCleanly_ = false;
    bool wasReset_ = false;
};

}  // namespace runnel::test
