// SPDX-License-Identifier: Apache-2.0
#include "subscriber_session.h"

#include <openssl/rand.h>

#include <algorithm>
#include <utility>

#include "mqtt/topic.h"
#include "settings.h"
#include "stream_topics.h"

namespace runnel::mqtt {

namespace {

constexpr std::chrono::seconds kLongestExpiry{7 * 24 * 3600};
constexpr std::chrono::seconds kLongestKeepAlive{1200};
constexpr std::chrono::seconds kLongestPause{300};  // of a client that does not read its answers

Reason reasonOf(Denial::Why why) {
    switch (why) {
        case Denial::Why::UnknownToken:
            return Reason::BadUserNameOrPassword;
        case Denial::Why::Throttled:
        case Denial::Why::TooManySessions:
            return Reason::QuotaExceeded;
        case Denial::Why::Disabled:
        case Denial::Why::OtherProtocol:
            return Reason::NotAuthorized;
        case Denial::Why::Stopping:
            return Reason::ServerShuttingDown;
    }
    return Reason::UnspecifiedError;
}

Reason reasonOf(CloseReason reason) {
    switch (reason) {
        case CloseReason::Shutdown:
            return Reason::ServerShuttingDown;
        case CloseReason::Revoked:
        case CloseReason::Removed:
            return Reason::NotAuthorized;
        case CloseReason::TakenOver:
            return Reason::SessionTakenOver;
        case CloseReason::Changed:
        case CloseReason::PluginReplaced:
            return Reason::AdministrativeAction;
        case CloseReason::Overloaded:
            return Reason::ServerBusy;
    }
    return Reason::UnspecifiedError;
}

/// The address without the port: "[2001:db8::1]:443" -> "2001:db8::1".
std::string_view hostOf(std::string_view peer) {
    peer = peer.substr(0, peer.rfind(':'));
    if (peer.starts_with('[') && peer.ends_with(']')) peer = peer.substr(1, peer.size() - 2);
    return peer;
}

std::string randomClientId() {
    std::uint8_t bytes[8] = {};
    RAND_bytes(bytes, sizeof bytes);
    std::string id = "runnel-";
    appendHex(id, bytes, sizeof bytes);
    return id;
}

std::chrono::seconds expiryOf(const Connect& connect) {
    if (connect.version == Version::V311) {
        return connect.isCleanStart ? std::chrono::seconds(0) : kLongestExpiry;
    }
    const auto wanted =
        std::chrono::seconds(numberOr(connect.properties, PropertyId::SessionExpiryInterval, 0));
    return std::min(wanted, kLongestExpiry);
}

}  // namespace

SubscriberSession::SubscriberSession(Parts& parts, std::string peer)
    : parts_(parts),
      inbox_(parts.sessions.inbox()),
      peer_(std::move(peer)),
      session_(parts.sessions.loop(), parts.scratch, *this) {}

SubscriberSession::~SubscriberSession() = default;

void SubscriberSession::begin(std::unique_ptr<Link> link, std::span<const std::uint8_t> unread) {
    parts_.sessions.add(shared_from_this());
    session_.begin(std::move(link), unread);
}

std::uint64_t SubscriberSession::stream() const {
    return stream_ ? stream_->stream : 0;
}

void SubscriberSession::ready() {
    inbox_->ready(shared_from_this());
}

void SubscriberSession::answer(Ticket ticket, std::vector<std::string> receipts, bool isAccepted) {
    inbox_->order(
        [self = shared_from_this(), ticket, receipts = std::move(receipts), isAccepted]() mutable {
            self->sendAnswer(ticket, std::move(receipts), isAccepted);
        });
}

void SubscriberSession::close(CloseReason reason, std::string_view text) {
    const std::string_view known = text.empty() ? sessions::closeText(reason) : text;
    inbox_->order(
        [self = shared_from_this(), reason, why = std::string(known)] { self->end(reason, why); });
}

void SubscriberSession::end(CloseReason reason, std::string_view text) {
    session_.end(reasonOf(reason), text);
}

void SubscriberSession::abort() {
    session_.abort();
}

void SubscriberSession::checkSilence() {
    const auto now = parts_.sessions.loop().now();
    session_.checkKeepAlive(now);
    // While nothing is read its keep-alive cannot be judged.
    if (isPaused_ && now - pausedSince_ > kLongestPause) session_.abort();
}

void SubscriberSession::connect(const Connect& connect) {
    if (connect.will) {
        return session_.refuse(Reason::NotAuthorized,
                               "wills are not published here: connect without one");
    }
    if (const auto denial = authenticate(connect)) {
        return session_.refuse(reasonOf(denial->why), denial->text);
    }
    if (roleOf(*grant_->stream) != Role::Listener) {
        return session_.refuse(Reason::NotAuthorized,
                               "the stream of this token publishes to a broker (role: client)");
    }
    if (connect.clientId.empty() && connect.version == Version::V311 && !connect.isCleanStart) {
        return session_.refuse(Reason::ClientIdentifierNotValid,
                               "a client identifier is needed without clean session");
    }
    if (connect.clientId.size() > kMaxClientId) {
        return session_.refuse(Reason::ClientIdentifierNotValid,
                               "the client identifier has " +
                                   std::to_string(connect.clientId.size()) + " bytes, at most " +
                                   std::to_string(kMaxClientId) + " are taken");
    }
    welcome(connect);
}

/// The token is the password or, if that is empty or unknown, the user name: some programs insist
/// on a password. Who is throttled for such passwords gets in with a good user name all the same.
std::optional<Denial> SubscriberSession::authenticate(const Connect& connect) {
    Denial denial{Denial::Why::UnknownToken,
                  "the token is missing: send it as user name or password"};
    for (const auto& token : {connect.password, connect.userName}) {
        if (!token || token->empty()) continue;
        auto grant = parts_.core.authenticate(*token, hostOf(peer_), false);
        if (grant) {
            grant_ = *std::move(grant);
            stream_ = grant_->stream;
            return std::nullopt;
        }
        denial = grant.error();
        const bool isUnknown =
            denial.why == Denial::Why::UnknownToken || denial.why == Denial::Why::Throttled;
        if (!isUnknown) break;
    }
    return denial;
}

void SubscriberSession::welcome(const Connect& connect) {
    clientId_ = connect.clientId.empty() ? randomClientId() : std::string(connect.clientId);
    expiry_ = expiryOf(connect);
    const auto now = parts_.sessions.loop().now();
    auto arrival = parts_.subscribers.arrive({stream(), clientId_}, shared_from_this(),
                                             connect.isCleanStart, now);
    if (arrival.before) {
        arrival.before->close(CloseReason::TakenOver,
                              "another connection has the same client identifier");
    }
    filters_ = std::move(arrival.filters);
    session_.accept({.isSessionPresent = arrival.isKnown,
                     .assignedClientId = connect.clientId.empty() ? clientId_ : std::string(),
                     .sessionExpirySeconds = static_cast<std::uint32_t>(expiry_.count()),
                     .longestKeepAlive = kLongestKeepAlive});
    if (!wantsParcels()) return;
    if (const auto denial = attach()) session_.end(reasonOf(denial->why), denial->text);
}

bool SubscriberSession::wantsParcels() const {
    return filters_ && std::any_of(filters_->begin(), filters_->end(), [this](const Filter& one) {
               return judge(*stream_, {.filter = one.text, .qos = one.qos}).wantsParcels;
           });
}

std::optional<Denial> SubscriberSession::attach() {
    SessionRequest request;
    request.peer = peer_;
    auto host = parts_.core.attach(*grant_, std::move(request), shared_from_this());
    if (!host) return host.error();
    host_ = *std::move(host);
    return std::nullopt;
}

std::vector<Reason> SubscriberSession::subscribe(const Subscribe& subscribe) {
    std::vector<Reason> reasons;
    for (const Subscription& subscription : subscribe.subscriptions) {
        reasons.push_back(add(subscription));
    }
    parts_.subscribers.note({stream(), clientId_}, *this, filters_);
    return reasons;
}

Reason SubscriberSession::add(const Subscription& subscription) {
    const Verdict verdict = judge(*stream_, subscription);
    if (isFailure(verdict.reason)) return verdict.reason;
    if (verdict.wantsParcels && !grant_->mayReceive) return Reason::NotAuthorized;
    auto filters = filters_ ? *filters_ : std::vector<Filter>();
    std::erase_if(filters, [&](const Filter& one) { return one.text == subscription.filter; });
    if (filters.size() == kMaxFilters) return Reason::QuotaExceeded;
    if (verdict.wantsParcels && !host_) {
        if (const auto denial = attach()) return reasonOf(denial->why);
    }
    filters.push_back({std::string(subscription.filter), static_cast<Qos>(verdict.reason)});
    filters_ = std::make_shared<const std::vector<Filter>>(std::move(filters));
    return verdict.reason;
}

std::vector<Reason> SubscriberSession::unsubscribe(const Unsubscribe& unsubscribe) {
    auto filters = filters_ ? *filters_ : std::vector<Filter>();
    std::vector<Reason> reasons;
    for (const std::string_view filter : unsubscribe.filters) {
        const auto gone =
            std::erase_if(filters, [&](const Filter& one) { return one.text == filter; });
        reasons.push_back(gone > 0 ? Reason::Success : Reason::NoSubscriptionExisted);
    }
    filters_ = std::make_shared<const std::vector<Filter>>(std::move(filters));
    parts_.subscribers.note({stream(), clientId_}, *this, filters_);
    if (host_ && !wantsParcels()) {
        // Its messages wait in the stream, instead of being filtered away.
        std::exchange(host_, nullptr)->closed("unsubscribed");
        outbox_.abandon();
        unwritten_.clear();
        hasMore_ = false;
    }
    return reasons;
}

/// The highest QoS among the filters that match; nullopt: none does.
std::optional<Qos> SubscriberSession::wanted(std::string_view topic) const {
    std::optional<Qos> best;
    if (!filters_) return best;
    for (const Filter& filter : *filters_) {
        if (matches(filter.text, topic)) best = std::max(best.value_or(0), filter.qos);
    }
    return best;
}

}  // namespace runnel::mqtt
