// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

/// SQLite as the journal and the state use it: one connection, prepared statements, errors as
/// exceptions that stay inside those two folders. Thread safety: a connection and its statements
/// belong to one thread at a time.
namespace runnel::sqlite {

/// What SQLite said, with the file's name. `isDamage`: the file is no database or its structure is
/// broken, so that trying again is of no use; else the cause (a full disk, a lock, missing rights)
/// may go away.
class Failure : public std::runtime_error {
  public:
    Failure(const std::string& text, int extendedCode)
        : std::runtime_error(text), code_(extendedCode) {}
    /// What our own checks found (a wrong checksum, a missing row): as bad as SQLite's
    /// SQLITE_CORRUPT.
    static Failure damage(const std::string& text) { return {text, SQLITE_CORRUPT}; }

    int code() const { return code_; }  ///< SQLite's extended result code
    bool isDamage() const;
    /// What an administrator can do: "free space on its file system".
    std::string_view advice() const;

  private:
    int code_;
};

class Database final {
  public:
    /// Opens the file, or makes it (readable by its owner only). WAL, synchronous=FULL: what
    /// commit() returned from is on disk. Throws Failure, also if the file cannot be written.
    explicit Database(std::filesystem::path file);
    enum class ReadOnly {};
    /// A second connection to a file that another one has opened; it never writes.
    Database(std::filesystem::path file, ReadOnly);

    const std::filesystem::path& file() const { return file_; }
    sqlite3* handle() const { return handle_.get(); }

    /// One or several statements without a result.
    void run(const std::string& sql);
    /// The first column of the first row; 0 if there is none.
    std::int64_t number(const std::string& sql);

    [[noreturn]] void fail(std::string_view what) const;

  private:
    void open(int flags);

    struct Close {
        void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
    };
    std::filesystem::path file_;
    std::unique_ptr<sqlite3, Close> handle_;
};

/// A prepared statement, used again and again. Bound texts and blobs are borrowed until reset().
/// Parameters and columns count as in SQLite: parameters from 1, columns from 0.
class Statement final {
  public:
    Statement(Database& database, std::string_view sql);

    Statement& bind(int parameter, std::int64_t value);
    Statement& bind(int parameter, std::string_view text);
    Statement& bind(int parameter, std::span<const std::uint8_t> blob);

    /// True: there is a row to read. False: done, and reset for the next use.
    bool step();
    /// For statements without rows.
    void run() { static_cast<void>(step()); }
    /// Ends the reading: an open one keeps the write-ahead log from being cut.
    void reset();

    std::int64_t integer(int column) const;
    /// Valid until the next step or reset.
    std::string_view text(int column) const;
    std::span<const std::uint8_t> blob(int column) const;

  private:
    struct Finalize {
        void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
    };
    Database* database_;
    std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

/// Rolled back when it goes out of scope without commit().
class Transaction final {
  public:
    explicit Transaction(Database& database);
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    void commit();

  private:
    Database& database_;
    bool isOpen_ = true;
};

/// Resets the statement when it goes out of scope, also by an exception.
class Reading final {
  public:
    explicit Reading(Statement& statement) : statement_(statement) {}
    ~Reading() { statement_.reset(); }
    Reading(const Reading&) = delete;
    Reading& operator=(const Reading&) = delete;

  private:
    Statement& statement_;
};

/// Renames a damaged database and what belongs to it (-wal, -shm) to FILE.damaged-<UTC time>, so
/// that it can be examined. Returns the new name. Throws std::filesystem::filesystem_error.
std::filesystem::path moveAside(const std::filesystem::path& file);

}  // namespace runnel::sqlite
