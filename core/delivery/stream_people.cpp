// SPDX-License-Identifier: Apache-2.0
// What people see of a stream and ask of it: sessions, health, what is sent again.
#include <algorithm>

#include "delivery/catch_up.h"
#include "delivery/stream.h"

namespace runnel {

namespace {

StreamHealth::Word wordOf(bool hasSession, std::optional<Health> said) {
    if (!hasSession) return StreamHealth::Word::Waiting;
    if (said == Health::Connecting) return StreamHealth::Word::Connecting;
    return said == Health::Failing ? StreamHealth::Word::Failing : StreamHealth::Word::Working;
}

}  // namespace

void Stream::health(Health health, std::string_view text) {
    {
        auto said = said_.lock();
        if (said->health == health && said->shown.text == text) return;
        said->health = health;
        said->shown.text = text;
    }
    this->health();
    const char* word = health == Health::Failing      ? " is failing: "
                       : health == Health::Connecting ? " is connecting: "
                                                      : " is working: ";
    parts_.log.write(health == Health::Failing ? Level::Warning : Level::Info, "delivery",
                     "stream " + setup_.config->name + word + std::string(text));
}

std::size_t Stream::sessionCount() const {
    return state_.lock()->readerCount();
}

std::vector<SessionInfo> Stream::sessions() const {
    auto state = state_.lock();
    std::vector<SessionInfo> list;
    list.reserve(state->readerCount() + state->senders().size());
    const auto add = [&](const Reader& reader, bool isHolder) {
        const Visitor& who = reader.visitor;
        list.push_back(
            {who.peer, who.since, who.token, isHolder, who.isSendOnly, state->lagOf(reader)});
    };
    const std::vector<ReaderPtr> readers = state->readers();
    for (auto reader = readers.rbegin(); reader != readers.rend(); ++reader) {
        add(**reader, reader == readers.rbegin());
    }
    for (const ReaderPtr& sender : state->senders()) add(*sender, false);
    return list;
}

StreamPace Stream::pace() {
    auto state = state_.lock();
    return {.settled = state->takeSettled(),
            .pending = state->account().books().pending(),
            .sessions = state->readerCount()};
}

/// Called whenever it may have become another, too, so that `since` is when it did.
StreamHealth Stream::health() const {
    bool hasSession = false;
    {
        auto state = state_.lock();
        hasSession = state->readerCount() > 0 || !state->senders().empty();
    }
    auto said = said_.lock();
    const StreamHealth::Word word = wordOf(hasSession, said->health);
    if (word != said->shown.word) {
        said->shown.word = word;
        said->shown.since = now();
    }
    return said->shown;
}

std::size_t Stream::endSessions(std::uint64_t token, CloseReason reason, std::string_view text) {
    std::vector<ReaderPtr> ended;
    StreamState::WakeList wake;
    const ReaderPtr behind = state_.lock()->end(token, ended, wake);
    if (ended.empty()) return 0;
    markChanged();
    if (behind) parts_.catchUp.request(shared_from_this(), behind);
    for (const ReaderPtr& reader : ended) {
        tell([&] { reader->session->close(reason, text); });
    }
    health();
    wakeAll(wake);
    return ended.size();
}

Status Stream::resend(const DeadLetter& letter) {
    auto item = encoded(letter.message, {Again::Why::DeadLetter, letter.id});
    StreamState::WakeList wake;
    if (!state_.lock()->replay(std::move(item), wake)) {
        return Error{"",
                     "256 dead letters of this stream are being sent again already; wait until "
                     "they have arrived"};
    }
    wakeAll(wake);
    return Done{};
}

Status Stream::sendSample(MessagePtr message, std::shared_ptr<SampleFate> fate) {
    auto item = encoded(std::move(message), {Again::Why::Sample, 0, std::move(fate)});
    StreamState::WakeList wake;
    {
        auto state = state_.lock();
        if (state->readerCount() == 0) {
            return Error{"", "no session of this stream is there that could take it"};
        }
        if (!state->replay(std::move(item), wake)) {
            return Error{"", "256 dead letters and tests of this stream are on their way already"};
        }
    }
    wakeAll(wake);
    return Done{};
}

bool Stream::openReplay(std::uint64_t replay, std::shared_ptr<ReplayCounts> counts,
                        std::weak_ptr<Chore> source) {
    auto state = state_.lock();
    if (state->life() != StreamState::Life::Live) return false;
    state->openReplay(replay, std::move(counts), std::move(source));
    return true;
}

ReplayLane::Appetite Stream::replayAppetite(std::uint64_t replay) {
    return state_.lock()->replayAppetite(replay);
}

bool Stream::feedReplay(std::uint64_t replay, std::span<const MessagePtr> messages, bool isLast) {
    std::vector<EncodedPtr> items;
    items.reserve(messages.size());
    for (const MessagePtr& message : messages) {
        items.push_back(encoded(message, {Again::Why::Replay, replay}));
    }
    StreamState::WakeList wake;
    const bool isTaken = state_.lock()->feedReplay(replay, items, isLast, wake);
    wakeAll(wake);
    return isTaken;
}

std::optional<Position> Stream::closeReplay(std::uint64_t replay) {
    auto oldest = state_.lock()->closeReplay(replay);
    markChanged();  // the lane's memory is given back when the stream is saved
    return oldest;
}

}  // namespace runnel
