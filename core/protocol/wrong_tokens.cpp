// SPDX-License-Identifier: Apache-2.0
#include "protocol/wrong_tokens.h"

namespace runnel {

bool WrongTokens::isTooMany(std::string_view address, Instant now) {
    constexpr std::chrono::minutes kWindow{1};
    auto minutes = minutes_.lock();
    if (minutes->size() >= kMaxAddresses) {
        std::erase_if(*minutes,
                      [&](const auto& entry) { return now - entry.second.start >= kWindow; });
        // Still full: many addresses at once. Their wrong tokens are refused, only not counted.
        if (minutes->size() >= kMaxAddresses && !minutes->contains(address)) return false;
    }
    auto [entry, isNew] = minutes->try_emplace(std::string(address), Minute{now, 0});
    if (now - entry->second.start >= kWindow) entry->second = {now, 0};
    return ++entry->second.count > kPerMinute;
}

}  // namespace runnel
