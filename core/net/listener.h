// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "net/admission.h"
#include "net/connection.h"
#include "net/event_loop.h"

namespace runnel::net {

struct ListenerOptions {
    ConnectionOptions connection;          // `tls` decides between TLS and plain
    AdmissionLimits limits;                // used when `admission` is null
    std::shared_ptr<Admission> admission;  // shared limits of several listeners
    /// A sentence for the log about trouble with accepting; at most one per second.
    std::function<void(std::string_view)> log;
};

/// Accepts connections on a listening TCP or Unix socket, at most 64 per turn. A connection above a
/// limit is closed at once; when the process is out of descriptors, accepting rests for 100 ms.
///
/// Thread safety: none; the loop's thread only.
class Listener final : private EventHandler {
  public:
    /// Gets each new connection before its handshake; must give it a handler
    /// (Connection::setHandler) or drop it.
    using Accept = std::function<void(Connection::Ptr)>;

    /// Listens itself; throws like listenOn.
    Listener(EventLoop& loop, std::string_view address, ListenerOptions options, Accept accept);
    /// Accepts from a listening socket that stays the caller's (a duplicate is used).
    /// Throws std::system_error when it cannot be duplicated or watched.
    Listener(EventLoop& loop, int listeningFd, ListenerOptions options, Accept accept);
    ~Listener();
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    /// "127.0.0.1:40113": the address with the port really used; or a Unix socket's path.
    std::string address() const;
    /// For connections accepted from now on.
    void setTls(const TlsContext& tls) { options_.connection.tls = tls; }
    /// While paused, new clients wait in the kernel's queue (or for another listener on the same
    /// socket).
    void pause();
    void resume();
    const Admission& admission() const { return *options_.admission; }
    /// Connections closed at once because of a limit.
    std::uint64_t refused() const { return refused_; }

  private:
    void ready(std::uint32_t events) override;
    void start();
    bool acceptOne();
    void admit(int fd);
    void rest(int error);
    void watch(bool isWanted);
    void complain(std::string_view text);

    EventLoop& loop_;
    int fd_;
    ListenerOptions options_;
    Accept accept_;
    TimerId backOff_ = TimerId::None;
    bool isPaused_ = false;
    bool isWatched_ = false;
    std::uint64_t refused_ = 0;
    std::optional<EventLoop::Clock::time_point> lastComplaint_;
};

}  // namespace runnel::net
