// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/guarded.h"
#include "base/log.h"

namespace runnel {

/// Keeps every line as "part: text". Thread safety: any thread.
class RecordingLog final : public Log {
  public:
    void write(Level, std::string_view part, std::string_view text) override {
        lines_.lock()->push_back(std::string(part) + ": " + std::string(text));
    }
    std::vector<std::string> lines() { return *lines_.lock(); }
    /// Those that do not begin like this.
    std::vector<std::string> linesWithout(std::string_view beginning) {
        std::vector<std::string> lines = this->lines();
        std::erase_if(lines, [&](const std::string& line) { return line.starts_with(beginning); });
        return lines;
    }

  private:
    Guarded<std::vector<std::string>> lines_;
};

}  // namespace runnel
