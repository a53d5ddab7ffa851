// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "net/event_loop.h"
#include "net/listener.h"
#include "runnel/plugin.h"

namespace runnel::sessions {

/// What connections are accepted with: TLS with the broker's certificate, or plain.
struct ListenerWish {
    net::ListenerOptions options;  ///< its `tls` is filled in here
    bool isTls = true;
};

/// Accepts from a socket of the broker. When the broker gets a new certificate, connections
/// accepted from then on get it; a bad one is logged, and the old one stays in use.
/// Thread safety: the loop's thread, or any one thread while the loop does not run.
class TlsListener final {
  public:
    /// Throws std::runtime_error that says in words what is wrong with the certificate, or
    /// std::system_error when the socket cannot be watched.
    TlsListener(net::EventLoop& loop, Host& host, int socket, const ListenerWish& wish,
                net::Listener::Accept accept);
    ~TlsListener();
    TlsListener(const TlsListener&) = delete;
    TlsListener& operator=(const TlsListener&) = delete;

    void pause() { listener_->pause(); }
    void resume() { listener_->resume(); }

  private:
    void renew();

    net::EventLoop& loop_;
    Host& host_;
    std::uint64_t generation_ = 0;
    std::optional<net::Listener> listener_;
    net::TimerId renewing_ = net::TimerId::None;
};

}  // namespace runnel::sessions
