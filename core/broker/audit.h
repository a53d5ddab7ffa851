// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "delivery/streams.h"
#include "journal/journal.h"

namespace runnel {

/// A stream's books, and what the journal says about them. Thread safety: a plain value.
struct Audit {
    StreamRecord record;
    std::uint64_t journaled = 0;  ///< the stream's messages behind its cursor, counted one by one

    bool isBalanced() const { return record.books.pending() == journaled; }
};

/// Reads the journal behind each stream's cursor. Nothing may be journaled meanwhile. Throws
/// std::runtime_error if it cannot be read.
std::vector<Audit> audit(const Streams& streams, const Journal& journal);

/// For `--books`, one line: {"stream", "matched", "settled", "expired", "dead", "filtered",
/// "pending", "journaled"}, in this order. Members may be added, none will be renamed.
std::string text(const Audit& audit);

/// How many of the journal's messages in (after, through] the stream wants. Reads them all.
Result<std::uint64_t> countWanted(const Journal& journal, const Stream& stream, Position after,
                                  Position through);

}  // namespace runnel
