// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "net/http_server.h"
#include "runnel/protocol.h"
#include "websocket_session.h"

namespace runnel::websocket {

class DownlinkSession;

/// What an HTTP request gets: a WebSocket session, a downlink's receipts, or a refusal with a line
/// that helps. README.md has the table of statuses.
/// Thread safety: the loop's thread.
class Door final : public net::HttpHandler {
  public:
    Door(ProtocolHost& core, WebSocketSession::Parts& parts);
    ~Door();
    Door(const Door&) = delete;
    Door& operator=(const Door&) = delete;

    void handle(net::HttpRequest request, net::HttpResponder responder) override;
    /// Answers what is still open, and what comes from now on, with 503.
    void shut();

  private:
    void upgrade(const net::HttpRequest& request, const net::HttpResponder& responder,
                 const Grant& grant);
    void takeDownlink(const net::HttpRequest& request, const net::HttpResponder& responder,
                      const Grant& grant);
    net::TimerId giveUpLater(const std::shared_ptr<DownlinkSession>& session);

    ProtocolHost& core_;
    WebSocketSession::Parts& parts_;
    sessions::SessionLoop& sessions_;
    std::unordered_map<DownlinkSession*, std::shared_ptr<DownlinkSession>> downlinks_;
    bool isShut_ = false;
};

}  // namespace runnel::websocket
