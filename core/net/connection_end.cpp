// SPDX-License-Identifier: Apache-2.0
// How a connection ends: politely, so that the peer never loses the last bytes, or at once.
#include <array>
#include <chrono>
#include <string>
#include <utility>

#include "net/connection.h"

namespace runnel::net {

namespace {

constexpr std::uint8_t kMaxExtensions = 30;  // of the closing deadline, by a trickling peer

}  // namespace

std::string_view text(CloseReason reason) {
    constexpr std::array<std::string_view, 7> kTexts{
        "closed by peer",     "closed by us",          "connect failed",   "handshake failed",
        "handshake too slow", "peer reads too slowly", "connection failed"};
    return kTexts.at(static_cast<std::size_t>(reason));
}

void Connection::Dropper::operator()(Connection* connection) const {
    connection->handler_ = nullptr;
    connection->release();
    connection->state_ = State::Closed;
    connection->loop_.destroyLater(std::shared_ptr<void>(
        connection, [](void* object) { delete static_cast<Connection*>(object); }));
}

void Connection::discard() {
    for (int round = 0; round < 4; ++round) {
        const IoResult result = transport_.readRaw(loop_.scratch());
        if (result.status == IoStatus::WantRead) return;
        if (result.status != IoStatus::Done) return finish(CloseReason::ByUs, {});
    }
}

/// The peer may have shut down only its sending side, so what is already queued is still tried.
void Connection::endedByPeer() {
    std::size_t budget = kTurnBudget;
    while (!isWriteBlocked_ && pendingBytes() > 0 && writeSome(budget)) {
    }
    if (isOver()) return;
    finish(state_ == State::Open ? CloseReason::ByPeer : CloseReason::ByUs, {});
}

void Connection::sayGoodbye() {
    const IoResult result = transport_.finishWriting();
    if (result.status == IoStatus::WantWrite) {
        isWriteBlocked_ = true;
        return updateInterest();
    }
    if (result.status != IoStatus::Done) return finish(CloseReason::ByUs, result.detail);
    state_ = State::Discarding;
    isWriteBlocked_ = false;
    updateInterest();
    armDeadline(std::chrono::milliseconds(closeDeadlineMs_));
}

void Connection::close() {
    if (isOver() || state_ == State::Flushing || state_ == State::Discarding) return;
    if (state_ != State::Open) return abort();
    state_ = State::Flushing;
    isPaused_ = false;
    hasProgressed_ = false;
    armDeadline(std::chrono::milliseconds(closeDeadlineMs_));
    updateInterest();
    if (!isWriteBlocked_ && !isWriteWaiting_) loop_.atEndOfTurn(*this);
}

void Connection::abort() {
    if (isOver()) return;
    reason_ = CloseReason::ByUs;
    release();
    state_ = State::ClosedQuietly;
    loop_.atEndOfTurn(*this);
}

void Connection::armDeadline(std::chrono::milliseconds delay) {
    loop_.cancel(deadline_);
    deadline_ = loop_.after(delay, [this] { deadlinePassed(); });
}

void Connection::deadlinePassed() {
    deadline_ = TimerId::None;
    if (state_ == State::Connecting || state_ == State::Handshaking) {
        return finish(CloseReason::TimedOut, {});
    }
    const bool isMoving = state_ == State::Flushing && std::exchange(hasProgressed_, false);
    if (isMoving && ++extensions_ < kMaxExtensions) {
        return armDeadline(std::chrono::milliseconds(closeDeadlineMs_));
    }
    finish(CloseReason::ByUs, "the peer did not close in time");
}

/// Gives back everything but the object itself. Removing comes before closing: another descriptor
/// may get the same number at once.
void Connection::release() {
    loop_.cancel(std::exchange(deadline_, TimerId::None));
    if (transport_.fd() >= 0 && interest_ != 0) loop_.remove(transport_.fd(), *this);
    interest_ = 0;
    transport_.close();
    std::vector<std::uint8_t>().swap(output_);
    head_ = retry_ = 0;
    if (std::exchange(isHandshakeCounted_, false)) admission_->handshakeDone(peer_);
    if (admission_) admission_->leave();
    admission_.reset();
}

void Connection::finish(CloseReason reason, std::string_view detail) {
    const std::string copy(detail);
    release();
    state_ = State::Closed;
    if (handler_ != nullptr) handler_->closed(reason, copy);
}

}  // namespace runnel::net
