// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

namespace runnel {

/// The broker's data directory, made if it is missing and locked against a second broker as long as
/// this lives. Thread safety: one thread.
class DataDirectory final {
  public:
    /// Throws ConfigError if it cannot be made or written, or if another process has it.
    explicit DataDirectory(std::filesystem::path path);
    ~DataDirectory();
    DataDirectory(const DataDirectory&) = delete;
    DataDirectory& operator=(const DataDirectory&) = delete;

    const std::filesystem::path& path() const { return path_; }

  private:
    const std::filesystem::path path_;
    int lock_ = -1;
};

}  // namespace runnel
