// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "base/scope.h"

namespace runnel {

/// 54-bit hash of a scope, as the journal's index stores it (FORMAT.md). Two scopes with the same
/// key cost a row that is read and left out, nothing else.
using ScopeKey = std::uint64_t;

/// SplitMix64's finalizer (Steele, Lea, Flood 2014) over level and EUI; its upper 54 bits.
inline ScopeKey keyOf(const Scope& scope) {
    const auto level = static_cast<std::uint64_t>(scope.level) + 1;
    std::uint64_t x = scope.eui.value + level * 0x9E3779B97F4A7C15U;
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9U;
    x = (x ^ x >> 27) * 0x94D049BB133111EBU;
    return (x ^ x >> 31) >> 10;
}

/// Calls `use` with the key of every scope that covers the message; a gateway may come twice.
template <class Use>
void forEachKey(const Message& message, Use use) {
    use(keyOf({Scope::Level::Device, message.device}));
    if (message.application) use(keyOf({Scope::Level::Application, *message.application}));
    for (const Reception& reception : message.receptions) {
        if (reception.gateway) use(keyOf({Scope::Level::Gateway, *reception.gateway}));
    }
}

}  // namespace runnel
