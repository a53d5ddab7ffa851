// SPDX-License-Identifier: Apache-2.0
#include "runnel/testing.h"

namespace runnel {

void FakeHost::log(Level level, std::string_view text) {
    const std::scoped_lock lock{mutex_};
    lines_.emplace_back(level, text);
}

Instant FakeHost::now() const {
    const std::scoped_lock lock{mutex_};
    return now_;
}

void FakeHost::health(std::string_view part, Health health, std::string_view) {
    const std::scoped_lock lock{mutex_};
    for (auto& [name, known] : health_) {
        if (name == part) {
            known = health;
            return;
        }
    }
    health_.emplace_back(part, health);
}

Result<int> FakeHost::listener(std::string_view address) {
    const std::scoped_lock lock{mutex_};
    if (socket_ < 0) return Error{std::string{address}, "has no socket: call setListener() first"};
    return socket_;
}

std::shared_ptr<const Tls> FakeHost::tls() const {
    const std::scoped_lock lock{mutex_};
    return tls_;
}

std::vector<FakeHost::Line> FakeHost::lines() const {
    const std::scoped_lock lock{mutex_};
    return lines_;
}

std::optional<Health> FakeHost::healthOf(std::string_view part) const {
    const std::scoped_lock lock{mutex_};
    for (const auto& [name, health] : health_) {
        if (name == part) return health;
    }
    return std::nullopt;
}

void FakeHost::setNow(Instant now) {
    const std::scoped_lock lock{mutex_};
    now_ = now;
}

void FakeHost::setListener(int socket) {
    const std::scoped_lock lock{mutex_};
    socket_ = socket;
}

void FakeHost::setTls(Tls tls) {
    const std::scoped_lock lock{mutex_};
    tls_ = std::make_shared<const Tls>(std::move(tls));
}

std::size_t FakeSessionHost::take(std::vector<Parcel>& out, std::size_t maxParcels,
                                  std::size_t maxBytes) {
    const std::scoped_lock lock{mutex_};
    if (seen_.isClosed) return 0;
    std::size_t taken = 0;
    std::size_t bytes = 0;
    while (!waiting_.empty() && taken < maxParcels && bytes < maxBytes) {
        for (const std::string& document : *waiting_.front().documents) bytes += document.size();
        out.push_back(std::move(waiting_.front()));
        waiting_.pop_front();
        ++taken;
    }
    return taken;
}

void FakeSessionHost::settleThrough(std::uint64_t parcel) {
    settle(parcel, Outcome::Delivered, "");
}

void FakeSessionHost::settle(std::uint64_t parcel, Outcome outcome, std::string_view why) {
    const std::scoped_lock lock{mutex_};
    if (seen_.isClosed) return;
    seen_.settled.push_back({parcel, outcome, std::string{why}});
}

void FakeSessionHost::attempt(std::uint64_t, std::uint16_t status, std::string_view) {
    const std::scoped_lock lock{mutex_};
    if (seen_.isClosed) return;
    seen_.attempts.push_back(status);
}

void FakeSessionHost::receive(const DecodeInput& input, Ticket ticket) {
    const std::scoped_lock lock{mutex_};
    if (seen_.isClosed) return;
    seen_.received.emplace_back(input.document);
    seen_.tickets.push_back(ticket);
}

void FakeSessionHost::health(Health health, std::string_view) {
    const std::scoped_lock lock{mutex_};
    if (seen_.isClosed) return;
    seen_.health = health;
}

void FakeSessionHost::closed(std::string_view) {
    const std::scoped_lock lock{mutex_};
    seen_.isClosed = true;
}

void FakeSessionHost::give(Parcel parcel) {
    const std::scoped_lock lock{mutex_};
    waiting_.push_back(std::move(parcel));
}

FakeSessionHost::Seen FakeSessionHost::seen() const {
    const std::scoped_lock lock{mutex_};
    return seen_;
}

Result<Grant, Denial> FakeProtocolHost::authenticate(std::string_view token, std::string_view) {
    const std::scoped_lock lock{mutex_};
    for (const auto& [known, grant] : tokens_) {
        if (known == token) return grant;
    }
    return Denial{Denial::Why::UnknownToken, "unknown token"};
}

Result<std::shared_ptr<SessionHost>, Denial> FakeProtocolHost::attach(
    const Grant&, SessionRequest, std::shared_ptr<Session> session) {
    auto host = std::make_shared<FakeSessionHost>();
    const std::scoped_lock lock{mutex_};
    connections_.emplace_back(std::move(session), host);
    return std::shared_ptr<SessionHost>{std::move(host)};
}

void FakeProtocolHost::allow(std::string token, Grant grant) {
    const std::scoped_lock lock{mutex_};
    tokens_.emplace_back(std::move(token), std::move(grant));
}

std::vector<FakeProtocolHost::Connection> FakeProtocolHost::connections() const {
    const std::scoped_lock lock{mutex_};
    return connections_;
}

Admission FakeNetworkHost::publish(Message&& message, Ticket ticket) {
    const std::scoped_lock lock{mutex_};
    Admission answer;
    if (!answers_.empty()) {
        answer = std::move(answers_.front());
        answers_.pop_front();
    }
    if (answer.verdict == Admission::Verdict::Taken) {
        published_.emplace_back(std::move(message), ticket);
    }
    return answer;
}

void FakeNetworkHost::connected(bool isConnected) {
    const std::scoped_lock lock{mutex_};
    isConnected_ = isConnected;
}

void FakeNetworkHost::answerNext(Admission admission) {
    const std::scoped_lock lock{mutex_};
    answers_.push_back(std::move(admission));
}

std::vector<std::pair<Message, Ticket>> FakeNetworkHost::published() const {
    const std::scoped_lock lock{mutex_};
    return published_;
}

bool FakeNetworkHost::isConnected() const {
    const std::scoped_lock lock{mutex_};
    return isConnected_;
}

}  // namespace runnel
