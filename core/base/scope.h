// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>

#include "runnel/message.h"

namespace runnel {

/// What a stream covers: everything of one application, of one device, or heard by one gateway.
struct Scope {
    enum class Level : std::uint8_t { Application, Device, Gateway };
    Level level{};
    Eui eui;
    auto operator<=>(const Scope&) const = default;
};

inline bool covers(const Scope& scope, const Message& message) {
    switch (scope.level) {
        case Scope::Level::Application:
            return message.application == scope.eui;
        case Scope::Level::Device:
            return message.device == scope.eui;
        case Scope::Level::Gateway:
            break;
    }
    return std::any_of(message.receptions.begin(), message.receptions.end(),
                       [&](const Reception& reception) { return reception.gateway == scope.eui; });
}

struct EuiHash {
    std::size_t operator()(Eui eui) const {
        // Neighbouring EUIs are common (one vendor's block): spread them (Fibonacci hashing).
        return static_cast<std::size_t>(eui.value * 0x9E3779B97F4A7C15U);
    }
};

}  // namespace runnel
