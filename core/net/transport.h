// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "net/tls_context.h"

namespace runnel::net {

enum class IoStatus : std::uint8_t {
    Done,       // `bytes` were moved (at least 1), or the step is complete
    WantRead,   // nothing moved; the same call again when the descriptor is readable
    WantWrite,  // nothing moved; the same call with the same bytes when it is writable
    Ended,      // close_notify, FIN without one, or RST: the peer is gone, a normal end
    Failed,     // anything else; the transport is of no more use
};

struct IoResult {
    IoStatus status = IoStatus::Failed;
    std::size_t bytes = 0;
    std::string detail;  // for Failed: the reason in words
};

/// One connected TCP descriptor, plain or with its own SSL*: the only place that calls OpenSSL's
/// or the kernel's stream functions. Non-blocking, without exceptions. Before each TLS call
/// OpenSSL's error queue is cleared: what another library left there must not end this connection.
///
/// Thread safety: none; one thread at a time.
class Transport final {
  public:
    /// Takes over the descriptor.
    explicit Transport(int fd) : fd_(fd) {}
    ~Transport() { close(); }
    Transport(const Transport&) = delete;
    Transport& operator=(const Transport&) = delete;

    /// `serverName` is for clients: sent as SNI and, when the context verifies, compared with the
    /// certificate (a name or a numeric address). False when OpenSSL is out of memory.
    [[nodiscard]] bool startTls(const TlsContext& context, bool isClient,
                                const std::string& serverName);
    bool isTls() const { return ssl_ != nullptr; }
    int fd() const { return fd_; }

    IoResult handshake();
    IoResult read(std::span<std::uint8_t> into);
    /// `from` must not be empty. After WantRead or WantWrite the next call must offer exactly the
    /// same bytes again (at any address).
    IoResult write(std::span<const std::uint8_t> from);
    /// Says close_notify (TLS) and shuts down writing. Done, WantWrite or an end.
    IoResult finishWriting();
    /// Reads the raw descriptor past TLS: for throwing away what still comes in after
    /// finishWriting.
    IoResult readRaw(std::span<std::uint8_t> into);
    /// Frees the SSL* and closes the descriptor. Never blocks; a second call does nothing.
    void close();

  private:
    IoResult tlsResult(int returned);

    int fd_;
    SSL* ssl_ = nullptr;
};

}  // namespace runnel::net
