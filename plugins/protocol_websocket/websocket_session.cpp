// SPDX-License-Identifier: Apache-2.0
#include "websocket_session.h"

#include <openssl/rand.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace runnel::websocket {

namespace {

constexpr std::size_t kMaxParcels = 512;  // of one take
constexpr std::size_t kTurnBudget = std::size_t{256} * 1024;
constexpr std::size_t kFrameCost = 64;  // in bytes, roughly, besides its payload
constexpr std::chrono::seconds kCloseDeadline{2};
constexpr int kSilencesToTheEnd = 3;

std::uint64_t randomNonce() {
    std::uint64_t nonce = 0;
    RAND_bytes(reinterpret_cast<unsigned char*>(&nonce), sizeof nonce);
    return nonce;
}

}  // namespace

WebSocketSession::WebSocketSession(Parts& parts, std::shared_ptr<const StreamConfig> stream)
    : parts_(parts),
      loop_(parts.sessions),
      inbox_(parts.sessions.inbox()),
      stream_(std::move(stream)),
      ledger_(randomNonce()),
      settling_(settlingOf(stream_->options)) {}

WebSocketSession::~WebSocketSession() = default;

void WebSocketSession::ready() {
    inbox_->ready(shared_from_this());
}

void WebSocketSession::answer(Ticket, std::vector<std::string> receipts, bool) {
    inbox_->order([self = shared_from_this(), receipts = std::move(receipts)] {
        self->sendAnswer(receipts);
    });
}

void WebSocketSession::close(CloseReason reason, std::string_view text) {
    const std::string_view known = text.empty() ? sessions::closeText(reason) : text;
    inbox_->order([self = shared_from_this(), code = closeCode(reason), why = std::string(known)] {
        self->end(code, why);
    });
}

void WebSocketSession::begin(net::TakenConnection taken, std::shared_ptr<SessionHost> host,
                             std::string_view head) {
    connection_ = std::move(taken.connection);
    host_ = std::move(host);
    receiver_.emplace(parts_.pool);
    queued_ = connection_->pendingBytes() + head.size();
    lastSign_ = loop_.loop().now();
    connection_->setHandler(*this);
    loop_.add(shared_from_this());
    connection_->send(head);
    if (!taken.unread.empty()) {
        received({reinterpret_cast<const std::uint8_t*>(taken.unread.data()), taken.unread.size()});
    }
    deliver();
}

void WebSocketSession::takeReady() {
    hasMore_ = true;
    deliver();
}

void WebSocketSession::deliver() {
    if (phase_ != Phase::Open || !connection_) return;
    std::size_t cost = 0;
    while (hasMore_ && connection_->isOpen()) {
        const Room left = room();
        if (left.frames == 0 || left.bytes == 0) break;  // a PONG or drained() goes on
        if (cost >= kTurnBudget) {
            ready();  // the others first
            break;
        }
        cost += takeSome(left);
    }
    if (!connection_->isOpen()) return;
    // Not at the end of the turn: a message for ten thousand sessions would fill as many buffers.
    connection_->sendNow();
    if (hasUnsettled()) loop_.watch(*this);
}

WebSocketSession::Room WebSocketSession::room() const {
    const std::size_t pending = std::min(connection_->pendingBytes(), kOutputBudget);
    Room room{kMaxParcels, kOutputBudget - pending};
    if (settling_ != Settling::Pong) return room;
    return {std::min(room.frames, ledger_.frameRoom()), std::min(room.bytes, ledger_.byteRoom())};
}

/// Returns what it cost, in bytes, so that a reader as fast as we are does not keep the loop.
std::size_t WebSocketSession::takeSome(Room room) {
    std::vector<Parcel>& parcels = loop_.parcels();
    const std::size_t count = host_->take(parcels, room.frames, room.bytes);
    std::size_t bytes = 0;
    for (const Parcel& parcel : parcels) bytes += sendParcel(parcel);
    parcels.clear();
    hasMore_ = count >= room.frames || bytes >= room.bytes;
    return bytes + count * kFrameCost;
}

std::size_t WebSocketSession::sendParcel(const Parcel& parcel) {
    using enum net::WebSocketOpcode;
    std::size_t bytes = 0;
    for (const std::string& document : *parcel.documents) {
        sendFrame(stream_->isText ? Text : Binary, document);
        bytes += document.size();
    }
    if (settling_ == Settling::None) writes_.sent(parcel.id, queued_);
    if (settling_ == Settling::Pong) {
        const PingLedger::Time now = loop_.loop().now();
        ledger_.sent(parcel.id, parcel.documents->size(), bytes, now);
        if (ledger_.isPingDue(now)) sendPing();
    }
    return bytes;
}

void WebSocketSession::sendFrame(net::WebSocketOpcode opcode, std::string_view payload) {
    const net::WebSocketHeader header(opcode, payload.size());
    connection_->send(header.bytes());
    connection_->send(payload);
    queued_ += header.bytes().size() + payload.size();
}

void WebSocketSession::sendClose(net::WebSocketClose code, std::string_view text) {
    std::vector<std::uint8_t> frame;
    net::appendClose(frame, code, text);
    connection_->send(frame);
    queued_ += frame.size();
}

