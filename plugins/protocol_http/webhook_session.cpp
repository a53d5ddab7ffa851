// SPDX-License-Identifier: Apache-2.0
#include "webhook_session.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace runnel::http {

namespace {

constexpr std::size_t kTakenAtOnce = 256;
constexpr std::size_t kMostOfAnswer = 256;  // bytes that people see
constexpr unsigned kMostReceiptTries = 10;

}  // namespace

WebhookSession::WebhookSession(Parts& parts, Grant grant, WebhookOptions options)
    : parts_(parts),
      inbox_(parts.sessions.inbox()),
      grant_(std::move(grant)),
      stream_(grant_.stream),
      options_(std::move(options)),
      random_(std::random_device{}()) {}

void WebhookSession::begin() {
    SessionRequest request;
    request.peer = options_.endpoint.name;
    auto host = parts_.core.attach(grant_, std::move(request), shared_from_this());
    if (!host) return parts_.host.log(Level::Error, stream_->name + ": " + host.error().text);
    host_ = *std::move(host);
    parts_.sessions.add(shared_from_this());
    say(Health::Connecting, "nothing has been sent yet");
    pump();
}

void WebhookSession::ready() {
    inbox_->ready(shared_from_this());
}

void WebhookSession::answer(Ticket, std::vector<std::string> receipts, bool) {
    if (options_.receiptUrl.isEmpty() || receipts.empty()) return;
    inbox_->order([self = shared_from_this(), receipts = std::move(receipts)] {
        self->sendReceipts(receipts);
    });
}

void WebhookSession::close(CloseReason reason, std::string_view text) {
    const std::string_view known = text.empty() ? sessions::closeText(reason) : text;
    inbox_->order(
        [self = shared_from_this(), reason, why = std::string(known)] { self->end(reason, why); });
}

/// What is on its way may arrive, so that it need not be sent again.
void WebhookSession::end(CloseReason, std::string_view text) {
    if (std::exchange(isEnding_, true)) return;
    why_ = text;
    parts_.sessions.loop().cancel(std::exchange(waking_, net::TimerId::None));
    if (flying_.empty()) leave(why_);
}

void WebhookSession::abort() {
    for (const Transfers::Id id : std::exchange(flying_, {})) parts_.transfers.cancel(id);
    leave("cut off");
}

void WebhookSession::leave(std::string_view why) {
    isEnding_ = true;
    if (const auto host = std::exchange(host_, nullptr)) host->closed(why);
    parts_.sessions.remove(*this);
}

void WebhookSession::say(Health health, const std::string& text) {
    isWorking_ = health == Health::Working;
    if (host_) host_->health(health, options_.endpoint.name + ": " + text);
}

void WebhookSession::takeReady() {
    hasMore_ = true;
    pump();
}

/// Sends what may go out now, and sees to it that the rest is looked at in time.
void WebhookSession::pump() {
    if (!host_ || isEnding_) return;
    const Clock::time_point now = parts_.sessions.loop().now();
    if (now < pausedUntil_) return wakeAt(pausedUntil_);
    const std::size_t most = failures_ < kFailing ? options_.parallel : 1;
    while (flying_.size() < most) {
        const DeliveryPtr delivery = next(now);
        if (!delivery) break;
        send(delivery);
    }
    if (!retries_.empty() && flying_.size() < most) wakeAt(retries_.begin()->first);
}

WebhookSession::DeliveryPtr WebhookSession::next(Clock::time_point now) {
    if (!retries_.empty() && retries_.begin()->first <= now) {
        return std::move(retries_.extract(retries_.begin()).mapped());
    }
    if (!lanes_.hasReady()) takeSome();
    if (!lanes_.hasReady()) return nullptr;
    return std::make_shared<Delivery>(
        makeDelivery(lanes_.pick(options_.batch), *stream_, options_));
}

void WebhookSession::takeSome() {
    while (hasMore_ && !lanes_.hasReady()) {
        if (lanes_.parcels() >= kMaxHeld || lanes_.bytes() >= kMaxBytes) return;
        std::vector<Parcel>& parcels = parts_.sessions.parcels();
        const std::size_t most =
            std::min(std::max(kTakenAtOnce, options_.batch), kMaxHeld - lanes_.parcels());
        const std::size_t budget = kMaxBytes - lanes_.bytes();
        const std::size_t before = lanes_.bytes();
        const std::size_t count = host_->take(parcels, most, budget);
        for (Parcel& parcel : parcels) lanes_.add(std::move(parcel));
        parcels.clear();
        hasMore_ = count >= most || lanes_.bytes() - before >= budget;
    }
}

void WebhookSession::send(const DeliveryPtr& delivery) {
    const auto now = std::chrono::time_point_cast<std::chrono::seconds>(parts_.host.now());
    const auto id = std::make_shared<Transfers::Id>();
    *id = parts_.transfers.start(
        {.url = delivery->url,
         .headers = headersOf(*delivery, options_, now.time_since_epoch().count()),
         .body = delivery->body,
         .endpoint = options_.endpoint},
        [self = shared_from_this(), id, delivery](Answer&& answer) {
            self->finished(*id, delivery, std::move(answer));
        });
    flying_.insert(*id);
}

