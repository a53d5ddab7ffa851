// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mqtt/client_settings.h"
#include "mqtt/link.h"
#include "net/connection.h"
#include "net/event_loop.h"
#include "net/websocket.h"

namespace runnel::mqtt {

/// What closed() says of both kinds of links: "closed by peer: …".
std::string describe(net::CloseReason reason, std::string_view detail);

/// MQTT in the binary messages of a WebSocket. What is sent in one turn goes into one frame, a new
/// one with every 16 KiB; none is larger than 64 KiB. What comes in may be cut into frames and
/// messages anywhere (MQTT 5 §6). Thread safety: none; the loop's thread.
class WebSocketLink final : public Link,
                            private net::ConnectionHandler,
                            private net::WebSocketEvents,
                            private net::TurnHook {
  public:
    /// A server's: the upgrade is answered already, `unread` are the client's first frames.
    WebSocketLink(net::Connection::Ptr connection, net::WebSocketPool& pool, LinkHandler& handler,
                  std::string unread);
    /// A client's, that has still to connect and to ask for the upgrade.
    WebSocketLink(net::Connection::Ptr connection, const ClientSettings& settings,
                  LinkHandler& handler);
    ~WebSocketLink() override;

    void send(std::span<const std::uint8_t> bytes) override;
    void sendNow() override;
    std::size_t pendingBytes() const override;
    void pauseReading() override { connection_->pauseReading(); }
    void resumeReading() override { connection_->resumeReading(); }
    void close() override;
    void abort() override { connection_->abort(); }
    bool isOpen() const override { return phase_ == Phase::Open && connection_->isOpen(); }

  private:
    enum class Phase : std::uint8_t { Upgrading, Open, Closing };
    struct Client;

    void opened() override;
    void received(std::span<const std::uint8_t> bytes) override;
    void drained() override { handler_.drained(); }
    void closed(net::CloseReason reason, std::string_view detail) override;
    void message(bool isText, std::string_view payload) override;
    void ping(std::string_view payload) override;
    void pong(std::string_view) override {}
    void peerClosed(std::uint16_t code, std::string_view reason) override;
    void failed(net::WebSocketClose code, std::string_view text) override;
    void endOfTurn() override;

    void upgrade(std::string_view bytes);
    void giveUpUpgrade();
    void sendFrames();
    void sayGoodbye(net::WebSocketClose code, std::string_view text);
    const net::WebSocketMask* mask();
    net::EventLoop& loop() { return connection_->loop(); }

    LinkHandler& handler_;
    net::Connection::Ptr connection_;
    std::shared_ptr<Client> client_;  // null: the server's side
    /// Shared with received(): a handler may destroy the link while the receiver still runs.
    std::shared_ptr<net::WebSocketReceiver> receiver_;
    std::vector<std::uint8_t> output_;  // the next frame's payload
    std::string unread_;                // came behind the upgrade
    std::string why_;                   // it is closing; empty: because close() said so
    Phase phase_;
};

}  // namespace runnel::mqtt
