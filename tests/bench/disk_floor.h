// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

namespace runnel::bench {

/// Appends `count` times `bytes` bytes to a file in `directory`, each followed by fdatasync: the
/// least that a durable message can take there. Returns the milliseconds of each; throws
/// std::system_error. The file is removed. Thread safety: any thread.
std::vector<double> syncEach(const std::filesystem::path& directory, std::size_t count,
                             std::size_t bytes);

/// The value below which `share` (0 to 1) of them are; 0 without any.
double quantile(std::vector<double> values, double share);

}  // namespace runnel::bench
