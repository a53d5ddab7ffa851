// SPDX-License-Identifier: Apache-2.0
#include "mqtt/links.h"

#include <cassert>
#include <string>
#include <utility>

#include "mqtt/web_socket_link.h"

namespace runnel::mqtt {

namespace {

/// MQTT straight on a net::Connection: nothing but a change of names.
class TcpLink final : public Link, private net::ConnectionHandler {
  public:
    TcpLink(net::Connection::Ptr connection, LinkHandler& handler)
        : handler_(handler), connection_(std::move(connection)) {
        connection_->setHandler(*this);
    }

    void send(std::span<const std::uint8_t> bytes) override { connection_->send(bytes); }
    void sendNow() override { connection_->sendNow(); }
    std::size_t pendingBytes() const override { return connection_->pendingBytes(); }
    void pauseReading() override { connection_->pauseReading(); }
    void resumeReading() override { connection_->resumeReading(); }
    void close() override { connection_->close(); }
    void abort() override { connection_->abort(); }
    bool isOpen() const override { return connection_->isOpen(); }

  private:
    void opened() override { handler_.opened(); }
    void received(std::span<const std::uint8_t> bytes) override { handler_.received(bytes); }
    void drained() override { handler_.drained(); }
    void closed(net::CloseReason reason, std::string_view detail) override {
        handler_.closed(describe(reason, detail));
    }

    LinkHandler& handler_;
    net::Connection::Ptr connection_;
};

static_assert(sizeof(TcpLink) <= 64, "a server has one per client, most of them idle");

}  // namespace

std::unique_ptr<Link> serverLink(net::Connection::Ptr connection, LinkHandler& handler) {
    return std::make_unique<TcpLink>(std::move(connection), handler);
}

std::unique_ptr<Link> serverWebSocketLink(net::TakenConnection taken, net::WebSocketPool& pool,
                                          LinkHandler& handler, std::string_view head) {
    taken.connection->send(head);
    return std::make_unique<WebSocketLink>(std::move(taken.connection), pool, handler,
                                           std::move(taken.unread));
}

std::unique_ptr<Link> clientLink(net::EventLoop& loop, int socket, const ClientSettings& settings,
                                 LinkHandler& handler) {
    assert(!settings.address.isTls || settings.tls);
    net::ConnectionOptions options;
    options.isClient = true;
    if (settings.address.isTls) options.tls = settings.tls;
    options.serverName = settings.address.host;
    options.lowWatermark = 0;  // what is sent with QoS 0 is safe when all is written
    auto connection = net::Connection::open(loop, socket, options);
    if (settings.address.isWebSocket) {
        return std::make_unique<WebSocketLink>(std::move(connection), settings, handler);
    }
    return std::make_unique<TcpLink>(std::move(connection), handler);
}

}  // namespace runnel::mqtt
