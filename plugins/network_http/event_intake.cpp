// SPDX-License-Identifier: Apache-2.0
#include "event_intake.h"

#include <utility>

#include "request_check.h"

namespace runnel::http {

namespace {

constexpr std::chrono::milliseconds kPatience{2000};
constexpr std::size_t kMaxHeld = 1024;

net::HttpResponse accepted() {
    net::HttpResponse response;
    response.contentType.clear();
    return response;
}

net::HttpResponse busy() {
    auto response = complaint(503, "", "the broker is busy: send it again");
    response.headers.emplace_back("Retry-After", "1");
    return response;
}

}  // namespace

EventIntake::EventIntake(net::EventLoop& loop, Host& host, NetworkHost& network, std::string token)
    : loop_(loop), host_(host), network_(network), token_(std::move(token)) {}

void EventIntake::setDownlinks(const QueueItems& items, std::function<bool()> isCalling) {
    items_ = &items;
    isCalling_ = std::move(isCalling);
}

void EventIntake::handle(net::HttpRequest request, net::HttpResponder responder) {
    if (auto response = refusal(request, token_)) {
        if (response->status != 405) note(request.peer + " was answered " + response->body);
        return responder.respond(*std::move(response));
    }
    const auto name = request.query.find("event");
    auto event = readEvent(request.body, name == request.query.end() ? "" : name->second);
    if (!event) {
        const Error& error = event.error();
        note("not understood: " + error.field + ' ' + error.reason);
        return responder.respond(complaint(400, error.field, error.reason));
    }
    if (!event->ignored.empty()) return responder.respond(accepted());
    if (findDownlink(*event)) return submit(*std::move(event), responder);
    if (unmatched_.size() >= kMaxHeld) return responder.respond(busy());
    unmatched_.push_back({*std::move(event), responder, loop_.now() + kPatience});
    armExpiry();
}

void EventIntake::committed(std::span<const Ticket> tickets) {
    auto responders = answers_.take(tickets);
    if (responders.empty()) return;
    // One wake-up per commit.
    loop_.post([responders = std::move(responders)] {
        for (const net::HttpResponder& responder : responders) responder.respond(accepted());
    });
}

void EventIntake::resume() {
    while (!held_.empty() && publish(held_.front().event, held_.front().responder)) {
        held_.pop_front();
    }
}

void EventIntake::callEnded() {
    for (Waiting& waiting : std::exchange(unmatched_, {})) {
        if (findDownlink(waiting.event)) {
            submit(std::move(waiting.event), waiting.responder);
        } else {
            unmatched_.push_back(std::move(waiting));
        }
    }
}

/// False: it may become known in a moment. An event of a foreign downlink has no downlinkId.
bool EventIntake::findDownlink(NetworkEvent& event) const {
    if (event.queueItem.empty() || !items_) return true;
    // In this order: the id is stored before the call counts as ended.
    const bool isCalling = isCalling_();
    event.message.downlinkId = items_->downlinkOf(event.queueItem);
    return !event.message.downlinkId.empty() || !isCalling;
}

void EventIntake::submit(NetworkEvent event, const net::HttpResponder& responder) {
    if (held_.empty() && publish(event, responder)) return;
    hold(std::move(event), responder);
}

/// False when the broker is busy: the event is untouched.
bool EventIntake::publish(NetworkEvent& event, const net::HttpResponder& responder) {
    // Known before the message is: the commit may be faster than publish().
    const Ticket ticket = answers_.add(responder);
    if (ticket == 0) return false;
    const Admission admission = network_.publish(std::move(event.message), ticket);
    if (admission.verdict == Admission::Verdict::Taken) return true;
    answers_.forget(ticket);
    if (admission.verdict == Admission::Verdict::Busy) return false;
    responder.respond(complaint(422, "", admission.reason));
    return true;
}

void EventIntake::hold(NetworkEvent event, const net::HttpResponder& responder) {
    if (held_.size() >= kMaxHeld) return responder.respond(busy());
    held_.push_back({std::move(event), responder, loop_.now() + kPatience});
    armExpiry();
}

void EventIntake::armExpiry() {
    if (isExpiryArmed_ || (held_.empty() && unmatched_.empty())) return;
    isExpiryArmed_ = true;
    loop_.after(kPatience / 4, [this] {
        isExpiryArmed_ = false;
        expire();
        armExpiry();
    });
}

void EventIntake::expire() {
    // What nobody claimed belongs to a foreign downlink.
    while (!unmatched_.empty() && unmatched_.front().deadline <= loop_.now()) {
        Waiting waiting = std::move(unmatched_.front());
        unmatched_.pop_front();
        submit(std::move(waiting.event), waiting.responder);
    }
    // Room may have come without a resume(): too many answers were pending.
    resume();
    while (!held_.empty() && held_.front().deadline <= loop_.now()) {
        held_.front().responder.respond(busy());
        held_.pop_front();
    }
}

/// At most one line per second: a wrong configuration repeats itself.
void EventIntake::note(const std::string& what) {
    if (lastNote_ && loop_.now() - *lastNote_ < std::chrono::seconds(1)) {
        ++unnoted_;
        return;
    }
    lastNote_ = loop_.now();
    const std::uint64_t more = std::exchange(unnoted_, 0);
    host_.log(Level::Warning,
              more == 0 ? what : what + " (and " + std::to_string(more) + " more before)");
}

}  // namespace runnel::http
