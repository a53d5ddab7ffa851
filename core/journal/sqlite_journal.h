// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>

#include "base/clock.h"
#include "base/guarded.h"
#include "base/log.h"
#include "journal/journal_file.h"
#include "journal/retention.h"

namespace runnel {

struct JournalSettings {
    std::filesystem::path file;
    RetentionLimits retention;
    /// The newest position that is known to have been given. A new journal begins above it; an
    /// existing one that does not reach it is an older copy, which would give positions twice: it
    /// is moved aside.
    Position minimumStart = 0;
};

/// The journal in DATA/journal.db: FORMAT.md says what is in it. What append() returned from is on
/// disk. Reading takes the newest messages from memory, else the rows that the index names, over a
/// connection of its own: a reader never holds up the writer, only another reader of the disk.
/// Once damage was seen, every read and append fails until replace().
/// Thread safety: as Journal.
class SqliteJournal final : public Journal {
  public:
    /// Opens the file or makes it. A damaged one is moved aside, with an Error in the log, and a
    /// new one made. Throws ConfigError if the file cannot be used for another reason.
    SqliteJournal(JournalSettings settings, const Clock& clock, Log& log);

    Status append(std::span<const std::shared_ptr<Message>> batch) override;
    /// Reads from at most 64 buckets on disk and asks at most 4,096 filters: `through` may be
    /// behind the head with fewer messages than wanted.
    Result<Slice> read(const ReadRequest& request) const override;
    Position head() const override;
    Position oldest() const override;
    Position before(Instant time) const override;
    Position origin() const override;
    std::optional<Position> due(Instant now) override;
    /// Other limits from now on; not while due() runs.
    void setRetention(RetentionLimits limits) { retention_.setLimits(limits); }
    Status trim(Position through) override;
    bool isDamaged() const override { return isDamaged_; }
    Status replace() override;

  private:
    struct Reader {
        explicit Reader(const std::filesystem::path& file)
            : database(file, sqlite::Database::ReadOnly{}), rows(database) {}
        sqlite::Database database;
        MessageRows rows;
    };
    class Walk;

    void open(Position minimum);
    void close();
    void moveAside(const std::string& found);
    std::vector<BucketIndex> completedBy(std::span<const std::shared_ptr<Message>> batch) const;
    void publish(std::span<const std::shared_ptr<Message>> batch,
                 std::span<const BucketIndex> completed);
    void walk(Walk& walk) const;
    bool takeFromMemory(Walk& walk, const Recent::Step& step) const;
    bool takeFromDisk(Walk& walk, const Recent::Step& step) const;
    std::optional<Position> firstAt(Instant time, const Recent::Step& step) const;
    /// Those of the step's bucket that `key` may cover, or all. Throws sqlite::Failure, also if a
    /// row is missing that should be there.
    void readBucket(const Recent::Step& step, std::optional<ScopeKey> key,
                    const MessageRows::Take& take) const;
    /// `generation`: of the file that was used, when the call began.
    Error failed(std::string_view what, const sqlite::Failure& failure, unsigned generation) const;
    Error damaged() const;

    const JournalSettings settings_;
    const Clock& clock_;
    Log& log_;
    mutable Guarded<Recent> recent_;
    mutable std::mutex readerMutex_;  ///< held while reading from disk, by readers and replace()
    std::unique_ptr<Reader> reader_;
    std::unique_ptr<JournalFile> file_;  ///< the writer's; null after a replace() that failed
    Retention retention_;                ///< the writer's
    mutable std::atomic<bool> isDamaged_ = false;
    mutable Guarded<std::string> damage_;  ///< what was found first
    /// Rises with every file, so that nobody blames the new one for what was in the old one.
    std::atomic<unsigned> generation_ = 0;
};

}  // namespace runnel
