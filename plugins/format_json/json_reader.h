// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "runnel/values.h"

namespace runnel::json {

inline constexpr std::size_t kLongestDocument = 65'536;  ///< bytes
inline constexpr std::size_t kDeepestDocument = 32;      ///< levels of {} and []

/// What a document says, as far as it could be read.
struct Parsed {
    /// Members keep their order, and the same name twice stays twice. A number beyond 64 bits is
    /// infinity. Whole until `problem`, if there is one.
    Value root;
    std::optional<Error> problem;
};

/// Parses one JSON document of any bytes. Poco::JSON does the work, but not its document tree: that
/// keeps one of two equal names only and reads 18446744073709551616 as 0.
/// Thread safety: a pure function; never throws for what the document holds.
Parsed parse(std::string_view document);

/// `text` for a sentence: at most 40 characters of it, anything but printable ASCII as \xNN.
std::string excerpt(std::string_view text);

}  // namespace runnel::json
