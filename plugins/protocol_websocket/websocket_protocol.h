// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "door.h"
#include "net/admission.h"
#include "net/event_loop.h"
#include "net/http_server.h"
#include "net/websocket.h"
#include "runnel/plugin.h"
#include "runnel/protocol.h"
#include "sessions/session_loop.h"
#include "sessions/tls_listener.h"
#include "settings.h"
#include "websocket_session.h"

namespace runnel::websocket {

/// The protocol: one listening socket, `threads` loops that accept from it.
/// Thread safety: as Protocol says. stop() waits for the loops, at most about 4 s.
class WebSocketProtocol final : public Protocol {
  public:
    WebSocketProtocol(Host& host, ProtocolHost& core, Settings settings);
    ~WebSocketProtocol() override;

    Status start() override;
    Status open(const Grant&) override { return Done{}; }
    void close(std::uint64_t stream, CloseReason reason) override;
    void quiesce() override;
    void resume() override;
    void stop() override;

  private:
    /// One loop with its thread, and everything that lives on it.
    class Station final {
      public:
        Station(Host& host, ProtocolHost& core, const Settings& settings);

        /// Before run() only. Throws when the socket cannot be watched.
        void listen(int fd, const sessions::ListenerWish& wish);
        void run();
        /// From any thread: what `order` says, on the loop, if it still runs.
        void post(std::function<void(Station&)> order);
        void join();

        void pause() { listener_->pause(); }
        void resume() { listener_->resume(); }
        void close(std::uint64_t stream, CloseReason reason) {
            sessions_.closeStream(stream, reason);
        }
        void stop();

      private:
        Host& host_;
        net::EventLoop loop_;
        net::WebSocketPool pool_{kMaxMessageBytes};
        sessions::SessionLoop sessions_;
        WebSocketSession::Parts parts_;
        Door door_;
        net::HttpServer http_;
        std::optional<sessions::TlsListener> listener_;
        std::thread thread_;
    };

    void startStations(int fd, const sessions::ListenerWish& wish);
    void forEach(const std::function<void(Station&)>& order);

    Host& host_;
    ProtocolHost& core_;
    const Settings settings_;
    std::vector<std::unique_ptr<Station>> stations_;
};

}  // namespace runnel::websocket
