// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "config/read_config.h"
#include "tests/support/temporary_directory.h"

namespace runnel {

/// A configuration in a temporary directory, good until a test spoils it.
class ConfigFiles final {
  public:
    ConfigFiles();

    /// `name` is relative: "runnel.yaml", "applications/70B3D57ED0000001.yaml".
    void write(const std::string& name, const std::string& content) const;
    /// Appends lines to the good runnel.yaml.
    void appendToMain(const std::string& lines) const;
    ReadResult read() const;
    /// Complaints as people see them, without the temporary directory's path.
    std::vector<std::string> complaints() const;
    const std::filesystem::path& path() const { return directory_.path(); }

  private:
    TemporaryDirectory directory_;
};

/// One wrong input and the complaint it deserves, "line:column: text" from the start.
struct Wrong {
    const char* input;
    const char* complaint;
};

}  // namespace runnel
