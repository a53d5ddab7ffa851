// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "documents/parsed.h"

namespace runnel::documents {

/// Parses one JSON document of any bytes. Poco::JSON does the work, but not its document tree: that
/// keeps one of two equal names only and reads 18446744073709551616 as 0.
/// Thread safety: a pure function; never throws for what the document holds.
Parsed parseJson(std::string_view document);

}  // namespace runnel::documents
