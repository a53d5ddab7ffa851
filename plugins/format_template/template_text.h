// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "filters.h"
#include "message_values.h"

namespace runnel::templates {

inline constexpr std::size_t kLongestText = 65'536;  ///< bytes
inline constexpr std::size_t kDeepestSection = 16;

/// What one tag asks for.
struct Slot {
    std::optional<Source> source;   ///< of path[0], if the outermost level has that name
    std::vector<std::string> path;  ///< empty: `.`, the element itself
    std::vector<Filter> filters;
    bool isSection{};
    std::size_t bodySize{};  ///< of a section, in bytes
    std::size_t from{};      ///< where it stands in the text
};

/// A checked text. Each tag's name is replaced by the number of its slot, so that the text is
/// Mustache whose names are numbers.
struct CompiledText {
    std::string mustache;
    std::vector<Slot> slots;
};

/// Checks everything that can be known before the first message: size, UTF-8, tags and sections,
/// nesting, names, filters. An error's field is "uplink" and it ends with line and column.
/// Thread safety: a pure function.
Result<CompiledText> compile(std::string_view text);

}  // namespace runnel::templates
