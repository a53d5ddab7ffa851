// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "layout.h"

/// Dotted names in nested objects. Thread safety: pure functions.
namespace runnel::fields {

/// Adds a value at the entry's path, making the objects on the way. An entry that may be there
/// already is replaced.
void put(Fields& fields, const Entry& entry, Value value);

/// The value at the entry's path, or null.
const Value* findAt(const Fields& fields, const Entry& entry);

/// The first name in `fields` that no entry has, with dots; nullopt if there is none.
std::optional<std::string> unknownName(const Fields& fields, const std::vector<Entry>& entries,
                                       const std::string& prefix = "");

/// For complaints: the names of the entries.
std::string namesOf(const std::vector<Entry>& entries);

}  // namespace runnel::fields
