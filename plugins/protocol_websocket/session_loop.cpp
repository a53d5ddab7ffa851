// SPDX-License-Identifier: Apache-2.0
#include "session_loop.h"

#include <algorithm>
#include <utility>

#include "websocket_session.h"

namespace runnel::websocket {

namespace {

constexpr std::chrono::milliseconds kTick{250};
constexpr std::size_t kParcels = 512;

}  // namespace

SessionLoop::SessionLoop(net::EventLoop& loop, const Settings& settings)
    : loop_(loop), settings_(settings) {
    parcels_.reserve(kParcels);
    inbox_->open(loop, [this] { openInbox(); });
    const std::chrono::milliseconds period = settings.idleTimeout / 8;
    sweeping_ = loop.every(
        std::clamp<std::chrono::milliseconds>(period, kTick, std::chrono::milliseconds(10'000)),
        [this] { sweep(); });
}

SessionLoop::~SessionLoop() {
    inbox_->shut();
    loop_.cancel(sweeping_);
    loop_.cancel(ticking_);
    loop_.cancel(cutting_);
}

void SessionLoop::add(std::shared_ptr<WebSocketSession> session) {
    session->setPlace(sessions_.size());
    sessions_.push_back(std::move(session));
}

void SessionLoop::remove(WebSocketSession& session) {
    const std::size_t place = session.place();
    if (place >= sessions_.size() || sessions_[place].get() != &session) return;
    loop_.destroyLater(std::move(sessions_[place]));
    if (place + 1 < sessions_.size()) {
        sessions_[place] = std::move(sessions_.back());
        sessions_[place]->setPlace(place);
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
    for (const auto& session : opened_.ready) session->takeReady();
    opened_.orders.clear();
    opened_.ready.clear();
}

void SessionLoop::watch(WebSocketSession& session) {
    if (session.isWatched()) return;
    session.setWatched(true);
    watched_.push_back(sessions_.at(session.place()));
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
            watched_[i]->setWatched(false);
        }
    }
    watched_.resize(kept);
    if (kept > 0) ticking_ = loop_.after(kTick, [this] { tick(); });
}

void SessionLoop::sweep() {
    for (const auto& session : sessions_) session->checkSilence();
}

void SessionLoop::closeStream(std::uint64_t stream, CloseReason reason) {
    for (const auto& session : sessions_) {
        if (session->stream() == stream) session->end(closeCode(reason), closeText(reason));
    }
}

void SessionLoop::closeAll(CloseReason reason, std::chrono::milliseconds patience,
                           std::function<void()> done) {
    if (sessions_.empty()) return done();
    done_ = std::move(done);
    cutting_ = loop_.after(patience, [this] { abortAll(); });
    for (const auto& session : sessions_) session->end(closeCode(reason), closeText(reason));
}

void SessionLoop::abortAll() {
    cutting_ = net::TimerId::None;
    for (const auto& session : sessions_) session->abort();
}

}  // namespace runnel::websocket
