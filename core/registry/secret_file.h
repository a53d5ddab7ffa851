// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string_view>

namespace runnel {

/// Writes a small file that only the broker's user may read (0600), so that after a crash there is
/// either the whole of it or what was there before: a new file, fsync, rename, fsync of the
/// directory. Throws std::runtime_error naming the file, what failed and what to do.
/// Thread safety: any thread, one per file.
void writeSecretFile(const std::filesystem::path& file, std::string_view content);

}  // namespace runnel
