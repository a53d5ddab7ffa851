// SPDX-License-Identifier: Apache-2.0
#include "ingress/repeats.h"

#include <functional>
#include <string>

namespace runnel {

bool Repeats::isRepeat(std::string_view source, std::string_view originId) {
    if (originId.empty()) return false;
    std::string key(source);
    key += '\0';
    key += originId;
    const std::uint64_t hash = std::hash<std::string>{}(key);
    if (!seen_.insert(hash).second) return true;
    if (order_.size() < kRemembered) {
        order_.push_back(hash);
    } else {
        seen_.erase(order_[next_]);
        order_[next_] = hash;
        next_ = (next_ + 1) % kRemembered;
    }
    return false;
}

}  // namespace runnel
