// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "runnel/values.h"

/// What may follow a name in a template's text: `{{Fields.temperature|round2}}`.
/// Thread safety: pure functions.
namespace runnel::templates {

using Filter = Value (*)(const Value&);

/// The filter called `name`, or null.
Filter filterCalled(std::string_view name);

/// All names, for an error text.
inline constexpr std::string_view kFilterNames =
    "json, upper, lower, dashes, colons, base64, round0 to round6";

/// How a value looks in a document, before escaping: texts as they are, null as nothing, lists and
/// objects as JSON.
std::string shown(const Value& value);

}  // namespace runnel::templates
