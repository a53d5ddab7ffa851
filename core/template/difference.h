// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "runnel/values.h"

/// Compares what was expected with what came. Thread safety: pure functions.
namespace runnel {

/// The first difference in words, behind its JSON pointer: "/gps/lat: expected 1.5, found 2", or
/// ": expected …" where the whole is meant; nullopt if there is none. Numbers may differ by 1e-9 of
/// their size, 21 is 21.0, members may come in any order.
std::optional<std::string> difference(const Value& expected, const Value& found);

/// The same of two documents: by meaning if the content type is JSON, else as texts. White space at
/// the end means nothing.
std::optional<std::string> documentDifference(std::string_view contentType,
                                              std::string_view expected, std::string_view found);

}  // namespace runnel
