// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace runnel::templates {

/// Where a text stops being one JSON document (RFC 8259, at most 64 levels), and why.
struct JsonFlaw {
    std::size_t offset{};
    std::string_view reason;  ///< completes "is no JSON: …"
};

/// Nothing if `text` is well-formed. It is not checked to be UTF-8. Thread safety: a pure function,
/// without allocations.
std::optional<JsonFlaw> jsonFlaw(std::string_view text);

}  // namespace runnel::templates
