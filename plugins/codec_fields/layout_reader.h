// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "layout.h"

namespace runnel::fields {

/// Reads the option `option` ("uplink"): a list of entries, or a map from ports ("2", "10-12",
/// "default") to such lists. `isLittle`: the byte order of entries that say nothing. Error::field
/// is a path such as "uplink[2].type" or "uplink.10-12[0].name". Thread safety: a pure function.
Result<Layouts> readLayouts(const Value& value, const std::string& option, bool isLittle);

}  // namespace runnel::fields
