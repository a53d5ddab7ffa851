// SPDX-License-Identifier: Apache-2.0
#include "publisher_session.h"

#include <algorithm>
#include <utility>

#include "mqtt/reason.h"
#include "mqtt/topic.h"

namespace runnel::mqtt {

namespace {

constexpr std::size_t kMaxParcels = 512;  // of one take
constexpr std::size_t kTurnBudget = std::size_t{256} * 1024;
constexpr std::size_t kDocumentCost = 64;  // in bytes, roughly, besides its text
constexpr std::string_view kTooBig = "the broker takes no packet of this size";

/// The message itself is wrong, so that trying again does not help.
bool isForEver(Reason reason) {
    switch (reason) {
        case Reason::NotAuthorized:
        case Reason::TopicNameInvalid:
        case Reason::PacketTooLarge:
        case Reason::PayloadFormatInvalid:
        case Reason::RetainNotSupported:
            return true;
        default:
            return false;
    }
}

}  // namespace

PublisherSession::PublisherSession(Parts& parts, Grant grant, PublisherOptions options)
    : parts_(parts),
      inbox_(parts.sessions.inbox()),
      grant_(std::move(grant)),
      stream_(grant_.stream),
      options_(std::move(options)),
      client_(parts.sessions.loop(), parts.dialer, options_.client, *this) {}

PublisherSession::~PublisherSession() = default;

void PublisherSession::begin() {
    SessionRequest request;
    request.peer = options_.client.address.text();
    auto host = parts_.core.attach(grant_, std::move(request), shared_from_this());
    if (!host) return note(Level::Error, host.error().text);
    host_ = *std::move(host);
    parts_.sessions.add(shared_from_this());
    say(Health::Connecting, "connecting to " + options_.client.address.text());
    std::vector<std::pair<std::string, Qos>> filters;
    if (!options_.downTopic.isEmpty() && grant_.maySend) {
        filters.emplace_back(options_.downTopic.filterFor(*stream_), Qos{1});
    }
    client_.start(std::move(filters));
}

void PublisherSession::ready() {
    inbox_->ready(shared_from_this());
}

void PublisherSession::answer(Ticket ticket, std::vector<std::string> receipts, bool) {
    inbox_->order([self = shared_from_this(), ticket, receipts = std::move(receipts)]() mutable {
        self->sendAnswer(ticket, std::move(receipts));
    });
}

void PublisherSession::close(CloseReason reason, std::string_view text) {
    const std::string_view known = text.empty() ? sessions::closeText(reason) : text;
    inbox_->order(
        [self = shared_from_this(), reason, why = std::string(known)] { self->end(reason, why); });
}

void PublisherSession::end(CloseReason, std::string_view text) {
    if (std::exchange(isEnding_, true)) return;
    client_.stop([this, why = std::string(text)] { leave(why); });
}

void PublisherSession::abort() {
    client_.abort();
    leave("cut off");
}

void PublisherSession::leave(std::string_view why) {
    isEnding_ = true;
    if (const auto host = std::exchange(host_, nullptr)) host->closed(why);
    parts_.sessions.remove(*this);
}

void PublisherSession::note(Level level, std::string_view text) {
    parts_.host.log(level, stream_->name + ": " + std::string(text));
}

void PublisherSession::connected(bool) {
    say(Health::Working, "connected to " + options_.client.address.text());
}

void PublisherSession::disconnected(std::string_view why, std::chrono::milliseconds) {
    // Of what was written with QoS 0 nobody knows whether it arrived: it goes out again.
    if (!unwritten_.empty()) outbox_.rewind(unwritten_.front());
    unwritten_.clear();
    say(Health::Failing, options_.client.address.text() + ": " + std::string(why));
}

void PublisherSession::refused(std::string_view filter, Reason reason) {
    say(Health::Failing, "the broker refuses the subscription to " + std::string(filter) + ": " +
                             std::string(mqtt::text(reason)) + "; no downlinks come");
}

void PublisherSession::say(Health health, const std::string& text) {
    if (host_) host_->health(health, text);
}

void PublisherSession::takeReady() {
    hasMore_ = true;
    deliver();
}

void PublisherSession::writable() {
    settleWritten();
    deliver();
}

void PublisherSession::deliver() {
    if (!host_ || isEnding_ || !client_.isConnected()) return;
    std::size_t cost = 0;
    settleWritten();
    sendUnsent();
    while (hasMore_ && !outbox_.hasUnsent() && unwritten_.empty() && client_.room() > 0 &&
           client_.pendingBytes() < kOutputBudget) {
        if (cost >= kTurnBudget) {
            ready();  // the others first
            break;
        }
        cost += takeSome();
        sendUnsent();
    }
    settleWritten();
    settle();
}

/// Returns what it cost, in bytes, so that a broker as fast as we are does not keep the loop.
std::size_t PublisherSession::takeSome() {
    std::vector<Parcel>& parcels = parts_.sessions.parcels();
    const std::size_t most = std::min(kMaxParcels, client_.room());
    const std::size_t budget = kOutputBudget - client_.pendingBytes();
    const std::size_t count = host_->take(parcels, most, budget);
    std::size_t bytes = 0;
    for (Parcel& parcel : parcels) {
        for (const std::string& document : *parcel.documents) bytes += document.size();
        outbox_.add(std::move(parcel));
    }
    parcels.clear();
    hasMore_ = count >= most || bytes >= budget;
    return bytes + count * kDocumentCost;
}

void PublisherSession::sendUnsent() {
    while (outbox_.hasUnsent() && client_.room() > 0) {
        const Outbox::Document document = outbox_.unsent();
        const bool isSent = publish(document);
        outbox_.sent();
        if (!isSent) reject(document.token, kTooBig);
        if (options_.qos == 0) {
            // Also one that is too big: what may be rewound to must not hold what is finished.
            unwritten_.push_back(document.token);
        } else if (!isSent) {
            outbox_.finished(document.token);
        }
    }
}

bool PublisherSession::publish(const Outbox::Document& document) {
    const std::string topic =
        document.topic->empty() ? options_.topic.topicOf(*stream_, *document.parcel, document.index)
                                : *document.topic;
    Publish publish;
    publish.topic = topic;
    publish.payload = document.text();
    publish.qos = options_.qos;
    publish.isRetained = options_.isRetained && document.parcel->id != 0;
    return client_.publish(publish, document.token);
}

void PublisherSession::resend(std::uint64_t token) {
    if (publish(outbox_.at(token))) return;
    reject(token, kTooBig);
    outbox_.finished(token);
}

/// What may be taken later is kept, and goes out again with the next connection.
bool PublisherSession::published(std::uint64_t token, Reason reason, std::string_view text) {
    if (isFailure(reason) && !isForEver(reason)) return false;
    if (isFailure(reason)) reject(token, "the broker refused it: " + std::string(text));
    outbox_.finished(token);
    return true;
}

/// A dead letter, unless it is a receipt.
void PublisherSession::reject(Outbox::Token token, std::string_view why) {
    const std::uint64_t parcel = outbox_.parcelOf(token);
    if (parcel != 0 && host_) host_->settle(parcel, Outcome::Rejected, why);
    // What is refused for one message is refused for many.
    if (std::exchange(lastRejection_, why) == why) return;
    note(Level::Warning,
         "a message cannot be delivered: " + std::string(why) + " (logged once in a row)");
}

void PublisherSession::settleWritten() {
    if (unwritten_.empty() || !client_.hasWrittenAll()) return;
    for (const Outbox::Token token : unwritten_) outbox_.finished(token);
    unwritten_.clear();
}

void PublisherSession::settle() {
    if (!host_) return;
    if (const auto parcel = outbox_.settledThrough()) host_->settleThrough(*parcel);
}

/// A retained message is an old one: it would be sent to the device with every connection.
void PublisherSession::message(const Publish& publish, Receipt receipt) {
    if (publish.isRetained) {
        note(Level::Warning, "a retained message on " + std::string(publish.topic) +
                                 " is not taken as a downlink: publish it without retain");
        return client_.acknowledge(receipt);
    }
    const std::optional<Eui> device =
        stream_->device ? stream_->device : options_.downTopic.deviceIn(publish.topic);
    if (!host_) return;
    unanswered_.push_back({++lastTicket_, receipt, device});
    if (unanswered_.size() >= kMaxUnanswered) client_.pause();
    host_->receive({.document = publish.payload, .device = device}, lastTicket_);
}

void PublisherSession::sendAnswer(Ticket ticket, std::vector<std::string> receipts) {
    const auto found =
        std::find_if(unanswered_.begin(), unanswered_.end(),
                     [ticket](const Unanswered& one) { return one.ticket == ticket; });
    if (found == unanswered_.end()) return;  // of an earlier connection
    const Unanswered answered = *found;
    unanswered_.erase(found);
    // A broker that sends downlinks and acknowledges nothing must not fill the memory.
    const bool mayWait = outbox_.unsentCount() < kMaxUnanswered;
    if (!options_.receiptTopic.isEmpty() && answered.device && !receipts.empty() && mayWait) {
        Parcel parcel;
        parcel.documents = std::make_shared<const std::vector<std::string>>(std::move(receipts));
        outbox_.add(std::move(parcel), options_.receiptTopic.topicOf(*stream_, *answered.device));
    }
    if (!mayWait) note(Level::Warning, "the broker takes no receipts: one is dropped");
    client_.acknowledge(answered.receipt);
    client_.resume();
    deliver();
}

}  // namespace runnel::mqtt
