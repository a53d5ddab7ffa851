// SPDX-License-Identifier: Apache-2.0
#include "net/connection.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cassert>
#include <limits>
#include <system_error>
#include <utility>

namespace runnel::net {

namespace {

constexpr std::size_t kRecord = std::size_t{16} * 1024;  // the largest TLS record
constexpr std::size_t kProbablyMore =
    std::size_t{4} * 1024;  // a read this large is followed by another try

std::uint32_t clamp(std::size_t value) {
    constexpr std::size_t kMax = std::numeric_limits<std::uint32_t>::max() / 2;
    return static_cast<std::uint32_t>(std::min(value, kMax));
}

}  // namespace

static_assert(sizeof(Connection) <= 256, "ten thousand of them are idle most of the time");

Connection::Ptr Connection::open(EventLoop& loop, int fd, const ConnectionOptions& options,
                                 std::shared_ptr<Admission> admission) {
    Ptr connection(new Connection(loop, fd, options, std::move(admission)));
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    connection->armDeadline(options.handshakeDeadline);
    try {
        connection->interest_ = EPOLLIN | (options.isClient ? EPOLLOUT : 0U);
        loop.add(fd, connection->interest_, *connection);
    } catch (const std::system_error&) {
        connection->interest_ = 0;
        connection->reason_ = CloseReason::Failed;
        connection->state_ = State::ClosedQuietly;
    }
    if (options.tls && !connection->isOver()) {
        connection->isTls_ = true;
        if (!connection->transport_.startTls(*options.tls, options.isClient, options.serverName)) {
            connection->reason_ = CloseReason::Failed;
            connection->state_ = State::ClosedQuietly;
        }
    }
    if (connection->isOver() || !options.isClient) loop.atEndOfTurn(*connection);
    return connection;
}

Connection::Connection(EventLoop& loop, int fd, const ConnectionOptions& options,
                       std::shared_ptr<Admission> admission)
    : loop_(loop),
      transport_(fd),
      maxPendingBytes_(clamp(options.maxPendingBytes)),
      lowWatermark_(clamp(options.lowWatermark)),
      closeDeadlineMs_(clamp(static_cast<std::size_t>(options.closeDeadline.count()))),
      admission_(std::move(admission)),
      peer_(PeerAddress::of(fd)),
      isHandshakeCounted_(admission_ != nullptr) {
    if (!options.isClient) state_ = State::Handshaking;
}

Connection::~Connection() {
    release();
}

void Connection::ready(std::uint32_t events) {
    switch (state_) {
        case State::Connecting:
            return finishConnect();
        case State::Handshaking:
            return advanceHandshake();
        case State::Discarding:
            return discard();
        case State::Open:
        case State::Flushing:
            break;
        default:
            return;
    }
    const bool isHungUp = (events & (EPOLLHUP | EPOLLERR)) != 0;
    // A hang-up is reported whether wanted or not, again and again: a paused reader must see it
    // too.
    if (isHungUp && isPaused_) return endedByPeer();
    if (isHungUp || (events & EPOLLIN) != 0 || (isReadWaiting_ && (events & EPOLLOUT) != 0)) {
        receive();
    }
    if (isOver()) return;
    if ((isWriteBlocked_ && (events & EPOLLOUT) != 0) ||
        (isWriteWaiting_ && (events & EPOLLIN) != 0)) {
        isWriteBlocked_ = isWriteWaiting_ = false;
        flush();
    }
}

void Connection::endOfTurn() {
    switch (state_) {
        case State::Handshaking:
            // Nothing of a TLS client can be here yet; the first flight comes through ready().
            if (!isTls_) becomeOpen();
            break;
        case State::Open:
        case State::Flushing:
            if (!isWriteBlocked_ && !isWriteWaiting_) flush();
            break;
        case State::ClosedQuietly:
            finish(reason_, {});
            break;
        default:
            break;
    }
}

void Connection::finishConnect() {
    int error = 0;
    socklen_t length = sizeof error;
    ::getsockopt(transport_.fd(), SOL_SOCKET, SO_ERROR, &error, &length);
    if (error != 0) {
        return finish(CloseReason::ConnectFailed, std::generic_category().message(error));
    }
    peer_ = PeerAddress::of(transport_.fd());
    if (peer_.port == 0) return;  // still connecting
    state_ = State::Handshaking;
    advanceHandshake();
}

void Connection::advanceHandshake() {
    const IoResult result = transport_.handshake();
    switch (result.status) {
        case IoStatus::Done:
            return becomeOpen();
        case IoStatus::WantRead:
            isWriteBlocked_ = false;
            return updateInterest();
        case IoStatus::WantWrite:
            isWriteBlocked_ = true;
            return updateInterest();
        case IoStatus::Ended:
            return finish(CloseReason::ByPeer, "during the handshake");
        case IoStatus::Failed:
            return finish(CloseReason::HandshakeFailed, result.detail);
    }
}

void Connection::becomeOpen() {
    state_ = State::Open;
    isWriteBlocked_ = false;
    loop_.cancel(std::exchange(deadline_, TimerId::None));
    if (std::exchange(isHandshakeCounted_, false)) admission_->handshakeDone(peer_);
    updateInterest();
    assert(handler_ != nullptr);
    handler_->opened();
}

void Connection::receive() {
    std::size_t budget = kTurnBudget;
    isReadWaiting_ = false;
    while (true) {
        const IoResult result = transport_.read(loop_.scratch());
        if (result.status == IoStatus::WantWrite) {
            isReadWaiting_ = true;
            return updateInterest();
        }
        if (result.status == IoStatus::WantRead) return;
        if (result.status == IoStatus::Ended) return endedByPeer();
        if (result.status == IoStatus::Failed) return finish(CloseReason::Failed, result.detail);
        if (state_ == State::Open) handler_->received(loop_.scratch().first(result.bytes));
        // The shared buffer is larger than a TLS record, so no byte of a record that was begun is
        // hidden inside OpenSSL when we stop here: what is left is in the kernel, where epoll
        // sees it.
        const bool isLikelyEmpty = result.bytes < kProbablyMore;
        if (isLikelyEmpty || result.bytes >= budget || isOver() || isPaused_) return;
        budget -= result.bytes;
    }
}

bool Connection::send(std::string_view bytes) {
    return send({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

bool Connection::send(std::span<const std::uint8_t> bytes) {
    if (state_ != State::Open) return false;
    if (bytes.size() > maxPendingBytes_ - std::min<std::size_t>(pendingBytes(), maxPendingBytes_)) {
        abort();
        reason_ = CloseReason::PeerTooSlow;
        return false;
    }
    if (output_.capacity() == 0) output_.swap(loop_.spareOutput());
    output_.insert(output_.end(), bytes.begin(), bytes.end());
    if (pendingBytes() > lowWatermark_) isAboveWatermark_ = true;
    if (isWriteBlocked_ || isWriteWaiting_) return true;
    loop_.atEndOfTurn(*this);
    if (pendingBytes() >= kRecord) writeRecords(kRecord);
    return true;
}

void Connection::sendNow() {
    if (state_ != State::Open || isWriteBlocked_ || isWriteWaiting_ || pendingBytes() == 0) return;
    writeRecords(1);
    if (pendingBytes() == 0) dropOutput();
}

/// Writes records as long as there are `least` bytes. Full records gain nothing by waiting for the
/// end of the turn, but cost fresh memory. Whatever goes wrong here is left to the flush at the end
/// of the turn, which meets it again: callbacks never come out of send().
void Connection::writeRecords(std::size_t least) {
    while (retry_ == 0 && pendingBytes() >= least) {
        const std::size_t size = std::min(pendingBytes(), kRecord);
        const IoResult result = transport_.write(std::span(output_).subspan(head_, size));
        if (result.status != IoStatus::Done) {
            retry_ = static_cast<std::uint32_t>(size);
            return;
        }
        hasProgressed_ = true;
        head_ += static_cast<std::uint32_t>(result.bytes);
    }
    if (retry_ != 0) return;
    output_.erase(output_.begin(), output_.begin() + head_);
    head_ = 0;
}

/// The buffer goes to the next connection that sends, unless it is large.
void Connection::dropOutput() {
    head_ = 0;
    output_.clear();
    if (output_.capacity() <= 4 * kRecord && loop_.spareOutput().capacity() == 0) {
        output_.swap(loop_.spareOutput());
    } else {
        std::vector<std::uint8_t>().swap(output_);
    }
}

void Connection::flush() {
    std::size_t budget = kTurnBudget;
    while (pendingBytes() > 0 && budget > 0) {
        if (!writeSome(budget)) break;
    }
    if (isOver()) return;
    // Out of budget: the others first, then on with the next turn's EPOLLOUT.
    if (pendingBytes() > 0 && !isWriteWaiting_) isWriteBlocked_ = true;
    afterFlush();
}

/// Writes one chunk; false when that is all for now. May end the connection.
bool Connection::writeSome(std::size_t& budget) {
    const std::size_t limit = isTls_ ? kRecord : kTurnBudget;
    const std::size_t size = retry_ != 0 ? retry_ : std::min(pendingBytes(), limit);
    const IoResult result = transport_.write(std::span(output_).subspan(head_, size));
    switch (result.status) {
        case IoStatus::Done:
            retry_ = 0;
            hasProgressed_ = true;
            head_ += static_cast<std::uint32_t>(result.bytes);
            budget -= std::min(budget, result.bytes);
            return true;
        case IoStatus::WantWrite:
            retry_ = isTls_ ? static_cast<std::uint32_t>(size) : 0;
            isWriteBlocked_ = true;
            return false;
        case IoStatus::WantRead:
            retry_ = static_cast<std::uint32_t>(size);
            isWriteWaiting_ = true;
            return false;
        case IoStatus::Ended:
            finish(state_ == State::Open ? CloseReason::ByPeer : CloseReason::ByUs, {});
            return false;
        case IoStatus::Failed:
            break;
    }
    finish(CloseReason::Failed, result.detail);
    return false;
}

void Connection::afterFlush() {
    if (pendingBytes() == 0) {
        dropOutput();
    } else if (head_ > kTurnBudget && head_ > output_.size() / 2) {
        output_.erase(output_.begin(), output_.begin() + head_);
        head_ = 0;
    }
    if (state_ == State::Flushing && pendingBytes() == 0) return sayGoodbye();
    updateInterest();
    if (isAboveWatermark_ && pendingBytes() <= lowWatermark_) {
        isAboveWatermark_ = false;
        if (state_ == State::Open) handler_->drained();
    }
}

void Connection::pauseReading() {
    isPaused_ = true;
    updateInterest();
}

void Connection::resumeReading() {
    isPaused_ = false;
    updateInterest();
}

void Connection::updateInterest() {
    if (isOver() || state_ == State::Connecting || interest_ == 0) return;
    const bool isReading = state_ != State::Open || !isPaused_ || isWriteWaiting_;
    const bool isWriting = isWriteBlocked_ || isReadWaiting_;
    // EPOLLRDHUP stands in for "nothing", as 0 means that the descriptor is not in the set.
    const std::uint32_t wanted =
        (isReading ? EPOLLIN : 0U) | (isWriting ? EPOLLOUT : 0U) | (isReading ? 0U : EPOLLERR);
    if (wanted == interest_) return;
    interest_ = wanted;
    loop_.modify(transport_.fd(), wanted, *this);
}

}  // namespace runnel::net