void WebhookSession::finished(Transfers::Id id, const DeliveryPtr& delivery, Answer&& answer) {
    flying_.erase(id);
    if (!host_) return;
    tell(*delivery, answer);
    const Verdict verdict = judge(answer, std::chrono::system_clock::now());
    switch (verdict.is) {
        case Verdict::Is::Arrived:
            arrived(*delivery, answer);
            break;
        case Verdict::Is::Later:
            later(delivery, verdict);
            break;
        case Verdict::Is::Never:
            never(*delivery, verdict.why);
            break;
    }
    if (isEnding_ && flying_.empty()) return leave(why_);
    pump();
}

/// For people, by the first of its parcels.
void WebhookSession::tell(const Delivery& delivery, const Answer& answer) {
    if (delivery.items.empty()) return;
    const std::string& text = answer.status == 0 ? answer.error : answer.body;
    host_->attempt(delivery.items.front().held->parcel.id, answer.status,
                   std::string_view(text).substr(0, kMostOfAnswer));
}

void WebhookSession::arrived(Delivery& delivery, const Answer& answer) {
    lastArrival_ = parts_.sessions.loop().now();
    if (pauses_ > 0) retryAllAt(lastArrival_);
    failures_ = refusals_ = pauses_ = 0;
    if (!isWorking_) say(Health::Working, "takes what is sent");
    if (delivery.items.empty()) {
        --receipts_;
        return;
    }
    read(delivery, answer);
    settle(delivery.items, {});
}

/// An answer may ask for downlinks.
void WebhookSession::read(const Delivery& delivery, const Answer& answer) {
    if (!options_.hasDownlinks || !grant_.maySend || answer.body.empty()) return;
    if (answer.isCutOff) {
        parts_.host.log(Level::Warning, stream_->name +
                                            ": an answer of more than 64 KiB is not "
                                            "read as a downlink");
        return;
    }
    std::optional<Eui> device = stream_->device;
    if (!device && options_.batch == 1) device = delivery.items.front().held->device;
    host_->receive({.document = answer.body, .device = device}, ++lastTicket_);
}

void WebhookSession::later(const DeliveryPtr& delivery, const Verdict& verdict) {
    const Clock::time_point now = parts_.sessions.loop().now();
    ++failures_;
    if (delivery->failures++ == 0) delivery->firstFailed = now;
    const bool isOld = now - delivery->firstFailed > kGiveUp;
    if (isOld && lastArrival_ > delivery->firstFailed) {
        return never(*delivery, verdict.why + ", for 24 hours, while others arrived");
    }
    if (delivery->items.empty() && delivery->failures >= kMostReceiptTries) {
        --receipts_;
        return;
    }
    const double chance = std::uniform_real_distribution<double>(0, 1)(random_);
    const Clock::duration wait = backOff(delivery->failures, chance);
    retries_.emplace(now + wait, delivery);
    if (verdict.pause) pausedUntil_ = std::max(pausedUntil_, now + *verdict.pause);
    if (failures_ < kFailing) return;
    // Those that were on their way together fail together: that is one reason to pause.
    if (now >= pausedUntil_) pausedUntil_ = now + backOff(++pauses_, chance);
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(pausedUntil_ - now).count();
    say(Health::Failing, verdict.why + "; it is tried again within " + std::to_string(seconds) +
                             " s, nothing is lost");
}

/// They failed for the other side's sake, which is there again.
void WebhookSession::retryAllAt(Clock::time_point when) {
    std::multimap<Clock::time_point, DeliveryPtr> due;
    for (auto& [time, delivery] : retries_) due.emplace(when, std::move(delivery));
    retries_ = std::move(due);
}

void WebhookSession::never(Delivery& delivery, const std::string& why) {
    if (delivery.items.empty()) {
        --receipts_;
        parts_.host.log(Level::Warning, stream_->name + ": a receipt was refused: " + why);
        return;
    }
    if (delivery.items.size() > 1) return lanes_.alone(std::move(delivery.items));
    settle(delivery.items, why);
    if (++refusals_ < kFailing) return;
    say(Health::Failing, why + " for everything; what is refused becomes a dead letter");
}

void WebhookSession::settle(const std::vector<Item>& items, const std::string& refusal) {
    for (const Item& item : items) {
        Held& held = *item.held;
        if (!refusal.empty()) held.refusal = refusal;
        if (--held.unfinished > 0) continue;
        const bool isRefused = !held.refusal.empty();
        host_->settle(held.parcel.id, isRefused ? Outcome::Rejected : Outcome::Delivered,
                      held.refusal);
        lanes_.forget(held);
    }
    lanes_.done(items);
}

void WebhookSession::sendReceipts(const std::vector<std::string>& receipts) {
    if (!host_ || isEnding_) return;
    if (receipts_ >= kMaxReceipts) {
        return parts_.host.log(Level::Warning,
                               stream_->name + ": receipts are not taken, one is dropped");
    }
    ++receipts_;
    auto delivery =
        std::make_shared<Delivery>(makeReceipts(receipts, ++lastReceipts_, *stream_, options_));
    retries_.emplace(parts_.sessions.loop().now(), std::move(delivery));
    pump();
}

void WebhookSession::wakeAt(Clock::time_point when) {
    net::EventLoop& loop = parts_.sessions.loop();
    loop.cancel(waking_);
    const auto wait = std::chrono::ceil<std::chrono::milliseconds>(when - loop.now());
    waking_ = loop.after(std::max(wait, std::chrono::milliseconds{0}), [this] {
        waking_ = net::TimerId::None;
        pump();
    });
}

}  // namespace runnel::http
