// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "runnel/network.h"
#include "runnel/plugin.h"

namespace runnel::test {

/// A broker as any plugin sees it. Thread safety: any thread.
class FakeHost final : public Host {
  public:
    ~FakeHost() {
        for (const int fd : listeners_) ::close(fd);
    }

    void log(Level /*level*/, std::string_view text) override {
        const std::lock_guard lock(mutex_);
        lines_.emplace_back(text);
    }
    Instant now() const override {
        const std::lock_guard lock(mutex_);
        return now_;
    }
    void health(std::string_view part, Health /*health*/, std::string_view text) override {
        log(Level::Info, std::string(part) + ": " + std::string(text));
    }
    /// Always 127.0.0.1 and any free port, whatever the address says.
    Result<int> listener(std::string_view /*address*/) override {
        const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
            ::listen(fd, 128) != 0) {
            ::close(fd);
            return Error{"", "cannot listen"};
        }
        socklen_t size = sizeof address;
        ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
        const std::lock_guard lock(mutex_);
        port_ = ntohs(address.sin_port);
        listeners_.push_back(fd);
        return fd;
    }
    std::shared_ptr<const Tls> tls() const override {
        const std::lock_guard lock(mutex_);
        return tls_;
    }

    /// Of the newest listener.
    std::uint16_t port() const {
        const std::lock_guard lock(mutex_);
        return port_;
    }
    void setTls(Tls tls) {
        const std::lock_guard lock(mutex_);
        tls_ = std::make_shared<const Tls>(std::move(tls));
    }
    void setNow(Instant now) {
        const std::lock_guard lock(mutex_);
        now_ = now;
    }
    std::vector<std::string> lines() const {
        const std::lock_guard lock(mutex_);
        return lines_;
    }

  private:
    mutable std::mutex mutex_;
    Instant now_{std::chrono::milliseconds{1'734'964'219'000}};
    std::vector<std::string> lines_;
    std::vector<int> listeners_;
    std::uint16_t port_ = 0;
    std::shared_ptr<const Tls> tls_;
};

/// The core as a network plugin sees it: keeps what was published. Thread safety: any thread.
class FakeNetworkHost final : public NetworkHost {
  public:
    using Verdict = Admission::Verdict;

    Admission publish(Message&& message, Ticket ticket) override {
        const std::lock_guard lock(mutex_);
        changed_.notify_all();
        if (verdict_ == Verdict::Taken && messages_.size() == room_) verdict_ = Verdict::Busy;
        if (verdict_ == Verdict::Busy) {
            ++busyCount_;
            return {Verdict::Busy, {}};
        }
        if (verdict_ == Verdict::Refused) {
            const Message refused = std::move(message);
            return {Verdict::Refused, "port must be at most 255"};
        }
        messages_.push_back(std::move(message));
        if (ticket != 0) tickets_.push_back(ticket);
        return {Verdict::Taken, {}};
    }
    void connected(bool isConnected) override {
        const std::lock_guard lock(mutex_);
        isConnected_ = isConnected;
        changed_.notify_all();
    }

    /// What publish answers from now on; Taken turns into Busy once `room` messages are held.
    void answer(Verdict verdict, std::size_t room = SIZE_MAX) {
        const std::lock_guard lock(mutex_);
        verdict_ = verdict;
        room_ = room;
    }
    std::vector<Message> messages() const {
        const std::lock_guard lock(mutex_);
        return messages_;
    }
    std::size_t count() const {
        const std::lock_guard lock(mutex_);
        return messages_.size();
    }
    std::size_t busyCount() const {
        const std::lock_guard lock(mutex_);
        return busyCount_;
    }
    bool isConnected() const {
        const std::lock_guard lock(mutex_);
        return isConnected_;
    }
    /// Tickets published since the last call, in order.
    std::vector<Ticket> takeTickets() {
        const std::lock_guard lock(mutex_);
        return std::exchange(tickets_, {});
    }
    /// True as soon as `condition` holds; looked at after every publish. False after 20 s.
    bool waitUntil(const std::function<bool(const FakeNetworkHost&)>& condition) const {
        std::unique_lock lock(mutex_);
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        for (;;) {
            lock.unlock();
            if (condition(*this)) return true;
            lock.lock();
            if (changed_.wait_for(lock, std::chrono::milliseconds(5)) == std::cv_status::timeout &&
                std::chrono::steady_clock::now() > deadline) {
                return false;
            }
        }
    }
    bool waitForCount(std::size_t wanted) const {
        return waitUntil([wanted](const FakeNetworkHost& host) { return host.count() >= wanted; });
    }

  private:
    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    Verdict verdict_ = Verdict::Taken;
    std::size_t room_ = SIZE_MAX;
    std::size_t busyCount_ = 0;
    bool isConnected_ = false;
    std::vector<Message> messages_;
    std::vector<Ticket> tickets_;
};

}  // namespace runnel::test
