// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "data_types.h"
#include "runnel/values.h"

/// One value of a payload. Thread safety: pure functions.
namespace runnel::cayenne {

/// `bytes` points to type.size() bytes. A number, or an object with a number per part; numbers of
/// types with a divisor of 1 are whole.
Value readValue(const DataType& type, const std::uint8_t* bytes);

/// Appends type.size() bytes, or says what is wrong and appends something or nothing. `field` is
/// the name for the complaint; a part adds ".<part>" to it. Numbers are rounded to the type's step;
/// true and false are 1 and 0 in types of one byte.
std::optional<Error> writeValue(const DataType& type, const std::string& field, const Value& value,
                                Bytes& out);

}  // namespace runnel::cayenne
