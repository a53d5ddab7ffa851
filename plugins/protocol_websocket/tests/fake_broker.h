// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fake_session.h"
#include "runnel/plugin.h"
#include "runnel/protocol.h"

namespace runnel::websocket {

/// The broker's side for tests: tokens, and streams whose documents the test chooses.
/// Thread safety: set up by the test's thread before the protocol starts; then any thread.
class FakeBroker final : public Host, public ProtocolHost {
  public:
    /// `listeningFd` stays the caller's.
    FakeBroker(int listeningFd, Tls tls)
        : fd_(listeningFd), tls_(std::make_shared<const Tls>(std::move(tls))) {}

    Grant& addToken(const std::string& token, StreamConfig stream = {}) {
        Grant grant;
        grant.token = tokens_.size() + 1;
        grant.mayReceive = grant.maySend = true;
        if (stream.stream == 0) stream.stream = grant.token;
        if (stream.contentType.empty()) stream.contentType = "application/json";
        grant.stream = std::make_shared<const StreamConfig>(std::move(stream));
        return tokens_[token] = grant;
    }
    void deny(const std::string& token, Denial::Why why) {
        const std::lock_guard lock(mutex_);
        denials_[token] = {why, "denied for a reason"};
    }
    void denySession(const std::string& token, Denial::Why why) {
        sessionDenials_[addToken(token).token] = {why, "no session for a reason"};
    }

    /// The n-th session attached, from 0; null after ten seconds.
    std::shared_ptr<FakeSession> session(std::size_t n = 0) {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, std::chrono::seconds(10), [&] { return sessions_.size() > n; });
        return sessions_.size() > n ? sessions_[n] : nullptr;
    }
    std::size_t sessions() {
        const std::lock_guard lock(mutex_);
        return sessions_.size();
    }
    std::vector<std::string> peers() {
        const std::lock_guard lock(mutex_);
        return peers_;
    }
    /// What every later session has waiting when it is attached.
    void setBacklog(std::vector<std::string> documents) { backlog_ = std::move(documents); }

    Result<Grant, Denial> authenticate(std::string_view token, std::string_view peer,
                                       bool /*isSendOnly*/) override {
        const std::lock_guard lock(mutex_);
        peers_.emplace_back(peer);
        const std::string key(token);
        if (const auto found = tokens_.find(key); found != tokens_.end()) return found->second;
        if (const auto found = denials_.find(key); found != denials_.end()) return found->second;
        return Denial{Denial::Why::UnknownToken, "this token is not known"};
    }
    Result<std::shared_ptr<SessionHost>, Denial> attach(const Grant& grant, SessionRequest request,
                                                        std::shared_ptr<Session> session) override {
        if (const auto found = sessionDenials_.find(grant.token); found != sessionDenials_.end()) {
            return found->second;
        }
        auto host = std::make_shared<FakeSession>(std::move(request), session);
        host->push(backlog_);
        const std::lock_guard lock(mutex_);
        sessions_.push_back(host);
        changed_.notify_all();
        return std::shared_ptr<SessionHost>(host);
    }

    void log(Level, std::string_view) override {}
    Instant now() const override {
        return std::chrono::time_point_cast<std::chrono::milliseconds>(
            std::chrono::system_clock::now());
    }
    void health(std::string_view, Health, std::string_view) override {}
    Result<int> listener(std::string_view) override { return int{fd_}; }
    std::shared_ptr<const Tls> tls() const override { return tls_; }

  private:
    const int fd_;
    const std::shared_ptr<const Tls> tls_;
    std::map<std::string, Grant> tokens_;
    std::map<std::string, Denial> denials_;
    std::map<std::uint64_t, Denial> sessionDenials_;
    std::vector<std::string> backlog_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::string> peers_;
    std::vector<std::shared_ptr<FakeSession>> sessions_;
};

}  // namespace runnel::websocket
