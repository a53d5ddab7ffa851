// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "runnel/values.h"

/// What every reader of an application's documents has in common. Thread safety: plain values and
/// pure functions.
namespace runnel::documents {

inline constexpr std::size_t kLongestDocument = 65'536;  ///< bytes
inline constexpr std::size_t kDeepestDocument = 32;      ///< levels

/// What a document says, as far as it could be read.
struct Parsed {
    /// Members keep their order, and the same name twice stays twice. A number beyond 64 bits is
    /// infinity. Whole until `problem`, if there is one.
    Value root;
    std::optional<Error> problem;
};

/// Why the document need not be parsed: too long, or no UTF-8.
std::optional<Error> problemBeforeParsing(std::string_view document);

/// Offset of the first byte that is not UTF-8, or nullopt.
std::optional<std::size_t> badByte(std::string_view text);

/// "line 3, column 7", both from 1, columns in bytes.
std::string place(std::string_view document, std::size_t offset);

/// Whether two names of members are the same: their case does not count.
bool isSameName(std::string_view a, std::string_view b);

/// `text` for a sentence: at most 40 characters of it, anything but printable ASCII as \xNN.
std::string excerpt(std::string_view text);

}  // namespace runnel::documents
