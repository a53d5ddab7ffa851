// SPDX-License-Identifier: Apache-2.0
#include "mqtt/web_socket_link.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "mqtt/links.h"
#include "net/websocket_upgrade.h"

namespace runnel::mqtt {

namespace {

constexpr std::size_t kFrame = std::size_t{16} * 1024;  // a TLS record: waiting gains nothing more
constexpr std::size_t kMaxFrame = std::size_t{64} * 1024;  // what every receiver takes
constexpr std::chrono::seconds kUpgradeDeadline{10};
constexpr std::size_t kMaxReason = 123;

std::span<const std::uint8_t> bytesOf(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string_view textOf(std::span<const std::uint8_t> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// RFC 9110 §7.2: without the port that the scheme means anyway, which some servers insist on.
std::string hostHeader(const Address& address) {
    std::string host = address.target();
    const bool isUsual = address.port == (address.isTls ? 443 : 80);
    if (isUsual) host.resize(host.rfind(':'));
    return host;
}

}  // namespace

std::string describe(net::CloseReason reason, std::string_view detail) {
    std::string why(net::text(reason));
    if (!detail.empty()) why.append(": ").append(detail);
    return why;
}

/// What only a client needs: one has one connection, so parsers are not shared.
struct WebSocketLink::Client {
    explicit Client(const ClientSettings& settings)
        : pool(2 * settings.maxPacketBytes + kFrame, net::WebSocketSide::Client),
          upgrade(hostHeader(settings.address), settings.address.path, kWebSocketProtocols[0]) {}

    net::WebSocketPool pool;
    net::WebSocketReceiver receiver{pool};
    net::WebSocketMasks masks;
    net::WebSocketUpgrade upgrade;
    net::TimerId deadline = net::TimerId::None;
};

WebSocketLink::WebSocketLink(net::Connection::Ptr connection, net::WebSocketPool& pool,
                             LinkHandler& handler, std::string unread)
    : handler_(handler),
      connection_(std::move(connection)),
      receiver_(std::make_shared<net::WebSocketReceiver>(pool)),
      unread_(std::move(unread)),
      phase_(Phase::Open) {
    connection_->setHandler(*this);
    if (!unread_.empty()) loop().atEndOfTurn(*this);
}

WebSocketLink::WebSocketLink(net::Connection::Ptr connection, const ClientSettings& settings,
                             LinkHandler& handler)
    : handler_(handler),
      connection_(std::move(connection)),
      client_(std::make_shared<Client>(settings)),
      receiver_(client_, &client_->receiver),
      phase_(Phase::Upgrading) {
    connection_->setHandler(*this);
}

WebSocketLink::~WebSocketLink() {
    receiver_->stop();
    if (client_) loop().cancel(client_->deadline);
}

void WebSocketLink::send(std::span<const std::uint8_t> bytes) {
    if (!isOpen() || bytes.empty()) return;
    if (output_.capacity() == 0) output_.swap(loop().spareOutput());
    output_.insert(output_.end(), bytes.begin(), bytes.end());
    loop().atEndOfTurn(*this);
    if (output_.size() >= kFrame) sendFrames();
}

void WebSocketLink::sendNow() {
    sendFrames();
    connection_->sendNow();
}

std::size_t WebSocketLink::pendingBytes() const {
    return output_.size() + connection_->pendingBytes();
}

const net::WebSocketMask* WebSocketLink::mask() {
    return client_ ? &client_->masks.next() : nullptr;
}

void WebSocketLink::sendFrames() {
    if (output_.empty()) return;
    for (std::size_t at = 0; at < output_.size(); at += kMaxFrame) {
        const std::size_t size = std::min(output_.size() - at, kMaxFrame);
        const std::span<std::uint8_t> payload = std::span(output_).subspan(at, size);
        const net::WebSocketMask* const key = mask();
        if (key != nullptr) net::applyMask(payload, *key);
        connection_->send(net::WebSocketHeader(net::WebSocketOpcode::Binary, size, key).bytes());
        connection_->send(payload);
    }
    // An idle link holds no buffer, and one of the usual size goes to the next that sends.
    output_.clear();
    if (output_.capacity() <= 4 * kFrame && loop().spareOutput().capacity() == 0) {
        output_.swap(loop().spareOutput());
    } else {
        std::vector<std::uint8_t>().swap(output_);
    }
}

void WebSocketLink::endOfTurn() {
    sendFrames();
    if (unread_.empty()) return;
    const std::string unread = std::exchange(unread_, {});
    received(bytesOf(unread));
}

void WebSocketLink::close() {
    if (phase_ == Phase::Open) {
        sayGoodbye(net::WebSocketClose::Normal, {});
    } else {
        connection_->close();
    }
}

void WebSocketLink::opened() {
    client_->deadline = loop().after(kUpgradeDeadline, [this] { giveUpUpgrade(); });
    connection_->send(client_->upgrade.request());
}

void WebSocketLink::received(std::span<const std::uint8_t> bytes) {
    if (phase_ == Phase::Upgrading) return upgrade(textOf(bytes));
    if (!unread_.empty()) {
        unread_ += textOf(bytes);  // first things first
        return;
    }
    const std::shared_ptr<net::WebSocketReceiver> receiver = receiver_;
    receiver->feed(bytes, *this);
}

void WebSocketLink::upgrade(std::string_view bytes) {
    using State = net::WebSocketUpgrade::State;
    net::WebSocketUpgrade& upgrade = client_->upgrade;
    switch (upgrade.feed(bytes)) {
        case State::Waiting:
            return;
        case State::Refused:
            why_ = upgrade.problem();
            phase_ = Phase::Closing;
            return connection_->close();
        case State::Accepted:
            break;
    }
    loop().cancel(std::exchange(client_->deadline, net::TimerId::None));
    phase_ = Phase::Open;
    unread_ = upgrade.takeUnread();
    if (!unread_.empty()) loop().atEndOfTurn(*this);
    handler_.opened();
}

void WebSocketLink::giveUpUpgrade() {
    why_ = client_->upgrade.problem();
    if (why_.empty()) why_ = "the server did not answer the WebSocket upgrade in time";
    connection_->abort();
}

void WebSocketLink::message(bool isText, std::string_view payload) {
    if (isText) {
        return failed(net::WebSocketClose::UnsupportedData,
                      "a text frame: MQTT travels in binary ones");
    }
    if (!payload.empty()) handler_.received(bytesOf(payload));
}

void WebSocketLink::ping(std::string_view payload) {
    std::vector<std::uint8_t> frame;
    net::appendFrame(frame, net::WebSocketOpcode::Pong, payload, mask());
    connection_->send(frame);
}

void WebSocketLink::peerClosed(std::uint16_t code, std::string_view reason) {
    why_ = describe(net::CloseReason::ByPeer, "WebSocket code " + std::to_string(code));
    const std::string line = net::printableLine(reason, kMaxReason);
    if (!line.empty()) why_ += " " + line;
    sayGoodbye(static_cast<net::WebSocketClose>(code), {});
}

void WebSocketLink::failed(net::WebSocketClose code, std::string_view text) {
    why_ = "the peer broke the WebSocket protocol: " + std::string(text);
    sayGoodbye(code, text);
}

/// The peer's own close frame, if it still comes, is read and thrown away by the connection.
void WebSocketLink::sayGoodbye(net::WebSocketClose code, std::string_view text) {
    sendFrames();
    receiver_->stop();
    phase_ = Phase::Closing;
    std::vector<std::uint8_t> frame;
    net::appendClose(frame, code, text, mask());
    connection_->send(frame);
    connection_->close();
}

void WebSocketLink::closed(net::CloseReason reason, std::string_view detail) {
    receiver_->stop();
    std::string why = why_;
    if (why.empty() && phase_ == Phase::Upgrading) {
        why = client_->upgrade.problem();
        const bool isCut = reason == net::CloseReason::ByPeer && detail.empty();
        if (why.empty() && isCut) why = describe(reason, "during the WebSocket upgrade");
    }
    if (why.empty()) why = describe(reason, detail);
    phase_ = Phase::Closing;
    unread_.clear();
    if (client_) loop().cancel(std::exchange(client_->deadline, net::TimerId::None));
    handler_.closed(why);
}

}  // namespace runnel::mqtt
