// SPDX-License-Identifier: Apache-2.0
// What is sent again, and sessions that send only: both beside the order promise and the books.
#include <algorithm>
#include <iterator>

#include "delivery/stream_state.h"

namespace runnel {

ReplayLane& StreamState::lane() {
    if (!lane_) lane_ = std::make_unique<ReplayLane>();
    return *lane_;
}

bool StreamState::replay(EncodedPtr item, WakeList& wake) {
    if (!lane().add(std::move(item))) return false;
    if (!readers_.empty()) wakeIfWaiting(*readers_.back(), wake);
    return true;
}

void StreamState::openReplay(std::uint64_t replay, std::shared_ptr<ReplayCounts> counts,
                             std::weak_ptr<Chore> source) {
    lane().open(replay, std::move(counts), std::move(source));
}

ReplayLane::Appetite StreamState::replayAppetite(std::uint64_t replay) {
    return lane_ && life_ == Life::Live ? lane_->appetite(replay) : ReplayLane::Appetite::Gone;
}

bool StreamState::feedReplay(std::uint64_t replay, std::span<const EncodedPtr> items, bool isLast,
                             WakeList& wake) {
    if (!lane_ || life_ != Life::Live || !lane_->feed(replay, items, isLast)) return false;
    if (!readers_.empty()) wakeIfWaiting(*readers_.back(), wake);
    return true;
}

std::optional<Position> StreamState::closeReplay(std::uint64_t replay) {
    if (!lane_) return std::nullopt;
    // What a take in progress has looked at may be gone.
    if (!readers_.empty()) ++readers_.back()->epoch;
    return lane_->close(replay);
}

void StreamState::peekLane(std::size_t max, std::vector<Candidate>& out) const {
    const std::size_t count = std::min(max, lane_->ready());
    for (std::size_t i = 0; i < count; ++i) {
        out.push_back({lane_->waiting()[i], 0, std::nullopt});
    }
}

void StreamState::attachSender(const ReaderPtr& sender) {
    sender->sender = static_cast<std::uint32_t>(senders_.size());
    senders_.push_back(sender);
}

void StreamState::detachSender(const Reader& sender) {
    const std::size_t place = sender.sender;
    if (place >= senders_.size() || senders_[place].get() != &sender) return;
    std::swap(senders_[place], senders_.back());
    senders_[place]->sender = sender.sender;
    senders_.pop_back();
    if (senders_.empty()) senders_ = {};
}

StreamState::ReaderPtr StreamState::end(std::uint64_t token, std::vector<ReaderPtr>& ended,
                                        WakeList& wake) {
    const auto isOfToken = [&](const ReaderPtr& reader) { return reader->visitor.token == token; };
    std::copy_if(readers_.begin(), readers_.end(), std::back_inserter(ended), isOfToken);
    std::copy_if(senders_.begin(), senders_.end(), std::back_inserter(ended), isOfToken);
    ReaderPtr behind;
    for (const ReaderPtr& reader : ended) {  // the holder after the listeners
        reader->isEnded = true;
        if (reader->visitor.isSendOnly) {
            detachSender(*reader);
        } else {
            behind = detach(reader, wake);
        }
    }
    return behind;
}

}  // namespace runnel
