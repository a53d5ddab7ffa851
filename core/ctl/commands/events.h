// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>

#include "ctl/context.h"

namespace runnel::ctl {

enum class Wanted : std::uint8_t { No, Yes, AsTheLast };

/// Prints the API's live events that are wanted, one per line as they come, until the last one,
/// until Ctrl-C (which ends the program with status 0) or, if `count` is not 0, after so many.
/// Thread safety: one thread.
void followEvents(Context& context, const Query& query, std::size_t count,
                  const std::function<Wanted(const std::string& kind, const Object&)>& isWanted);

}  // namespace runnel::ctl
