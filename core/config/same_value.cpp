// SPDX-License-Identifier: Apache-2.0
#include "config/same_value.h"

#include <algorithm>
#include <type_traits>

namespace runnel {

bool isSame(const Value& a, const Value& b) {
    if (a.is.index() != b.is.index()) return false;
    return std::visit(
        [&](const auto& value) {
            using Kind = std::decay_t<decltype(value)>;
            const Kind& other = std::get<Kind>(b.is);
            if constexpr (std::is_same_v<Kind, Fields>) {
                return isSame(value, other);
            } else if constexpr (std::is_same_v<Kind, List>) {
                return std::equal(value.begin(), value.end(), other.begin(), other.end(),
                                  [](const Value& x, const Value& y) { return isSame(x, y); });
            } else {
                return value == other;
            }
        },
        a.is);
}

bool isSame(const Fields& a, const Fields& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Field& x, const Field& y) {
        return x.name == y.name && isSame(x.value, y.value);
    });
}

}  // namespace runnel
