// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "journal/journal.h"

namespace runnel::admin {

/// Which messages are asked for: of the scope, in (after, through], and of one kind.
struct MessageSearch {
    Scope scope;
    Position after = 0;
    Position through = 0;
    std::optional<Kind> kind;
    std::optional<Eui> application;  ///< of a device's messages only those of this application
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
