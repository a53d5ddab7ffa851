// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "delivery/stream_state.h"
#include "tests/delivery/delivery_fakes.h"

namespace runnel::test {

/// The rules alone: no journal, no threads. The stream starts behind position 1000.
class StreamStateTest : public ::testing::Test {
  protected:
    using ReaderPtr = StreamState::ReaderPtr;

    EncodedPtr item(Position position) {
        auto message = std::make_shared<Message>();
        message->position = position;
        return std::make_shared<const Encoded>(message, use_, View{});
    }
    std::vector<EncodedPtr> items(Position first, std::size_t count) {
        std::vector<EncodedPtr> list;
        for (std::size_t i = 0; i < count; ++i) list.push_back(item(first + i));
        return list;
    }
    /// Returns whom CatchUp has to fetch for.
    ReaderPtr deliver(std::size_t count) {
        ReaderPtr behind = state_.deliver(items(next_, count), wake_);
        next_ += count;
        return behind;
    }
    ReaderPtr attach(StreamState::Start start = {}) {
        auto reader = std::make_shared<Reader>(std::make_shared<FakeSession>());
        state_.attach(reader, start, wake_);
        return reader;
    }
    /// Takes at most `max`; returns the positions, a gap notice's too. Parcels are named by them.
    std::vector<Position> take(Reader& reader, std::size_t max = 10'000) {
        std::vector<StreamState::Candidate> candidates;
        notices_.clear();
        state_.peek(reader, max, candidates);
        if (candidates.empty()) reader.isWaiting = true;
        std::vector<InFlight::Entry> entries;
        std::vector<Position> positions;
        for (const auto& candidate : candidates) {
            const Position position = candidate.item->position();
            entries.push_back({.item = candidate.item,
                               .parcel = position,
                               .ordinal = candidate.ordinal,
                               .isSettled = candidate.settledAs.has_value(),
                               .outcome = candidate.settledAs.value_or(Outcome{}),
                               .why = {}});
            if (candidate.settledAs) continue;
            positions.push_back(position);
            if (const Gap* gap = candidate.item->gap()) notices_.push_back(*gap);
        }
        state_.take(reader, entries);
        return positions;
    }

    /// What CatchUp does, asked or not, for a reader that needs it: all that the journal has.
    void fetch(Reader& reader) {
        reader.isFetching = false;
        if (!state_.needsFetch(reader)) return;
        std::vector<EncodedPtr> list;
        const Position after = std::max(reader.fetched, lostThrough_);
        for (Position position = after + 1; position < next_; ++position) {
            list.push_back(item(position));
        }
        state_.join(reader);
        state_.append(reader, list, std::max(reader.fetched, next_ - 1));
        state_.wakeIfWaiting(reader, wake_);
        reader.isFetching = false;
    }
    /// The journal loses everything up to `through`; all messages are the stream's.
    StreamState::Loss lose(Position through) {
        std::vector<Position> wanted;
        for (Position position = lostThrough_ + 1; position <= through; ++position) {
            wanted.push_back(position);
        }
        lostThrough_ = through;
        return state_.lose(through, wanted, "retention", wake_);
    }
    const Books& books() const { return state_.account().books(); }

    FormatUse use_{"format_counter", std::make_unique<CounterFormat>()};
    StreamState state_{startingBehind(1000), use_};
    StreamState::WakeList wake_;
    std::vector<Gap> notices_;  ///< of the last take
    Position next_ = 1001;
    Position lostThrough_ = 1000;
};

}  // namespace runnel::test
