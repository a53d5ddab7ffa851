// SPDX-License-Identifier: Apache-2.0
#include "delivery/stream.h"

#include <algorithm>

#include "delivery/catch_up.h"
#include "delivery/stream_session.h"

namespace runnel {

Stream::Stream(StreamSetup setup, StreamParts parts, Position start)
    : setup_(std::move(setup)),
      parts_(parts),
      protocolPlugin_("protocol_" + setup_.config->protocol),
      state_(StreamState(start)) {}

bool Stream::wants(const Message& message) const {
    if ((setup_.kinds >> static_cast<unsigned>(message.kind) & 1U) != 0) return true;
    return !message.downlinkStream.empty() && message.downlinkStream == setup_.config->name;
}

void Stream::wakeAll(const StreamState::WakeList& wake) {
    if (wake.empty()) return;
    for (const auto& session : wake) tell([&] { session->ready(); });
}

void Stream::deliver(std::span<const EncodedPtr> items) {
    const ReaderPtr behind = state_.lock()->deliver(items, wake_);
    if (behind) parts_.catchUp.request(shared_from_this(), behind);
    wakeAll(wake_);
    wake_.clear();
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
                                            std::shared_ptr<Session> session) {
    auto reader = std::make_shared<Reader>(std::move(session));
    auto host = std::make_shared<StreamSession>(shared_from_this(), reader, grant);
    if (request.isSendOnly || !grant.mayReceive) return host;
    const StreamState::Start start = startOf(request);
    ReaderPtr surplus;
    bool needsFetch = false;
    {
        auto state = state_.lock();
        surplus = state->attach(reader, start);
        needsFetch = state->needsFetch(*reader);
    }
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

Books Stream::books() const {
    return state_.lock()->books();
}

std::vector<DeadLetter> Stream::deadLetters() const {
    return state_.lock()->deadLetters();
}

std::size_t Stream::sessionCount() const {
    return state_.lock()->readerCount();
}

}  // namespace runnel
