// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/stream_client.h"

#include <utility>

#include "net/address.h"
#include "tests/support/websocket_frames.h"

namespace runnel::bench {

namespace {

net::ConnectionOptions clientOptions(const net::TlsContext& tls) {
    net::ConnectionOptions options;
    options.tls = tls;
    options.isClient = true;
    // Thousands begin at once, and the last one's turn comes late.
    options.handshakeDeadline = std::chrono::seconds(60);
    return options;
}

}  // namespace

StreamClient::StreamClient(net::EventLoop& loop, const Target& target, ClientEvents& events)
    : events_(events),
      connection_(
          net::Connection::open(loop, net::connectTo(target.address), clientOptions(target.tls))),
      token_(target.token),
      nextDocument_(target.firstDocument) {
    connection_->setHandler(*this);
}

void StreamClient::opened() {
    connection_->send("GET /?token=" + std::exchange(token_, {}) +
                      " HTTP/1.1\r\nHost: bench\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                      "Sec-WebSocket-Version: 13\r\n\r\n");
    token_.shrink_to_fit();
}

void StreamClient::received(std::span<const std::uint8_t> input) {
    std::string_view bytes(reinterpret_cast<const char*>(input.data()), input.size());
    if (!isUpgraded_ && !readHead(bytes)) return;
    if (!frames_.feed(bytes, *this)) fail("not a frame that a server may send");
}

/// Takes the head of the answer off `bytes`; false while it is incomplete.
bool StreamClient::readHead(std::string_view& bytes) {
    const std::size_t before = head_.size();
    head_ += bytes;
    const std::size_t end = head_.find("\r\n\r\n");
    if (end == std::string::npos) return false;
    bytes.remove_prefix(end + 4 - before);
    if (!head_.starts_with("HTTP/1.1 101 ")) {
        fail(head_.substr(0, head_.find('\r')));
        return false;
    }
    std::string().swap(head_);
    isUpgraded_ = true;
    events_.isOpen(*this);
    return true;
}

void StreamClient::frame(const FrameReader::Frame& frame) {
    switch (frame.kind) {
        case FrameKind::Text:
            isCovered_ = false;
            if (!events_.document(*this, frame.payload)) {
                fail("wrong document: " + std::string(frame.payload));
            }
            ++nextDocument_;
            break;
        case FrameKind::Ping:
            ++pings_;
            isCovered_ = true;
            connection_->send(
                test::clientFrame(static_cast<unsigned>(FrameKind::Pong), frame.payload));
            break;
        case FrameKind::Close:
            fail("closed by runneld: " +
                 std::string(frame.payload.substr(std::min<std::size_t>(2, frame.payload.size()))));
            break;
        case FrameKind::Pong:
            break;
    }
}

void StreamClient::fail(std::string why) {
    if (failure_.empty()) failure_ = std::move(why);
    connection_->abort();
}

void StreamClient::close() {
    connection_->close();
}

void StreamClient::closed(net::CloseReason reason, std::string_view detail) {
    std::string why = failure_.empty() ? std::string(net::text(reason)) : failure_;
    if (!detail.empty()) why.append(", ").append(detail);
    events_.ended(*this, why);
}

}  // namespace runnel::bench
