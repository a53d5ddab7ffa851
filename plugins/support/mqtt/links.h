// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string_view>

#include "mqtt/client_settings.h"
#include "mqtt/link.h"
#include "net/connection.h"
#include "net/http_server.h"
#include "net/websocket.h"

/// The two kinds of Link, for both sides. The handler outlives the link. Dropping a link hangs up
/// without further calls. Thread safety: the loop's thread.
namespace runnel::mqtt {

/// The sub-protocols of MQTT over WebSocket that are accepted, the standard's first (MQTT 5 §6);
/// the other one is what MQTT 3.1 clients used.
inline constexpr std::string_view kWebSocketProtocols[] = {"mqtt", "mqttv3.1"};

/// A server's TCP connection that is open, or is about to be.
std::unique_ptr<Link> serverLink(net::Connection::Ptr connection, LinkHandler& handler);

/// A server's connection that has just left HTTP; `head` answers the upgrade. opened() is not
/// called. Text frames are a protocol error; PINGs are answered here.
std::unique_ptr<Link> serverWebSocketLink(net::TakenConnection taken, net::WebSocketPool& pool,
                                          LinkHandler& handler, std::string_view head);

/// A client's connection over a socket from net::Dialer, with the TLS and the WebSocket upgrade
/// that the settings ask for; opened() when MQTT may begin.
std::unique_ptr<Link> clientLink(net::EventLoop& loop, int socket, const ClientSettings& settings,
                                 LinkHandler& handler);

}  // namespace runnel::mqtt
