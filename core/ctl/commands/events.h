// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "ctl/context.h"

namespace runnel::ctl {

/// Prints the API's live events for which `isWanted` holds, one per line as they come, until Ctrl-C
/// (which ends the program with status 0) or, if `count` is not 0, after so many.
/// Thread safety: one thread.
void followEvents(Context& context, const Query& query, std::size_t count,
                  const std::function<bool(const std::string& kind, const Object&)>& isWanted);

}  // namespace runnel::ctl
