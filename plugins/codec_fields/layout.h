// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "runnel/values.h"

/// A layout as load() has read and checked it. Thread safety: plain values.
namespace runnel::fields {

inline constexpr std::size_t kLongestPayload = 242;  ///< LoRaWAN Regional Parameters, any region
inline constexpr std::size_t kMostEntries = 256;     ///< of an option, inner ones included
inline constexpr std::size_t kMostFields = 1'000;    ///< of a decoded payload
inline constexpr int kDeepestRepeat = 2;

enum class Kind : std::uint8_t { Integer, Float, Boolean, Flags, Hex, Text, Constant, Repeat };

inline constexpr int kAfterPrevious = -1;  ///< Entry::offset
inline constexpr int kSame = -2;           ///< Entry::offset: where the previous entry starts
inline constexpr int kRest = -1;           ///< Entry::length and Entry::count
inline constexpr int kNone = -1;           ///< Entry::slot, Condition::slot, Entry::decimals

/// value = (raw * multiplier + addend) / divisor. Kept as such, since 0.1 has no exact double: with
/// a divisor of 10, 272 becomes 27.2 and not 27.200000000000003.
struct Linear {
    double multiplier = 1;
    double addend = 0;
    double divisor = 1;
};

/// True if the field in `slot` has one of the values.
struct Condition {
    int slot = kNone;  ///< kNone: always true
    List is;
    std::string text;  ///< for people: "mode is eco"
};

struct Entry {
    Kind kind = Kind::Integer;
    std::string name;               ///< as written, with dots; "" for Constant
    std::vector<std::string> path;  ///< the name's parts
    int offset = kAfterPrevious;    ///< from the start of the payload, or of the repeated element
    int slot = kNone;               ///< where conditions find its value
    Condition when;
    bool mayBeTwice{};  ///< another entry has the same name

    std::uint8_t width = 1;  ///< bytes of a number
    std::uint8_t bit = 0;    ///< lowest bit of the number, 0 = least significant
    std::uint8_t bits = 8;
    bool isSigned{};
    bool isLittle{};
    bool isPlain = true;  ///< the raw integer is the value
    bool isWhole = true;  ///< the value is an integer
    Linear linear;
    int decimals = kNone;
    std::vector<std::pair<std::int64_t, std::string>> values;
    std::vector<std::pair<std::uint8_t, std::string>> flags;

    int length = kRest;  ///< bytes of Hex and Text
    Bytes constant;
    int count = kRest;  ///< elements of Repeat
    std::vector<Entry> fields;
};

struct Layout {
    std::vector<Entry> entries;
    int slots = 0;  ///< how many values conditions refer to
};

/// One direction: a layout for each port.
struct Layouts {
    std::vector<Layout> layouts;
    std::array<std::int16_t, 256>
        ofPort{};       ///< index into `layouts`, kNone if there is none; 0: the default
    std::string ports;  ///< for complaints: "2, 10-12", "" without any layout

    const Layout* at(std::uint8_t port) const {
        const int index = ports.empty() ? kNone : ofPort[port];
        return index == kNone ? nullptr : &layouts[static_cast<std::size_t>(index)];
    }
};

}  // namespace runnel::fields
