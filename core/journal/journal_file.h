// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "journal/message_rows.h"
#include "journal/recent.h"
#include "sqlite/database.h"

namespace runnel {

/// The writer's side of journal.db (FORMAT.md). Everything throws sqlite::Failure; after one,
/// nothing of the call is stored. Thread safety: the writer's thread.
class JournalFile final {
  public:
    /// Opens the file or makes one whose first position is `origin` + 1. Throws also
    /// sqlite::NewerVersion.
    JournalFile(const std::filesystem::path& file, Position origin);

    /// What is there, with the newest messages. Damage that is found is thrown.
    Recent load();

    /// Stores messages, whose positions are set, with the rows of the buckets that they complete.
    void append(std::span<const std::shared_ptr<Message>> messages,
                std::span<const BucketIndex> completed);
    /// Removes everything up to this position.
    void trim(Position through);

    /// Bytes in use, without the write-ahead log and pages that wait to be used again.
    std::uint64_t usedBytes();
    MessageRows& rows() { return rows_; }

  private:
    void insert(const Message& message);
    void insert(const BucketIndex& bucket);
    void setMeta(std::string_view name, Position value);
    std::optional<Position> meta(std::string_view name);
    void loadBuckets(Recent& recent);
    void loadMessages(Recent& recent, Position head);
    [[noreturn]] void fail(const std::string& reason) const;

    sqlite::Database database_;
    MessageRows rows_;
    sqlite::Statement insertMessage_;
    sqlite::Statement insertBucket_;
    sqlite::Statement trimMessages_;
    sqlite::Statement trimBuckets_;
    sqlite::Statement setMeta_;
    std::string body_;  ///< reused
};

}  // namespace runnel
