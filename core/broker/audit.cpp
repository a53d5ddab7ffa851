// SPDX-License-Identifier: Apache-2.0
#include "broker/audit.h"

#include <Poco/JSON/Object.h>

#include <algorithm>
#include <sstream>
#include <stdexcept>

namespace runnel {

namespace {

constexpr std::size_t kSlice = 4096;

}  // namespace

std::vector<Audit> audit(const Streams& streams, const Journal& journal) {
    std::vector<Audit> audits;
    for (const Streams::Entry& entry : streams.all()) {
        Audit audit{.record = entry.stream->record()};
        const auto count = countWanted(journal, *entry.stream, audit.record.cursor, journal.head());
        if (!count) throw std::runtime_error("cannot read the journal: " + count.error().reason);
        audit.journaled = *count;
        audits.push_back(std::move(audit));
    }
    std::sort(audits.begin(), audits.end(),
              [](const Audit& a, const Audit& b) { return a.record.name < b.record.name; });
    return audits;
}

std::string text(const Audit& audit) {
    const Books& books = audit.record.books;
    Poco::JSON::Object object(Poco::JSON_PRESERVE_KEY_ORDER);
    object.set("stream", audit.record.name);
    object.set("matched", books.matched);
    object.set("settled", books.settled);
    object.set("expired", books.expired);
    object.set("dead", books.dead);
    object.set("filtered", books.filtered);
    object.set("pending", books.pending());
    object.set("journaled", audit.journaled);
    std::ostringstream out;
    object.stringify(out);
    return out.str();
}

Result<std::uint64_t> countWanted(const Journal& journal, const Stream& stream, Position after,
                                  Position through) {
    std::uint64_t count = 0;
    while (after < through) {
        const auto slice = journal.read({after, stream.setup().scope, kSlice});
        if (!slice) return slice.error();
        for (const MessagePtr& message : slice->messages) {
            if (message->position <= through && stream.wants(*message)) ++count;
        }
        if (slice->through <= after) break;
        after = slice->through;
    }
    return count;
}

}  // namespace runnel
