// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "layout.h"

/// Raw bits <-> values of entries of the kinds Integer, Float, Boolean and Flags.
/// Thread safety: pure functions.
namespace runnel::fields {

/// A number that has no name among `values` stays a number, with a warning.
Value toValue(const Entry& entry, std::uint64_t bits, std::vector<std::string>& warnings);

/// The inverse. Scaled numbers are rounded to the nearest step; Error::field is the entry's name.
Result<std::uint64_t> toBits(const Entry& entry, const Value& value);

/// Same kind and same value; whole and other numbers compare as numbers.
bool isSame(const Value& one, const Value& other);

}  // namespace runnel::fields
