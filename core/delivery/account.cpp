// SPDX-License-Identifier: Apache-2.0
#include "delivery/account.h"

#include <algorithm>

namespace runnel {

Account::Account(const StreamRecord& saved)
    : cursor_(saved.cursor),
      lastMatched_(saved.counted),
      books_(saved.books),
      toldSettled_(saved.books.settled),
      gap_(saved.gap) {}

void Account::match(std::span<const EncodedPtr> items) {
    books_.matched += items.size();
    lastMatched_ = items.back()->position();
}

void Account::pass(const InFlight::Entry& entry) {
    const Position position = entry.item->position();
    const Gap* gap = entry.item->gap();
    if (gap != nullptr && gap_ && gap->to == gap_->to) gap_.reset();
    if (position <= cursor_) return;
    cursor_ = position;
    if (gap != nullptr) {
        books_.expired += gap->messages;
    } else if (entry.outcome == Outcome::Delivered) {
        ++books_.settled;
    } else if (entry.outcome == Outcome::Filtered) {
        ++books_.filtered;
    } else {
        ++books_.dead;
        deadLetters_.push_back({.id = 0,
                                .stream = {},
                                .reason = entry.why ? *entry.why : std::string(),
                                .time = {},
                                .message = entry.item->message()});
    }
}

void Account::passThrough(Position through, std::uint64_t ordinal) {
    if (through <= cursor_ || ordinal <= books_.done()) return;
    books_.settled += ordinal - books_.done();
    cursor_ = through;
}

void Account::lose(const Gap& gap) {
    books_.expired += gap.messages;
    cursor_ = std::max(cursor_, gap.to);
    gap_ = gap_ ? joined(*gap_, gap) : gap;
}

void Account::fill(StreamRecord& record) const {
    record.cursor = cursor_;
    record.counted = lastMatched_;
    record.books = books_;
    record.gap = gap_;
}

Gap joined(const Gap& first, const Gap& second) {
    return {std::min(first.from, second.from), std::max(first.to, second.to),
            first.messages + second.messages, second.reason};
}

}  // namespace runnel
