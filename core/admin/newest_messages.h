// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

#include "journal/journal.h"

namespace runnel::admin {

/// Which messages are asked for: of the scope, in (after, through], and wanted.
struct MessageSearch {
    std::optional<Scope> scope{};  ///< nullopt: everything
    Position after = 0;
    Position through = 0;
    std::function<bool(const Message&)> isWanted{};  ///< empty: all
};

/// The newest messages first, read backwards from the journal in growing steps.
struct NewestMessages {
    std::vector<MessagePtr> messages;
    /// Where to go on: all above this position are in `messages`, or are none. 0: that was all.
    Position searched = 0;
};
/// At most `max` messages; fewer, with `searched`, after kMaxReads reads, so that nobody who looks
/// for what is rare occupies the disk. Thread safety: any thread; reads from disk.
inline constexpr std::size_t kMaxReads = 64;
Result<NewestMessages> newestMessages(const Journal& journal, const MessageSearch& search,
                                      std::size_t max);

}  // namespace runnel::admin
