// SPDX-License-Identifier: Apache-2.0
#include "broker/bring_up.h"

#include "broker/audit.h"

namespace runnel {

namespace {

constexpr std::size_t kSlice = 4096;

}  // namespace

StreamRecord newRecord(Position start) {
    StreamRecord record;
    record.cursor = start;
    record.counted = start;
    return record;
}

StreamRecord continued(StreamRecord saved, Scope scope, std::uint32_t kinds) {
    if (saved.scope != scope || saved.kinds != kinds) {
        saved.books.matched = saved.books.done();
        saved.counted = saved.cursor;
    }
    return saved;
}

Status forEachSlice(const Journal& journal, JournalRange range, const VisitSlice& visit) {
    while (range.after < range.through) {
        const auto slice = journal.read({range.after, range.scope, kSlice});
        if (!slice) return slice.error();
        visit(slice->messages, slice->through);
        if (slice->through <= range.after) break;
        range.after = slice->through;
    }
    return Done{};
}

Status expireMissed(const Journal& journal, Stream& stream) {
    const StreamRecord record = stream.record();
    const Position gone = journal.oldest() - 1;
    if (record.cursor >= gone || record.books.pending() == 0) return Done{};
    const auto left = countWanted(journal, stream, gone, record.counted);
    if (!left) return left.error();
    const bool isOtherJournal = record.cursor < journal.origin();
    stream.loseAll(gone, *left, isOtherJournal ? "journal lost" : "retention");
    return Done{};
}

Status countMissed(const Journal& journal, Stream& stream, Position after, Position through) {
    return forEachSlice(journal, {after, through, stream.setup().scope},
                        [&](std::span<const MessagePtr> slice, Position) {
                            std::vector<EncodedPtr> items;
                            for (const MessagePtr& message : slice) {
                                if (!stream.wants(*message) || message->position > through)
                                    continue;
                                items.push_back(stream.encoded(message));
                            }
                            stream.deliver(items);
                        });
}

}  // namespace runnel
