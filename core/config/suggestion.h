// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace runnel {

/// " (did you mean 'listen'?)" if one of `known` is close to what was written, else "".
/// Thread safety: a pure function.
std::string didYouMean(std::string_view written, const std::vector<std::string>& known);

/// "a, b, c"; "none" if empty.
std::string joined(const std::vector<std::string>& words);

}  // namespace runnel
