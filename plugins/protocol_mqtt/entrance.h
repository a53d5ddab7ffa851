// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <unordered_map>

#include "mqtt/links.h"
#include "net/connection.h"
#include "net/event_loop.h"
#include "net/http_server.h"
#include "net/websocket.h"
#include "subscriber_session.h"

namespace runnel::mqtt {

/// Where clients come in: tells MQTT from MQTT over WebSocket by the first byte, so that one port
/// serves both, and makes a session for each. Who sends nothing is shown out after ten seconds.
/// Thread safety: the loop's thread.
class Entrance final : private net::HttpHandler {
  public:
    /// All outlive it.
    Entrance(net::EventLoop& loop, SubscriberSession::Parts& parts,
             std::function<void(std::string_view)> log);
    ~Entrance();
    Entrance(const Entrance&) = delete;
    Entrance& operator=(const Entrance&) = delete;

    /// A new connection, before its handshake.
    void arrive(net::Connection::Ptr connection);
    /// Lets go of everybody who has not said CONNECT yet, and of who still comes.
    void shut();

  private:
    class Guest;

    void handle(net::HttpRequest request, net::HttpResponder responder) override;
    void admit(Guest& guest, std::span<const std::uint8_t> first);
    void forget(Guest& guest);

    net::EventLoop& loop_;
    SubscriberSession::Parts& parts_;
    net::WebSocketPool pool_;
    net::HttpServer http_;
    std::unordered_map<Guest*, std::shared_ptr<Guest>> guests_;
    bool isShut_ = false;
};

}  // namespace runnel::mqtt
