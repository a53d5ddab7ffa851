// SPDX-License-Identifier: Apache-2.0
#include "sessions/session_loop.h"

#include <utility>

namespace runnel::sessions {

namespace {

constexpr std::chrono::milliseconds kTick{250};
constexpr std::size_t kParcels = 512;

}  // namespace

SessionLoop::SessionLoop(net::EventLoop& loop, std::chrono::milliseconds sweepPeriod)
    : loop_(loop) {
    parcels_.reserve(kParcels);
    inbox_->open(loop, [this] { openInbox(); });
    sweeping_ = loop.every(sweepPeriod, [this] { sweep(); });
}

SessionLoop::~SessionLoop() {
    inbox_->shut();
    loop_.cancel(sweeping_);
    loop_.cancel(ticking_);
    loop_.cancel(cutting_);
}

void SessionLoop::add(std::shared_ptr<LoopSession> session) {
    session->membership().place = static_cast<std::uint32_t>(sessions_.size());
    sessions_.push_back(std::move(session));
}

void SessionLoop::remove(LoopSession& session) {
    const std::size_t place = session.membership().place;
    if (place >= sessions_.size() || sessions_[place].get() != &session) return;
    loop_.destroyLater(std::move(sessions_[place]));
    if (place + 1 < sessions_.size()) {
        sessions_[place] = std::move(sessions_.back());
        sessions_[place]->membership().place = static_cast<std::uint32_t>(place);
    }
    sessions_.pop_back();
    if (sessions_.empty() && done_) {
        loop_.cancel(std::exchange(cutting_, net::TimerId::None));
        std::exchange(done_, nullptr)();
    }
}

void SessionLoop::openInbox() {
    inbox_->take(opened_);
    for (const Inbox::Order& order : opened_.orders) order();
    for (const auto& session : opened_.ready) {
        // Before it takes: what comes later must be told again.
        session->membership().isListed = false;
        session->takeReady();
    }
    opened_.orders.clear();
    opened_.ready.clear();
}

void SessionLoop::watch(LoopSession& session) {
    if (std::exchange(session.membership().isWatched, true)) return;
    watched_.push_back(sessions_.at(session.membership().place));
    if (ticking_ == net::TimerId::None) ticking_ = loop_.after(kTick, [this] { tick(); });
}

void SessionLoop::tick() {
    ticking_ = net::TimerId::None;
    std::size_t kept = 0;
    for (std::size_t i = 0; i < watched_.size(); ++i) {
        if (watched_[i]->tick()) {
            if (kept != i) watched_[kept] = std::move(watched_[i]);
            ++kept;
        } else {
            watched_[i]->membership().isWatched = false;
        }
    }
    watched_.resize(kept);
    if (kept > 0) ticking_ = loop_.after(kTick, [this] { tick(); });
}

void SessionLoop::sweep() {
    for (const auto& session : sessions_) session->checkSilence();
}

// A session that has no connection leaves the list at once, so these three walk a copy.
void SessionLoop::closeStream(std::uint64_t stream, CloseReason reason) {
    for (const auto& session : std::vector(sessions_)) {
        if (session->stream() == stream) session->end(reason, closeText(reason));
    }
}

void SessionLoop::closeAll(CloseReason reason, std::chrono::milliseconds patience,
                           std::function<void()> done) {
    if (sessions_.empty()) return done();
    done_ = std::move(done);
    cutting_ = loop_.after(patience, [this] { abortAll(); });
    for (const auto& session : std::vector(sessions_)) session->end(reason, closeText(reason));
}

void SessionLoop::abortAll() {
    cutting_ = net::TimerId::None;
    for (const auto& session : std::vector(sessions_)) session->abort();
}

}  // namespace runnel::sessions
