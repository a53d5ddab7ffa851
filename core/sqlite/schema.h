// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <stdexcept>

#include "sqlite/database.h"

namespace runnel::sqlite {

/// The tables of one kind of file and how they came to be: steps[i] is the SQL that takes version i
/// to i + 1; a new file takes all of them. Thread safety: constants.
struct Schema {
    std::int32_t applicationId;  ///< pragma application_id; not 0
    std::span<const char* const> steps;
};

/// A later runnel has written the file. It is left as it is.
class NewerVersion : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// Looks at an existing file without writing to it. Throws a Failure that is damage if it is not a
/// database of this kind, NewerVersion if its version is not known yet. No file, or an empty one:
/// fine.
void inspect(const std::filesystem::path& file, const Schema& schema);

/// Brings the file to the newest version, each step in one transaction. Throws Failure.
void upgrade(Database& database, const Schema& schema);

/// Moves the write-ahead log into the file and compares the file's size with what its header says.
/// A file that was cut off is damage. Throws Failure.
void checkSize(Database& database);

}  // namespace runnel::sqlite
