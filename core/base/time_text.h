// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "runnel/values.h"

/// Times as people and programs write them (RFC 3339). Thread safety: pure functions.
namespace runnel {

/// "2026-11-22T20:31:50.123Z": UTC, milliseconds.
std::string timeText(Instant time);

/// "2026-11-22T20:31:50Z", with or without a fraction, any offset instead of Z, 't' and ' ' between
/// date and time as well; years 1970 to 9999. Nullopt for anything else.
std::optional<Instant> parseTime(std::string_view text);

}  // namespace runnel
