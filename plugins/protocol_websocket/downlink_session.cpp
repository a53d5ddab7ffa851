// SPDX-License-Identifier: Apache-2.0
#include "downlink_session.h"

#include <utility>

#include "sessions/loop_session.h"

namespace runnel::websocket {

DownlinkSession::DownlinkSession(std::shared_ptr<sessions::Inbox> inbox,
                                 net::HttpResponder responder, std::string contentType)
    : inbox_(std::move(inbox)),
      responder_(std::move(responder)),
      contentType_(std::move(contentType)) {}

void DownlinkSession::answer(Ticket, std::vector<std::string> receipts, bool isAccepted) {
    // By way of the inbox even on the loop's own thread: this may be inside receive().
    inbox_->order([self = shared_from_this(), receipts = std::move(receipts), isAccepted] {
        self->finishWith(receipts, isAccepted);
    });
}

void DownlinkSession::close(CloseReason reason, std::string_view text) {
    inbox_->order([self = shared_from_this(),
                   why = std::string(text.empty() ? sessions::closeText(reason) : text)] {
        self->finish(503, why);
    });
}

void DownlinkSession::begin(std::shared_ptr<SessionHost> host, std::string_view document,
                            std::function<void()> done) {
    host_ = std::move(host);
    done_ = std::move(done);
    host_->receive({.document = document, .device = std::nullopt}, 1);
}

void DownlinkSession::finishWith(const std::vector<std::string>& receipts, bool isAccepted) {
    std::string body;
    for (const std::string& receipt : receipts) body.append(receipt).append("\n");
    finish(isAccepted ? 200 : 422, contentType_, body);
}

void DownlinkSession::finish(int status, const std::string& line) {
    finish(status, "text/plain; charset=utf-8", line + "\n");
}

void DownlinkSession::finish(int status, const std::string& contentType, const std::string& body) {
    const std::shared_ptr<SessionHost> host = std::exchange(host_, nullptr);
    if (!host) return;
    responder_.respond(status, contentType, body);
    host->closed("answered");
    std::exchange(done_, nullptr)();
}

}  // namespace runnel::websocket