void WebSocketSession::sendPing() {
    const PingLedger::Payload payload = ledger_.ping(loop_.loop().now());
    sendFrame(net::WebSocketOpcode::Ping, {payload.data(), payload.size()});
}

void WebSocketSession::sendAnswer(const std::vector<std::string>& documents) {
    using enum net::WebSocketOpcode;
    if (unanswered_ > 0) --unanswered_;
    if (phase_ != Phase::Open || !connection_) return;
    for (const std::string& document : documents) {
        sendFrame(stream_->isText ? Text : Binary, document);
    }
    updateReading();
}

void WebSocketSession::received(std::span<const std::uint8_t> bytes) {
    lastSign_ = loop_.loop().now();
    receiver_->feed(bytes, *this);
    updateReading();
}

void WebSocketSession::message(bool, std::string_view payload) {
    if (phase_ != Phase::Open) return;
    ++unanswered_;
    host_->receive({.document = payload, .device = std::nullopt}, ++lastTicket_);
}

void WebSocketSession::ping(std::string_view payload) {
    if (phase_ == Phase::Open) sendFrame(net::WebSocketOpcode::Pong, payload);
}

void WebSocketSession::pong(std::string_view payload) {
    const std::optional<std::uint64_t> parcel = ledger_.pong(payload);
    if (!parcel || settling_ != Settling::Pong || !host_) return;
    host_->settleThrough(*parcel);
    deliver();
}

void WebSocketSession::peerClosed(std::uint16_t code, std::string_view reason) {
    if (phase_ == Phase::Open) sendClose(static_cast<net::WebSocketClose>(code), reason);
    finish("closed by the client with code " + std::to_string(code));
}

void WebSocketSession::failed(net::WebSocketClose code, std::string_view text) {
    std::string why(text);
    if (code == net::WebSocketClose::TooBig) {
        why = "message longer than " + std::to_string(kMaxMessageBytes) + " bytes";
    }
    if (phase_ == Phase::Open) sendClose(code, why);
    finish(why);
}

void WebSocketSession::drained() {
    settleWritten();
    deliver();
    updateReading();
}

void WebSocketSession::settleWritten() {
    if (!host_) return;
    const auto parcel = writes_.written(queued_ - connection_->pendingBytes());
    if (parcel) host_->settleThrough(*parcel);
}

bool WebSocketSession::tick() {
    if (phase_ != Phase::Open || !connection_) return false;
    settleWritten();
    if (settling_ == Settling::Pong && ledger_.isPingDue(loop_.loop().now())) sendPing();
    updateReading();
    return hasUnsettled() || isPaused_;
}

void WebSocketSession::checkSilence() {
    if (phase_ != Phase::Open || !connection_) return;
    const PingLedger::Time now = loop_.loop().now();
    const std::chrono::seconds patience = parts_.settings.idleTimeout;
    const auto silence = now - lastSign_;
    if (silence >= kSilencesToTheEnd * patience) {
        const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(silence).count();
        end(net::WebSocketClose::GoingAway,
            "nothing heard for " + std::to_string(seconds) + " seconds");
    } else if (silence >= patience && now - ledger_.lastPing() >= patience) {
        sendPing();
    }
}

/// The client sends faster than it is answered, or does not read its answers.
bool WebSocketSession::isPastLimit() const {
    return unanswered_ >= kMaxUnanswered || connection_->pendingBytes() >= 2 * kOutputBudget;
}

void WebSocketSession::updateReading() {
    if (phase_ == Phase::Ended || !connection_) return;
    const bool isPast = phase_ == Phase::Open && isPastLimit();
    if (isPast == isPaused_) return;
    isPaused_ = isPast;
    if (isPast) {
        connection_->pauseReading();
        loop_.watch(*this);
    } else {
        connection_->resumeReading();
    }
}

void WebSocketSession::end(net::WebSocketClose code, std::string_view text) {
    if (phase_ != Phase::Open || !connection_) return;
    // Its PONG comes before the client's close frame and settles the rest.
    if (ledger_.hasUnsettled()) sendPing();
    sendClose(code, text);
    phase_ = Phase::Closing;
    updateReading();
    closing_ = loop_.loop().after(kCloseDeadline, [this, why = std::string(text)] { finish(why); });
}

void WebSocketSession::abort() {
    if (connection_) connection_->abort();
}

void WebSocketSession::finish(std::string_view why) {
    if (phase_ == Phase::Ended) return;
    phase_ = Phase::Ended;
    receiver_->stop();
    loop_.loop().cancel(std::exchange(closing_, net::TimerId::None));
    if (const auto host = std::exchange(host_, nullptr)) host->closed(why);
    connection_->close();
}

void WebSocketSession::closed(net::CloseReason reason, std::string_view detail) {
    std::string why(net::text(reason));
    if (!detail.empty()) why.append(": ").append(detail);
    phase_ = Phase::Ended;
    loop_.loop().cancel(std::exchange(closing_, net::TimerId::None));
    if (const auto host = std::exchange(host_, nullptr)) host->closed(why);
    // Here, on the loop's thread: the core may hold the last reference to this session.
    receiver_.reset();
    connection_.reset();
    loop_.remove(*this);
}

}  // namespace runnel::websocket
