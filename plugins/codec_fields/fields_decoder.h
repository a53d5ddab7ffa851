// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <vector>

#include "layout.h"

namespace runnel::fields {

/// The fields of any bytes, or what is wrong: a payload that is too short, a constant that is not
/// there, more than kMostFields. Bytes after the last entry are a warning. Thread safety: a pure
/// function.
Result<Fields> decodeFields(const Layout& layout, std::span<const std::uint8_t> payload,
                            std::vector<std::string>& warnings);

}  // namespace runnel::fields
