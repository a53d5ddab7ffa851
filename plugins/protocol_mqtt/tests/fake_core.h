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

namespace runnel::mqtt {

/// The broker's side for tests: tokens and streams.
/// Thread safety: set up by the test's thread before the protocol starts; then any thread.
class FakeCore final : public Host, public ProtocolHost {
  public:
    /// `stream` 0: a new one.
    Grant& addToken(const std::string& token, StreamConfig stream = {}) {
        Grant grant;
        grant.token = tokens_.size() + 1;
        grant.mayReceive = grant.maySend = true;
        if (stream.stream == 0) stream.stream = grant.token;
        if (stream.name.empty()) stream.name = "70B3D57ED0000001/" + token;
        if (!stream.device && !stream.gateway) stream.application = kApplication;
        grant.stream = std::make_shared<const StreamConfig>(std::move(stream));
        return tokens_[token] = grant;
    }
    void deny(const std::string& token, Denial::Why why) { denials_[token] = why; }
    void denySessions(const Grant& grant, Denial::Why why) { sessionDenials_[grant.token] = why; }

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
    Lines log() {
        const std::lock_guard lock(mutex_);
        return log_;
    }
    /// The tokens that were tried.
    Lines tried() {
        const std::lock_guard lock(mutex_);
        return tried_;
    }

    Result<Grant, Denial> authenticate(std::string_view token, std::string_view, bool) override {
        const std::lock_guard lock(mutex_);
        const std::string key(token);
        tried_.push_back(key);
        if (const auto found = tokens_.find(key); found != tokens_.end()) return found->second;
        if (const auto found = denials_.find(key); found != denials_.end()) {
            return Denial{found->second, "denied for a reason"};
        }
        return Denial{Denial::Why::UnknownToken, "no stream has this token"};
    }
    Result<std::shared_ptr<SessionHost>, Denial> attach(const Grant& grant, SessionRequest request,
                                                        std::shared_ptr<Session> session) override {
        const std::lock_guard lock(mutex_);
        if (const auto found = sessionDenials_.find(grant.token); found != sessionDenials_.end()) {
            return Denial{found->second, "no session for a reason"};
        }
        auto host = std::make_shared<FakeSession>(std::move(request), std::move(session));
        sessions_.push_back(host);
        changed_.notify_all();
        return std::shared_ptr<SessionHost>(host);
    }

    void log(Level, std::string_view text) override {
        const std::lock_guard lock(mutex_);
        log_.emplace_back(text);
    }
    Instant now() const override { return Instant{}; }
    void health(std::string_view, Health, std::string_view) override {}
    Result<int> listener(std::string_view address) override {
        const auto found = sockets.find(std::string(address));
        if (found == sockets.end()) return Error{std::string(address), "is in use"};
        return int{found->second};
    }
    std::shared_ptr<const Tls> tls() const override { return certificate; }

    std::map<std::string, int> sockets;  ///< stay the caller's
    std::shared_ptr<const Tls> certificate;

  private:
    std::map<std::string, Grant> tokens_;
    std::map<std::string, Denial::Why> denials_;
    std::map<std::uint64_t, Denial::Why> sessionDenials_;
    std::mutex mutex_;
    std::condition_variable changed_;
    Lines log_, tried_;
    std::vector<std::shared_ptr<FakeSession>> sessions_;
};

}  // namespace runnel::mqtt
