// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "net/event_loop.h"
#include "net/http_server.h"
#include "runnel/protocol.h"
#include "sessions/inbox.h"

namespace runnel::websocket {

/// `POST /downlink`: a session of one document, whose receipts are the HTTP response.
/// Thread safety: the overrides of Session from any thread, the rest on the loop's.
class DownlinkSession final : public Session, public std::enable_shared_from_this<DownlinkSession> {
  public:
    DownlinkSession(std::shared_ptr<sessions::Inbox> inbox, net::HttpResponder responder,
                    std::string contentType);

    /// Never called: the session is attached as send-only.
    void ready() override {}
    void answer(Ticket ticket, std::vector<std::string> receipts, bool isAccepted) override;
    void close(CloseReason reason, std::string_view text) override;

    /// Hands the document over; `done` is called once the response was given.
    void begin(std::shared_ptr<SessionHost> host, std::string_view document,
               std::function<void()> done);
    /// Responds, if nothing did so before, and ends the session.
    void finish(int status, const std::string& contentType, const std::string& body);
    void finish(int status, const std::string& line);

  private:
    void finishWith(const std::vector<std::string>& receipts, bool isAccepted);

    const std::shared_ptr<sessions::Inbox> inbox_;
    const net::HttpResponder responder_;
    const std::string contentType_;
    std::shared_ptr<SessionHost> host_;  // null before begin and after the end
    std::function<void()> done_;
};

}  // namespace runnel::websocket
