// SPDX-License-Identifier: Apache-2.0
#include "retention/sweeper.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

namespace runnel {

bool Sweeper::work() {
    if (parts_.journal.isDamaged()) replaceDamaged();
    const std::optional<Position> through = parts_.journal.due(parts_.clock.now());
    if (!through) return false;
    if (isNeeded(*through) && !tellStreams(*through)) return false;
    if (const Status trimmed = parts_.journal.trim(*through); !trimmed) {
        parts_.log.write(Level::Error, "journal",
                         "cannot remove old messages: " + trimmed.error().reason);
        return false;
    }
    return true;
}

void Sweeper::replaceDamaged() {
    const Position head = parts_.journal.head();
    parts_.streams.forEach([&](Stream& stream) { stream.loseAll(head, 0, "journal damaged"); });
    if (const Status replaced = parts_.journal.replace(); !replaced) {
        parts_.log.write(Level::Error, "journal", replaced.error().reason);
    }
}

/// Looks at all streams only when the journal's tail has come to where one of them may stand.
bool Sweeper::isNeeded(Position through) {
    if (through <= unneededThrough_) return false;
    Position behind = parts_.journal.head();
    parts_.streams.forEach(
        [&](const Stream& stream) { behind = std::min(behind, stream.needsBehind()); });
    unneededThrough_ = behind;
    return through > unneededThrough_;
}

/// False if the slice cannot be read: it stays until it can, or until the journal is replaced.
bool Sweeper::tellStreams(Position through) {
    std::map<Stream*, std::vector<Position>> wanted;
    Position after = parts_.journal.oldest() - 1;
    while (after < through) {
        const auto slice = parts_.journal.read({after, std::nullopt, Journal::kMaxSlice});
        if (!slice) {
            parts_.log.write(Level::Error, "journal",
                             "cannot read what retention removes: " + slice.error().reason);
            return false;
        }
        for (const MessagePtr& message : slice->messages) {
            if (message->position > through) break;
            parts_.router.visitCovering(*message, [&](Stream& stream) {
                std::vector<Position>& positions = wanted[&stream];
                const bool isKnown = !positions.empty() && positions.back() == message->position;
                if (!isKnown && stream.wants(*message)) positions.push_back(message->position);
            });
        }
        after = slice->through;
    }
    for (const auto& [stream, positions] : wanted) {
        stream->lose(through, positions, "retention");
    }
    return true;
}

}  // namespace runnel
