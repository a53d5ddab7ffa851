// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <istream>
#include <string>
#include <vector>

namespace runnel::ctl {

/// Reads comma-separated values (RFC 4180): quotes, doubled quotes, line ends inside quotes; LF or
/// CRLF; a byte order mark and empty lines are skipped. Thread safety: one thread.
class CsvReader final {
  public:
    explicit CsvReader(std::istream& in) : in_(in) {}

    /// The next row; false at the end. A quote that is never closed ends with the file.
    bool next(std::vector<std::string>& cells);
    /// Where the row of the last next() begins, from 1.
    int line() const { return line_; }
    /// Whether the last row's quotes are as they should be.
    bool isWhole() const { return isWhole_; }

  private:
    void readCell(std::string& cell);
    void readQuoted(std::string& cell);
    bool skipLineEnd();

    std::istream& in_;
    int line_ = 0;
    int nextLine_ = 1;
    bool isWhole_ = true;
};

}  // namespace runnel::ctl
