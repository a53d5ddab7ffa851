// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>

#include "admin/dispatch.h"
#include "admin/event_stream.h"
#include "admin/login.h"
#include "admin/route.h"
#include "admin/worker_pool.h"
#include "base/log.h"
#include "net/http_message.h"
#include "observe/live_feed.h"
#include "runnel/plugin.h"

namespace runnel::admin {

struct AdminLimits {
    std::size_t connections = 256;      ///< by HTTPS; each may hold a body of 1 MiB
    std::size_t localConnections = 64;  ///< by the Unix socket: these keep their places
    std::size_t handshakesPerAddress = 64;
    std::chrono::milliseconds handshake{10'000};
    net::HttpLimits http{.maxBodyBytes = std::size_t{1} << 20U};
    EventStreamLimits events{};
    WorkerPoolSize workers{};
};

/// The management API's listeners: HTTPS on a socket of the broker's, and plain HTTP on a Unix
/// socket. One thread with an event loop, which never waits, and a few workers for the handlers.
/// Thread safety: made and destroyed by one thread, which is not one of its own.
class AdminServer final {
  public:
    struct Parts {
        Identify identify;
        LiveFeed& feed;
        Log& log;
        /// The certificate as it is now; asked once a second, so that new connections get a new
        /// one.
        std::function<std::shared_ptr<const Tls>()> tls;
        Audit audit;
    };
    struct Listen {
        int httpsSocket = -1;          ///< listening; stays the caller's. -1: no HTTPS
        std::filesystem::path socket;  ///< of the Unix socket; "": none
    };

    /// Listens when this returns. Throws ConfigError when the Unix socket cannot be made or the
    /// certificate is not usable.
    AdminServer(Routes routes, Parts parts, const Listen& listen, AdminLimits limits = {});
    /// Waits for handlers that run, drops connections, removes the Unix socket.
    ~AdminServer();
    AdminServer(const AdminServer&) = delete;
    AdminServer& operator=(const AdminServer&) = delete;

  private:
    class Inside;
    std::unique_ptr<Inside> inside_;
};

}  // namespace runnel::admin
