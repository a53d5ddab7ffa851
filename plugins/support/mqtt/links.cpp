// SPDX-License-Identifier: Apache-2.0
#include "mqtt/links.h"

#include <string>
#include <utility>

namespace runnel::mqtt {

namespace {

std::string describe(net::CloseReason reason, std::string_view detail) {
    std::string why(net::text(reason));
    if (!detail.empty()) why.append(": ").append(detail);
    return why;
}

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

}  // namespace

std::unique_ptr<Link> serverLink(net::Connection::Ptr connection, LinkHandler& handler) {
    return std::make_unique<TcpLink>(std::move(connection), handler);
}

}  // namespace runnel::mqtt
