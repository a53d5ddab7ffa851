// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/guarded.h"
#include "base/log.h"
#include "sqlite/database.h"
#include "state/records.h"

namespace runnel {

/// Reads dead letters from state.db through a connection of its own, so that a long list does not
/// hold up the writer. Thread safety: any thread.
class DeadLetterReader final {
  public:
    /// The file exists. Throws sqlite::Failure.
    DeadLetterReader(const std::filesystem::path& file, Log& log);

    /// As State::deadLetters; a row that cannot be read is left out, with a line in the log.
    Result<std::vector<DeadLetter>> list(const std::string& stream, std::uint64_t after,
                                         std::size_t max);
    Result<std::uint64_t> count(const std::string& stream);

  private:
    struct Connection {
        explicit Connection(const std::filesystem::path& file);
        sqlite::Database database;
        sqlite::Statement list;
        sqlite::Statement count;
    };

    Log& log_;
    Guarded<std::unique_ptr<Connection>> connection_;
};

}  // namespace runnel
