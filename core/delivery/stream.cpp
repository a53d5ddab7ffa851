// SPDX-License-Identifier: Apache-2.0
#include "delivery/stream.h"

#include <algorithm>

#include "delivery/catch_up.h"
#include "delivery/stream_session.h"

namespace runnel {

Stream::Stream(StreamSetup setup, StreamParts parts, const StreamRecord& saved)
    : setup_(std::move(setup)),
      parts_(parts),
      protocolPlugin_("protocol_" + setup_.config->protocol),
      state_(StreamState(saved, *setup_.format)) {
    said_.lock()->shown.since = now();
}

Instant Stream::now() const {
    return parts_.clock != nullptr ? parts_.clock->now() : Instant{};
}

bool Stream::wants(const Message& message) const {
    // A device stream is its application's: a device that moves to another one is none of its
    // business any more.
    const auto& application = setup_.config->application;
    if (application && message.application && application != message.application) return false;
    if ((setup_.kinds >> static_cast<unsigned>(message.kind) & 1U) != 0) return true;
    return !message.downlinkStream.empty() && message.downlinkStream == setup_.config->name;
}

EncodedPtr Stream::encoded(MessagePtr message, Again again) const {
    StreamTransform::Showing showing{setup_.format};
    if (setup_.transform) showing = setup_.transform->show(message);
    return std::make_shared<const Encoded>(std::move(message), std::move(showing), setup_.view,
                                           std::move(again));
}

const FormatUse& Stream::reading(std::optional<Eui> device) const {
    const StreamConfig& config = *setup_.config;
    if (!setup_.transform) return *setup_.format;
    return setup_.transform->reading(device ? device : config.device, config.application);
}

void Stream::decoded() {
    StreamState::WakeList wake;
    state_.lock()->wakeWaiting(wake);
    wakeAll(wake);
}

void Stream::wakeAll(const StreamState::WakeList& wake) {
    if (wake.empty()) return;
    for (const auto& session : wake) tell([&] { session->ready(); });
}

void Stream::callAll(const std::vector<std::shared_ptr<Chore>>& chores) {
    for (const auto& chore : chores) parts_.catchUp.request(chore);
}

void Stream::markChanged() {
    if (isChanged_.load(std::memory_order_relaxed) || isChanged_.exchange(true)) return;
    parts_.changed.add(shared_from_this());
}

void Stream::deliver(std::span<const EncodedPtr> items) {
    const ReaderPtr behind = state_.lock()->deliver(items, wake_);
    markChanged();
    if (behind) parts_.catchUp.request(shared_from_this(), behind);
    wakeAll(wake_);
    wake_.clear();
}

template <class Lose>
void Stream::loseWith(Lose&& change, std::string_view reason) {
    StreamState::WakeList wake;
    const StreamState::Loss loss = change(*state_.lock(), wake);
    if (loss.messages == 0) return;
    markChanged();
    if (loss.behind) parts_.catchUp.request(shared_from_this(), loss.behind);
    wakeAll(wake);
    if (!loss.isFirst) return;
    parts_.log.write(Level::Warning, "delivery",
                     "stream " + setup_.config->name + ": " + std::to_string(loss.messages) +
                         " messages are gone before anybody took them (" + std::string(reason) +
                         "), perhaps more will follow; its session is told how many");
}

void Stream::lose(Position through, std::span<const Position> wanted, std::string_view reason) {
    loseWith([&](StreamState& state,
                 StreamState::WakeList& wake) { return state.lose(through, wanted, reason, wake); },
             reason);
}

void Stream::loseAll(Position through, std::uint64_t left, std::string_view reason) {
    loseWith(
        [&](StreamState& state, StreamState::WakeList& wake) {
            return state.loseAll(through, left, reason, wake);
        },
        reason);
}

Position Stream::needsBehind() const {
    auto state = state_.lock();
    const Account& account = state->account();
    return account.books().pending() == 0 ? account.lastMatched() : account.cursor();
}

StreamState::Start Stream::startOf(const SessionRequest& request) const {
    StreamState::Start start;
    if (request.since) start = {*request.since, true};
    if (request.from) {
        start = {std::max(start.since, parts_.journal.before(*request.from)), true};
    }
    // A position that no message has yet (another broker's, a typing error) must not filter what is
    // still to come.
    start.since = std::min(start.since, parts_.journal.head());
    return start;
}

std::shared_ptr<SessionHost> Stream::attach(const Grant& grant, const SessionRequest& request,
                                            std::shared_ptr<Session> session, Instant now) {
    const bool isSendOnly = request.isSendOnly || !grant.mayReceive;
    auto reader = std::make_shared<Reader>(
        std::move(session),
        Visitor{
            .token = grant.token, .since = now, .peer = request.peer, .isSendOnly = isSendOnly});
    auto host = std::make_shared<StreamSession>(shared_from_this(), reader, grant);
    if (isSendOnly) {
        {
            auto state = state_.lock();
            if (state->life() != StreamState::Life::Live) return nullptr;
            state->attachSender(reader);
        }
        health();
        return host;
    }
    const StreamState::Start start = startOf(request);
    ReaderPtr surplus;
    StreamState::WakeList wake;
    bool needsFetch = false;
    {
        auto state = state_.lock();
        if (state->life() != StreamState::Life::Live) return nullptr;
        surplus = state->attach(reader, start, wake);
        needsFetch = state->needsFetch(*reader);
    }
    health();
    markChanged();  // the session before may have left something that is lost
    wakeAll(wake);
    if (needsFetch) parts_.catchUp.request(shared_from_this(), reader);
    if (surplus) {
        tell([&] {
            surplus->session->close(
                CloseReason::TakenOver,
                "the stream has 32 sessions; a newer one took this one's place");
        });
    }
    return host;
}

void Stream::report(const std::string& text) {
    constexpr std::size_t kMaxReported = 100;
    {
        auto reported = reported_.lock();
        if (reported->size() >= kMaxReported || !reported->insert(text).second) return;
    }
    parts_.log.write(Level::Error, "delivery",
                     "stream " + setup_.config->name + ": " + text + " (logged once)");
}

void Stream::name(StreamRecord& record) const {
    record.name = setup_.config->name;
    record.scope = setup_.scope;
    record.kinds = setup_.kinds;
}

StreamRecord Stream::record() const {
    StreamRecord record;
    name(record);
    state_.lock()->account().fill(record);
    return record;
}

StreamRecord Stream::retire(Position delivered) {
    state_.lock()->retire(delivered);
    markChanged();
    return record();
}

void Stream::forgetPast() {
    state_.lock()->forgetPast();
    markChanged();
}

void Stream::collect(State::Changes& changes, Instant now) {
    isChanged_ = false;
    StreamState::WakeList wake;
    StreamState::Unsaved unsaved = state_.lock()->takeUnsaved(wake);
    wakeAll(wake);
    name(unsaved.record);
    const bool isLast = unsaved.life != StreamState::Life::Live;
    if (unsaved.forgets) {
        changes.forgotten.push_back(setup_.config->name);
        if (isLast) return;
    }
    for (DeadLetter& letter : unsaved.deadLetters) {
        letter.stream = setup_.config->name;
        letter.time = now;
        changes.deadLetters.push_back(std::move(letter));
    }
    changes.resent.insert(changes.resent.end(), unsaved.resent.begin(), unsaved.resent.end());
    if (unsaved.life == StreamState::Life::Over) return;
    (isLast ? changes.absent : changes.streams).push_back(std::move(unsaved.record));
}

std::uint64_t Stream::underWay() const {
    auto state = state_.lock();
    return state->readerCount() == 0 ? 0 : state->account().books().pending();
}

}  // namespace runnel
