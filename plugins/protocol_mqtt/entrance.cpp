// SPDX-License-Identifier: Apache-2.0
#include "entrance.h"

#include <chrono>
#include <string>
#include <utility>

#include "mqtt/packet.h"
#include "net/websocket_handshake.h"

namespace runnel::mqtt {

namespace {

constexpr std::chrono::seconds kPatience{10};
constexpr std::uint8_t kConnect = static_cast<std::uint8_t>(PacketType::Connect) << 4U;

net::HttpLimits httpLimits() {
    net::HttpLimits limits;
    limits.maxBodyBytes = 1024;  // nothing is posted here
    return limits;
}

}  // namespace

/// A connection that has not sent anything yet.
class Entrance::Guest final : private net::ConnectionHandler {
  public:
    Guest(Entrance& entrance, net::Connection::Ptr connection)
        : entrance_(entrance), connection_(std::move(connection)) {
        connection_->setHandler(*this);
    }
    ~Guest() { entrance_.loop_.cancel(deadline_); }
    Guest(const Guest&) = delete;
    Guest& operator=(const Guest&) = delete;

    net::Connection::Ptr takeConnection() { return std::move(connection_); }

  private:
    void opened() override {
        deadline_ = entrance_.loop_.after(kPatience, [this] {
            deadline_ = net::TimerId::None;
            entrance_.forget(*this);
        });
    }
    void received(std::span<const std::uint8_t> bytes) override { entrance_.admit(*this, bytes); }
    void closed(net::CloseReason, std::string_view) override { entrance_.forget(*this); }

    Entrance& entrance_;
    net::Connection::Ptr connection_;
    net::TimerId deadline_ = net::TimerId::None;
};

Entrance::Entrance(net::EventLoop& loop, SubscriberSession::Parts& parts,
                   std::function<void(std::string_view)> log)
    : loop_(loop),
      parts_(parts),
      pool_(ServerSession::kMaxPacketBytes),
      http_(loop, *this, httpLimits(), std::move(log)) {}

Entrance::~Entrance() = default;

void Entrance::arrive(net::Connection::Ptr connection) {
    if (isShut_) return;
    auto guest = std::make_shared<Guest>(*this, std::move(connection));
    guests_.emplace(guest.get(), guest);
}

void Entrance::admit(Guest& guest, std::span<const std::uint8_t> first) {
    net::Connection::Ptr connection = guest.takeConnection();
    forget(guest);
    if (first.front() != kConnect) {
        return http_.serve(std::move(connection), first);
    }
    const auto session = std::make_shared<SubscriberSession>(parts_, connection->peer());
    session->begin(serverLink(std::move(connection), session->handler()), first);
}

/// It may be on the call stack.
void Entrance::forget(Guest& guest) {
    const auto found = guests_.find(&guest);
    if (found == guests_.end()) return;
    static_cast<void>(guest.takeConnection());
    loop_.destroyLater(std::move(found->second));
    guests_.erase(found);
}

void Entrance::handle(net::HttpRequest request, net::HttpResponder responder) {
    const net::WebSocketAnswer answer =
        net::answerOffer(net::offerOf(request), kWebSocketProtocols);
    if (!answer.problem.empty()) {
        return responder.respond(426, "text/plain; charset=utf-8", answer.problem + "\n",
                                 {{"Upgrade", "websocket"}, {"Sec-WebSocket-Version", "13"}});
    }
    std::optional<net::TakenConnection> taken = responder.takeOver();
    if (!taken || isShut_) return;
    const auto session = std::make_shared<SubscriberSession>(parts_, request.peer);
    session->begin(serverWebSocketLink(*std::move(taken), pool_, session->handler(),
                                       net::switchingProtocols(answer)),
                   {});
}

void Entrance::shut() {
    isShut_ = true;
    guests_.clear();
}

}  // namespace runnel::mqtt
