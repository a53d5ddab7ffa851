// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "journal/bucket.h"
#include "sqlite/database.h"

namespace runnel {

/// Reads rows of journal.db over one connection; each call is a transaction of its own or a few, so
/// that the write-ahead log can be cut soon. Everything throws sqlite::Failure, which is damage if
/// a checksum or a message is wrong. Thread safety: one thread at a time, as the connection.
class MessageRows final {
  public:
    explicit MessageRows(sqlite::Database& database);

    /// Positions in a complete bucket from `first` on that `key` may cover; nullopt if the bucket's
    /// row is not there.
    std::optional<std::vector<Position>> candidates(ScopeKey key, Position first);

    /// Calls `take` for each wanted message that is there, in order, until it says false. Returns
    /// the last position that was looked for in vain. `wanted`: rising.
    using Take = std::function<bool(std::shared_ptr<Message>)>;
    std::optional<Position> read(std::span<const Position> wanted, const Take& take);

  private:
    std::optional<Position> readRange(std::span<const Position> wanted, const Take& take);
    std::optional<Position> readEach(std::span<const Position> wanted, const Take& take);
    /// The message of the row on which `statement` stands: position, checksum, body.
    std::shared_ptr<Message> message(const sqlite::Statement& statement) const;
    [[noreturn]] void fail(Position position, const std::string& reason) const;

    sqlite::Database& database_;
    sqlite::Statement postings_;
    sqlite::Statement range_;
    sqlite::Statement row_;
};

/// zlib's crc32, as in every checksum column.
std::int64_t checksumOf(std::span<const std::uint8_t> bytes);

/// All positions from first to last.
std::vector<Position> positionsBetween(Position first, Position last);

}  // namespace runnel
