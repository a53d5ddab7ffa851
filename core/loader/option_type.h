// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runnel/plugin.h"

namespace runnel {

/// Option::type, taken apart. Thread safety: a plain value.
struct OptionType {
    enum class Is : std::uint8_t {
        Text,
        Boolean,
        Integer,
        Number,
        Choice,
        TextList,
        TextMap,
        Tree  ///< a list or a mapping of anything
    } is{};
    std::int64_t least = std::numeric_limits<std::int64_t>::min();  ///< Integer
    std::int64_t most = std::numeric_limits<std::int64_t>::max();
    double lowest = std::numeric_limits<double>::lowest();  ///< Number
    double highest = std::numeric_limits<double>::max();
    std::vector<std::string> choices;  ///< Choice: at least one
};

/// nullopt if `type` is none of the types that Option describes.
std::optional<OptionType> parseOptionType(std::string_view type);

/// Completes "must be …": "an integer from 1 to 65535", "one of a, b, c", "a list of texts".
std::string expectation(const OptionType& type);

/// One scalar as the type wants it (bool, std::int64_t, double, std::string), or nullopt if it is
/// none or out of range. TextList, TextMap and Tree are no scalars: always nullopt.
std::optional<Value> readScalar(const OptionType& type, std::string_view text);

/// The value of Option::fallback: a scalar, or "[a, b]" for a list, "{a: b}" for a map, without
/// quotes.
std::optional<Value> readFallback(const OptionType& type, std::string_view text);

}  // namespace runnel
