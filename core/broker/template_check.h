// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "config/config.h"
#include "loader/plugins.h"

namespace runnel {

/// Makes every device template of the configuration as a start would, examples included, and ends
/// the codecs again. Those whose files `known` already complains about are left out. Blocks, some
/// seconds at most. Thread safety: one thread.
std::vector<Complaint> checkTemplates(const Config& config, const Plugins& plugins,
                                      const std::vector<Complaint>& known, const Clock& clock,
                                      Log& log);

}  // namespace runnel
