// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "layout.h"

namespace runnel::fields {

/// The payload that decodes to `fields`, or what is wrong with which field: missing, unknown, out
/// of range. Bytes that no entry describes are 0. A field whose condition is not met is left out,
/// with a warning. Thread safety: a pure function.
Result<Bytes> encodeFields(const Layout& layout, const Fields& fields,
                           std::vector<std::string>& warnings);

}  // namespace runnel::fields
