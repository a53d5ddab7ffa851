// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "config/config.h"
#include "loader/plugins.h"

namespace runnel {

/// What could be read, and everything that is wrong with it. A configuration with complaints is for
/// looking at only: do not run it.
struct ReadResult {
    Config config;
    std::vector<Complaint> complaints;  ///< by file, then by line
};

/// Reads runnel.yaml alone, as far as it needs no plugins: data, plugin directories, log, TLS,
/// directories. `protocols`, `networks` and the other files stay unread.
/// Thread safety: any thread; does file input.
ReadResult readMain(const std::filesystem::path& file);

/// Reads runnel.yaml whole and every application and gateway file, and validates all options
/// against the tables of `plugins`, which were loaded from the directories that readMain returned.
/// Its complaints contain those of readMain. Never throws for what stands in files.
ReadResult readAll(const std::filesystem::path& file, const Plugins& plugins);

/// "file:line:column: text", or "file: text".
std::string text(const Complaint& complaint);

}  // namespace runnel
