// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "runnel/values.h"

namespace runnel::admin {

/// "2026-11-22T20:31:50.123Z" (RFC 3339, UTC).
std::string timeText(Instant instant);

/// Any RFC 3339 time from the year 1970 to 9999; digits below milliseconds are cut off, a leap
/// second is the next second. Nothing when it is none.
std::optional<Instant> parseTime(std::string_view text);

}  // namespace runnel::admin
