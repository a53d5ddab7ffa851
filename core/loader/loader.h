// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <vector>

#include "base/log.h"
#include "loader/plugins.h"

namespace runnel {

/// Loads every plugin of `directories`: their files that end in ".so", by file name. A later
/// directory overrides an earlier one by kind and name; within one directory the first file wins
/// and the second is refused. A file that is not a good plugin is refused with its reason, logged
/// and skipped; a missing directory is a warning. Never fails as a whole.
///
/// Code is mapped from copies in `privateCopies` (created if needed; never on a noexec mount) and
/// stays mapped until the process ends; content that is mapped already is used again.
/// Thread safety: any thread, one call at a time. Runs static constructors of plugins.
Plugins loadPlugins(const std::vector<std::filesystem::path>& directories,
                    const std::filesystem::path& privateCopies, Log& log);

}  // namespace runnel
