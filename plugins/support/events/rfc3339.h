// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "runnel/values.h"

namespace runnel::events {

/// "2025-01-01T00:00:01.900961179+00:00" or "…Z" (RFC 3339), cut to milliseconds. Nothing when it
/// is no such text or no day of the calendar, or lies before 1970.
std::optional<Instant> parseRfc3339(std::string_view text);

}  // namespace runnel::events
