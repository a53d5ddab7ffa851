// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runnel/plugin.h"
#include "runnel/protocol.h"

/// The broker's side for tests: tokens, and streams whose documents the test chooses.
namespace runnel::websocket {

/// The core's side of one session. Thread safety: any thread.
class FakeSession final : public SessionHost {
  public:
    FakeSession(SessionRequest wanted, std::shared_ptr<Session> session)
        : request(std::move(wanted)), session_(std::move(session)) {}

    std::size_t take(std::vector<Parcel>& out, std::size_t maxParcels,
                     std::size_t maxBytes) override {
        const std::lock_guard lock(mutex_);
        std::size_t count = 0;
        std::size_t bytes = 0;
        while (count < maxParcels && bytes < maxBytes && !waiting_.empty()) {
            bytes += waiting_.front().size();
            Parcel parcel;
            parcel.id = ++taken_;
            parcel.documents =
                std::make_shared<const std::vector<std::string>>(1, std::move(waiting_.front()));
            waiting_.pop_front();
            out.push_back(std::move(parcel));
            ++count;
        }
        takenBytes_ += bytes;
        isHungry_ = count < maxParcels && bytes < maxBytes;
        changed_.notify_all();
        return count;
    }
    void settleThrough(std::uint64_t parcel) override {
        note([&] { settled_ = std::max(settled_, parcel); });
    }
    void settle(std::uint64_t, Outcome, std::string_view) override {}
    void attempt(std::uint64_t, std::uint16_t, std::string_view) override {}
    void receive(const DecodeInput& input, Ticket ticket) override {
        const std::string document(input.document);
        note([&] { received_.push_back(document); });
        if (document == "no answer") return;  // yet
        if (document == "no receipt") return session_->answer(ticket, {}, true);
        session_->answer(ticket, {"receipt of " + document.substr(0, 100)},
                         document.find("rejected") == std::string::npos);
    }
    void health(Health, std::string_view) override {}
    void closed(std::string_view why) override {
        note([&] { closed_ = std::string(why); });
    }

    void push(std::vector<std::string> documents) {
        bool isAwaited = false;
        note([&] {
            for (std::string& document : documents) waiting_.push_back(std::move(document));
            isAwaited = std::exchange(isHungry_, false);
        });
        if (isAwaited) session_->ready();
    }
    void push(std::size_t count, std::size_t size) {
        push(std::vector<std::string>(count, std::string(size, 'x')));
    }

    /// False after ten seconds in which it did not become true.
    template <class Condition>
    bool wait(Condition condition) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, std::chrono::seconds(10), condition);
    }
    bool waitForSettled(std::uint64_t parcel) {
        return wait([&] { return settled_ >= parcel; });
    }
    bool waitForClosed() {
        return wait([&] { return closed_.has_value(); });
    }
    bool waitForTaken(std::uint64_t parcel) {
        return wait([&] { return taken_ >= parcel; });
    }
    std::uint64_t taken() const { return locked(taken_); }
    std::uint64_t takenBytes() const { return locked(takenBytes_); }
    std::uint64_t settled() const { return locked(settled_); }
    std::vector<std::string> received() const { return locked(received_); }
    std::string closedText() const { return locked(closed_).value_or("still open"); }
    Session& session() { return *session_; }

    const SessionRequest request;

  private:
    template <class Change>
    void note(Change change) {
        const std::lock_guard lock(mutex_);
        change();
        changed_.notify_all();
    }
    template <class T>
    T locked(const T& value) const {
        const std::lock_guard lock(mutex_);
        return value;
    }

    const std::shared_ptr<Session> session_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::string> waiting_;
    bool isHungry_ = true;
    std::uint64_t taken_ = 0;
    std::uint64_t takenBytes_ = 0;
    std::uint64_t settled_ = 0;
    std::vector<std::string> received_;
    std::optional<std::string> closed_;
};

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
