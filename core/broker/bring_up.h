// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <span>

#include "delivery/stream.h"
#include "journal/journal.h"

/// Brings a stream that does not stand where the journal stands up to it: at a start, and when it
/// comes while the broker runs. Thread safety: any thread, while nobody else delivers to the
/// stream.
namespace runnel {

/// Of a stream that was never there: everything up to `start` is none of its business.
StreamRecord newRecord(Position start);
/// Of a stream that goes on where `saved` stands. If it covers other messages now, what is pending
/// is counted anew.
StreamRecord continued(StreamRecord saved, Scope scope, std::uint32_t kinds);

/// The journal's messages in (after, through], in order, of one scope if it is given. An error is
/// the journal's.
struct JournalRange {
    Position after;
    Position through;
    std::optional<Scope> scope{};
};
using VisitSlice = std::function<void(std::span<const MessagePtr>, Position through)>;
Status forEachSlice(const Journal& journal, JournalRange range, const VisitSlice& visit);

/// What the journal does not have any more is expired, and the next session is told.
Status expireMissed(const Journal& journal, Stream& stream);
/// Counts the stream's messages in (after, through]; it has counted those before.
Status countMissed(const Journal& journal, Stream& stream, Position after, Position through);

}  // namespace runnel
