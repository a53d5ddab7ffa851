// SPDX-License-Identifier: Apache-2.0
#include "admin/newest_messages.h"

#include <algorithm>

namespace runnel::admin {

namespace {

constexpr Position kFirstStep = 1024;
constexpr std::size_t kAtOnce = 1024;

bool isWanted(const MessageSearch& search, const Message& message) {
    return !search.isWanted || search.isWanted(message);
}

/// (after, through]
struct Range {
    Position after;
    Position through;
};

/// What is wanted of the range. `reads` counts; false if there were too many.
Result<bool> readStep(const Journal& journal, const MessageSearch& search, Range range,
                      std::size_t& reads, std::vector<MessagePtr>& found) {
    while (range.after < range.through) {
        if (reads++ >= kMaxReads) return false;
        const auto slice = journal.read({range.after, search.scope, kAtOnce});
        if (!slice) return slice.error();
        for (const MessagePtr& message : slice->messages) {
            if (message->position <= range.through && isWanted(search, *message)) {
                found.push_back(message);
            }
        }
        if (slice->through <= range.after) break;
        range.after = slice->through;
    }
    return true;
}

}  // namespace

Result<NewestMessages> newestMessages(const Journal& journal, const MessageSearch& search,
                                      std::size_t max) {
    NewestMessages result;
    std::size_t reads = 0;
    Position end = search.through;
    for (Position step = kFirstStep; end > search.after; step *= 2) {
        const Position begin = end - std::min(step, end - search.after);
        std::vector<MessagePtr> found;
        const auto isComplete = readStep(journal, search, {begin, end}, reads, found);
        if (!isComplete) return isComplete.error();
        if (!*isComplete) break;
        const std::size_t count = std::min(found.size(), max - result.messages.size());
        result.messages.insert(result.messages.end(), found.rbegin(),
                               found.rbegin() + static_cast<std::ptrdiff_t>(count));
        if (count < found.size() || result.messages.size() == max) {
            end = result.messages.back()->position - 1;
            break;
        }
        end = begin;
    }
    result.searched = end > search.after ? end : 0;
    return result;
}

}  // namespace runnel::admin
