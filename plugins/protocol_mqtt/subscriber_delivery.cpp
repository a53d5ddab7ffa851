// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "mqtt/reason.h"
#include "mqtt/topic.h"
#include "stream_topics.h"
#include "subscriber_session.h"

/// What flows through a SubscriberSession: messages out, downlinks in, receipts out.
namespace runnel::mqtt {

namespace {

constexpr std::size_t kMaxParcels = 512;  // of one take
constexpr std::size_t kTurnBudget = std::size_t{256} * 1024;
constexpr std::size_t kDocumentCost = 64;  // in bytes, roughly, besides its text
constexpr std::uint64_t kReceiptToken = ~std::uint64_t{0};
constexpr std::size_t kReceiptBudget = std::size_t{256} * 1024;  // that wait for a slow reader

}  // namespace

void SubscriberSession::takeReady() {
    hasMore_ = true;
    deliver();
}

void SubscriberSession::deliver() {
    if (!host_ || !session_.isOpen()) return;
    std::size_t cost = 0;
    sendUnsent();
    // What was written with QoS 0 has to leave before more is taken: then it is settled.
    while (hasMore_ && !outbox_.hasUnsent() && unwritten_.empty() && session_.room() > 0 &&
           session_.pendingBytes() < kOutputBudget) {
        if (cost >= kTurnBudget) {
            ready();  // the others first
            break;
        }
        cost += takeSome();
        sendUnsent();
        // Not at the end of the turn: a message for ten thousand sessions would fill as many
        // buffers.
        session_.sendNow();
        settleWritten();
    }
    settle();
}

/// Returns what it cost, in bytes, so that a reader as fast as we are does not keep the loop.
std::size_t SubscriberSession::takeSome() {
    std::vector<Parcel>& parcels = parts_.sessions.parcels();
    const std::size_t most = std::min(kMaxParcels, session_.room());
    const std::size_t budget = kOutputBudget - session_.pendingBytes();
    const std::size_t count = host_->take(parcels, most, budget);
    std::size_t bytes = 0;
    for (Parcel& parcel : parcels) {
        for (const std::string& document : *parcel.documents) bytes += document.size();
        std::string topic = topicOf(*stream_, parcel.message.get());
        if (wanted(topic)) {
            outbox_.add(std::move(parcel), std::move(topic));
        } else {
            host_->settle(parcel.id, Outcome::Filtered, "no subscription matches");
        }
    }
    parcels.clear();
    hasMore_ = count >= most || bytes >= budget;
    return bytes + count * kDocumentCost;
}

void SubscriberSession::sendUnsent() {
    while (outbox_.hasUnsent() && session_.room() > 0) sendOne(outbox_.unsent());
}

void SubscriberSession::sendOne(const Outbox::Document& document) {
    const Qos qos = wanted(*document.topic).value_or(0);  // if it has unsubscribed meanwhile
    Publish publish;
    publish.topic = *document.topic;
    publish.payload = document.text();
    publish.qos = qos;
    publish.isDuplicate = qos > 0 && document.parcel->isRedelivered;
    const std::uint64_t parcel = document.parcel->id;
    const bool isSent = session_.publish(publish, document.token);
    outbox_.sent();
    if (isSent && qos == 0) unwritten_.push_back(document.token);
    if (isSent) return;
    host_->settle(parcel, Outcome::Rejected, "bigger than the client's maximum packet size");
    outbox_.finished(document.token);
}

void SubscriberSession::published(std::uint64_t token, Reason reason) {
    if (token == kReceiptToken || !host_) return;
    const std::uint64_t parcel = outbox_.parcelOf(token);
    if (isFailure(reason) && parcel != 0) {
        host_->settle(parcel, Outcome::Rejected,
                      "the client refused it: " + std::string(mqtt::text(reason)));
    }
    outbox_.finished(token);
}

void SubscriberSession::turned() {
    settleWritten();
    deliver();
    updateReading();
}

void SubscriberSession::settleWritten() {
    if (unwritten_.empty() || !session_.hasWrittenAll()) return;
    for (const Outbox::Token token : unwritten_) outbox_.finished(token);
    unwritten_.clear();
}

void SubscriberSession::settle() {
    if (!host_) return;
    if (const auto parcel = outbox_.settledThrough()) host_->settleThrough(*parcel);
}

Result<SessionHost*, Denial> SubscriberSession::sender() {
    if (!grant_->maySend) {
        return Denial{Denial::Why::Disabled, "this token may not send downlinks"};
    }
    if (sender_) return sender_.get();
    SessionRequest request;
    request.peer = peer_;
    request.isSendOnly = true;
    auto host = parts_.core.attach(*grant_, std::move(request), shared_from_this());
    if (!host) return host.error();
    sender_ = *std::move(host);
    return sender_.get();
}

void SubscriberSession::message(const Publish& publish, Receipt receipt) {
    auto topic = parseDownTopic(*stream_, publish.topic);
    if (!topic) {
        return refuseDownlink(receipt,
                              "only <AppEUI>/<DeviceEUI>/down of the stream's scope may be "
                              "published to");
    }
    const auto host = sender();
    if (!host) return refuseDownlink(receipt, host.error().text);
    unanswered_.push_back({++lastTicket_, receipt, std::move(topic->receiptTopic)});
    updateReading();
    (*host)->receive({.document = publish.payload, .device = topic->device}, lastTicket_);
}

/// MQTT 5 says why by the acknowledgement; otherwise closing is the only way to say no.
void SubscriberSession::refuseDownlink(Receipt receipt, std::string_view why) {
    if (receipt != 0 && session_.version() == Version::V5) {
        return session_.acknowledge(receipt, Reason::NotAuthorized);
    }
    session_.end(Reason::NotAuthorized, why);
}

/// Every client of the stream may want to see what became of a downlink, so a program that only
/// publishes and one that only listens work together.
void SubscriberSession::sendAnswer(Ticket ticket, std::vector<std::string> receipts,
                                   bool isAccepted) {
    const auto found =
        std::find_if(unanswered_.begin(), unanswered_.end(),
                     [ticket](const Unanswered& one) { return one.ticket == ticket; });
    if (found == unanswered_.end()) return;
    const Unanswered answered = std::move(*found);
    unanswered_.erase(found);
    if (!receipts.empty()) {
        const auto shared = std::make_shared<const std::vector<std::string>>(std::move(receipts));
        for (const auto& session : parts_.subscribers.present(stream())) {
            session->show(shared, answered.receiptTopic);
        }
    }
    if (answered.receipt != 0) {
        session_.acknowledge(answered.receipt,
                             isAccepted ? Reason::Success : Reason::ImplementationSpecificError);
    }
    updateReading();
}

void SubscriberSession::show(const std::shared_ptr<const std::vector<std::string>>& receipts,
                             const std::string& topic) {
    inbox_->order(
        [self = shared_from_this(), receipts, topic] { self->publishReceipts(*receipts, topic); });
}

void SubscriberSession::publishReceipts(const std::vector<std::string>& receipts,
                                        const std::string& topic) {
    const std::optional<Qos> granted = wanted(topic);
    if (!granted || !session_.isOpen()) return;
    if (session_.pendingBytes() >= kReceiptBudget) {
        return session_.end(Reason::QuotaExceeded, "receipts are not read as fast as they come");
    }
    for (const std::string& receipt : receipts) {
        Publish publish;
        publish.topic = topic;
        publish.payload = receipt;
        publish.qos = session_.room() > 0 ? *granted : Qos{0};
        static_cast<void>(session_.publish(publish, kReceiptToken));
    }
}

/// The client sends faster than it is answered, or does not read its answers.
void SubscriberSession::updateReading() {
    if (!session_.isOpen()) return;
    const bool isPast =
        unanswered_.size() >= kMaxUnanswered || session_.pendingBytes() >= 2 * kOutputBudget;
    if (isPast == isPaused_) return;
    isPaused_ = isPast;
    if (isPast) {
        pausedSince_ = parts_.sessions.loop().now();
        session_.pauseReading();
    } else {
        session_.resumeReading();
    }
}

void SubscriberSession::ended(std::string_view why) {
    if (stream_) {
        parts_.subscribers.leave({stream(), clientId_}, *this, expiry_,
                                 parts_.sessions.loop().now());
    }
    for (const auto& host : {std::exchange(host_, nullptr), std::exchange(sender_, nullptr)}) {
        if (host) host->closed(why);
    }
    parts_.sessions.remove(*this);
}

}  // namespace runnel::mqtt
