// SPDX-License-Identifier: Apache-2.0
// What happens to a stream when the journal loses messages that it has not delivered.
#include <algorithm>

#include "delivery/stream_state.h"

namespace runnel {

/// A notice takes its place between what was fetched and what comes behind the gap. It joins the
/// one before it, unless that one is behind the cursor: the books have that one already.
void StreamState::pushGap(Reader& reader, Gap gap) const {
    const Gap* last = reader.backlogSize() > 0 ? reader.backlog.back()->gap() : nullptr;
    if (last != nullptr && last->to > account_.cursor()) {
        gap = joined(*last, gap);
        reader.backlog.pop_back();
    }
    reader.fetched = std::max(reader.fetched, gap.to);
    reader.backlog.push_back(std::make_shared<const Encoded>(gap, format_));
    ++reader.epoch;
}

/// What is behind this position has to be read from the journal.
Position StreamState::readsBehind() const {
    if (account_.books().pending() == 0) return account_.lastMatched();
    if (readers_.empty()) return account_.cursor();
    const Reader& holder = *readers_.back();
    return holder.isLive ? account_.lastMatched() : std::max(account_.cursor(), holder.fetched);
}

StreamState::Loss StreamState::lose(Position through, std::span<const Position> wanted,
                                    std::string_view reason, WakeList& wake) {
    const Position behind = readsBehind();
    lostThrough_ = std::max(lostThrough_, through);
    const auto first = std::upper_bound(wanted.begin(), wanted.end(), behind);
    const auto messages = static_cast<std::uint64_t>(wanted.end() - first);
    return lose({behind + 1, through, messages, std::string(reason)}, wake);
}

StreamState::Loss StreamState::loseAll(Position through, std::uint64_t left,
                                       std::string_view reason, WakeList& wake) {
    const Position behind = readsBehind();
    lostThrough_ = std::max(lostThrough_, through);
    const std::uint64_t pending = account_.books().pending();
    std::uint64_t messages =
        behind == account_.lastMatched() ? 0 : pending - std::min(left, pending);
    if (!readers_.empty() && messages > 0) {
        const Reader& holder = *readers_.back();
        messages -= lostInMemory(holder, account_.cursor());
        for (const InFlight::Entry& entry : holder.inFlight.entries()) {
            if (entry.item->position() <= account_.cursor()) continue;
            messages -= entry.item->gap() != nullptr ? entry.item->gap()->messages : 1;
        }
    }
    return lose({behind + 1, through, messages, std::string(reason)}, wake);
}

StreamState::Loss StreamState::lose(const Gap& gap, WakeList& wake) {
    if (gap.messages == 0) return {};
    Loss loss{.messages = gap.messages, .isFirst = !account_.gap(), .behind = nullptr};
    if (readers_.empty()) {
        account_.lose(gap);
        return loss;
    }
    const ReaderPtr& holder = readers_.back();
    if (holder->backlogSize() > 0 && holder->backlog.back()->gap() != nullptr) loss.isFirst = false;
    pushGap(*holder, gap);
    wakeIfWaiting(*holder, wake);
    if (needsFetch(*holder)) loss.behind = holder;
    return loss;
}

/// Before the holder loses its place: what only it had is lost. (A parcel that it settled out of
/// order is among that; it would come again and cannot.)
void StreamState::surrender(const Reader& holder) {
    if (lane_) lane_->giveBack();
    const Position cursor = account_.cursor();
    std::uint64_t lost = lostInMemory(holder, cursor);
    for (const InFlight::Entry& entry : holder.inFlight.entries()) {
        const Position position = entry.item->position();
        if (position <= cursor || position > lostThrough_) continue;
        lost += entry.item->gap() != nullptr ? entry.item->gap()->messages : 1;
    }
    if (lost > 0) account_.lose({cursor + 1, lostThrough_, lost, "retention"});
}

/// How many messages behind `after` the holder has not taken and nobody can read again.
std::uint64_t StreamState::lostInMemory(const Reader& holder, Position after) const {
    std::uint64_t lost = 0;
    const auto count = [&](const EncodedPtr& item) {
        if (item->position() <= after || item->position() > lostThrough_) return;
        lost += item->gap() != nullptr ? item->gap()->messages : 1;
    };
    if (holder.isLive) {
        for (std::uint64_t i = holder.next; i < window_.end(); ++i) count(window_.at(i));
    } else {
        for (std::size_t i = holder.backlogFirst; i < holder.backlog.size(); ++i) {
            count(holder.backlog[i]);
        }
    }
    return lost;
}

}  // namespace runnel
