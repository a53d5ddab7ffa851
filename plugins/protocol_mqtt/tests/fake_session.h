// SPDX-License-Identifier: Apache-2.0
#pragma once

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

namespace runnel::mqtt {

using Lines = std::vector<std::string>;

inline constexpr Eui kApplication{0x70B3D57ED0000001};
inline constexpr Eui kDevice{0x0080E1150529E258};
inline const std::string kStem = "70B3D57ED0000001/0080E1150529E258";

/// The core's side of one session. Ids of parcels begin with 1.
/// Thread safety: any thread.
class FakeSession final : public SessionHost {
  public:
    FakeSession(SessionRequest wanted, std::shared_ptr<Session> session)
        : request(std::move(wanted)), session_(std::move(session)) {}

    std::size_t take(std::vector<Parcel>& out, std::size_t maxParcels,
                     std::size_t maxBytes) override {
        const std::lock_guard lock(mutex_);
        std::size_t count = 0;
        std::size_t bytes = 0;
        while (!closed_ && count < maxParcels && bytes < maxBytes && !waiting_.empty()) {
            for (const std::string& document : *waiting_.front().documents) {
                bytes += document.size();
            }
            out.push_back(std::move(waiting_.front()));
            waiting_.pop_front();
            out.back().id = ++taken_;
            ++count;
        }
        isHungry_ = count < maxParcels && bytes < maxBytes;
        return count;
    }
    void settleThrough(std::uint64_t parcel) override { note("through " + std::to_string(parcel)); }
    void settle(std::uint64_t parcel, Outcome outcome, std::string_view why) override {
        const char* const words = outcome == Outcome::Filtered ? " filtered" : " rejected: ";
        note(std::to_string(parcel) + words + std::string(outcome == Outcome::Filtered ? "" : why));
    }
    void attempt(std::uint64_t, std::uint16_t, std::string_view) override {}
    void receive(const DecodeInput& input, Ticket ticket) override {
        const std::string document(input.document);
        {
            const std::lock_guard lock(mutex_);
            received_.push_back((input.device ? text(*input.device) : "-") + " " + document);
            if (document.starts_with("hold")) held_.push_back(ticket);
            changed_.notify_all();
        }
        if (document.starts_with("hold")) return;
        if (document.starts_with("no receipt")) return session_->answer(ticket, {}, true);
        session_->answer(ticket, {"receipt of " + document}, !document.starts_with("rejected"));
    }
    void health(Health, std::string_view text) override {
        const std::lock_guard lock(mutex_);
        healths_.emplace_back(text);
        changed_.notify_all();
    }
    void closed(std::string_view why) override {
        const std::lock_guard lock(mutex_);
        closed_ = std::string(why);
        changed_.notify_all();
    }

    void pushParcels(std::vector<Parcel> parcels) {
        bool isAwaited = false;
        {
            const std::lock_guard lock(mutex_);
            for (Parcel& parcel : parcels) waiting_.push_back(std::move(parcel));
            isAwaited = std::exchange(isHungry_, false);
        }
        if (isAwaited) session_->ready();
    }
    /// Uplinks of the device with these documents.
    void push(const Lines& documents) {
        std::vector<Parcel> parcels;
        for (const std::string& document : documents) parcels.push_back(uplink({document}));
        pushParcels(std::move(parcels));
    }
    static Parcel uplink(Lines documents, Kind kind = Kind::Uplink) {
        Message message;
        message.kind = kind;
        message.application = kApplication;
        message.device = kDevice;
        Parcel parcel;
        parcel.message = std::make_shared<const Message>(std::move(message));
        parcel.documents = std::make_shared<const Lines>(std::move(documents));
        return parcel;
    }
    /// Answers what was held back, oldest first.
    void answerHeld() {
        std::vector<Ticket> held;
        {
            const std::lock_guard lock(mutex_);
            held.swap(held_);
        }
        for (const Ticket ticket : held) session_->answer(ticket, {"late receipt"}, true);
    }

    /// False after ten seconds in which it did not become true.
    template <class Condition>
    bool wait(Condition condition) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, std::chrono::seconds(10), condition);
    }
    bool waitForSettled(const std::string& line) {
        return wait([&] { return !settled_.empty() && settled_.back() == line; });
    }
    bool waitForReceived(std::size_t count) {
        return wait([&] { return received_.size() >= count; });
    }
    bool waitForClosed() {
        return wait([&] { return closed_.has_value(); });
    }
    Lines settled() const { return locked(settled_); }
    Lines received() const { return locked(received_); }
    Lines healths() const { return locked(healths_); }
    std::uint64_t taken() const { return locked(taken_); }
    std::string closedText() const { return locked(closed_).value_or("still open"); }
    bool isClosed() const { return locked(closed_).has_value(); }
    Session& session() { return *session_; }

    const SessionRequest request;

  private:
    void note(std::string line) {
        const std::lock_guard lock(mutex_);
        settled_.push_back(std::move(line));
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
    std::deque<Parcel> waiting_;
    bool isHungry_ = true;
    std::uint64_t taken_ = 0;
    Lines settled_, received_, healths_;
    std::vector<Ticket> held_;
    std::optional<std::string> closed_;
};

}  // namespace runnel::mqtt
