// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace runnel::ctl {

/// `text` without what a terminal would obey: control characters become '?'. Names come from
/// network servers and may hold anything. Line ends stay if `hasLines`.
std::string printable(const std::string& text, bool hasLines = false);

/// Lines of columns for people: names in capitals above, two spaces between, no decoration.
/// Thread safety: one thread.
class Table final {
  public:
    /// Columns whose name begins with '#' hold numbers and are aligned right (the '#' is not
    /// shown).
    explicit Table(std::vector<std::string> columns);

    /// As many cells as columns. "" is shown as "-".
    void add(std::vector<std::string> cells);
    void print(std::ostream& out) const;

  private:
    std::vector<bool> isNumber_;
    std::vector<std::vector<std::string>> rows_;
};

/// "name  value" per line, values aligned; fields with an empty value are left out.
void printFields(std::ostream& out, const std::vector<std::pair<std::string, std::string>>& fields);

}  // namespace runnel::ctl
