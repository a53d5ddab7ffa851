// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runnel/protocol.h"

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

}  // namespace runnel::websocket
