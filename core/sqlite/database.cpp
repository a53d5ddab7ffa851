// SPDX-License-Identifier: Apache-2.0
#include "sqlite/database.h"

#include <array>
#include <ctime>
#include <utility>

namespace runnel::sqlite {

namespace {

constexpr int kBusyMilliseconds = 5000;
constexpr int kPrimaryCode = 0xFF;

}  // namespace

bool Failure::isDamage() const {
    const int primary = code_ & kPrimaryCode;
    return primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB;
}

std::string_view Failure::advice() const {
    switch (code_ & kPrimaryCode) {
        case SQLITE_FULL:
            return "free space on its file system, or lower the retention";
        case SQLITE_READONLY:
        case SQLITE_PERM:
        case SQLITE_AUTH:
            return "make the file and its directory writable for the user that runs runneld";
        case SQLITE_CANTOPEN:
            return "make sure that its directory exists and is writable for the user that runs "
                   "runneld";
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
        case SQLITE_CONSTRAINT:
            return "end the other process that uses it";
        case SQLITE_IOERR:
            return "look into the kernel's log for what the disk says, and at its limits and "
                   "quotas";
        case SQLITE_NOMEM:
            return "give runneld more memory";
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            return "check the disk; the file has to be replaced";
        default:
            return "look into the kernel's log for what the disk says";
    }
}

Database::Database(std::filesystem::path file) : file_(std::move(file)) {
    open(SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX);
    // SQLite gives the files beside it the same rights.
    std::error_code ignored;  // another owner's file that may be written all the same
    std::filesystem::permissions(
        file_, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write, ignored);
    run("pragma journal_mode=wal; pragma synchronous=full; pragma journal_size_limit=16777216");
}

Database::Database(std::filesystem::path file, ReadOnly) : file_(std::move(file)) {
    // Not SQLITE_OPEN_READONLY: a reader of a write-ahead log writes its index beside it.
    open(SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX);
    run("pragma query_only=on");
}

void Database::open(int flags) {
    sqlite3* handle = nullptr;
    const int code = sqlite3_open_v2(file_.c_str(), &handle, flags, nullptr);
    handle_.reset(handle);  // also after an error: it holds the reason
    if (code != SQLITE_OK) fail("cannot open");
    sqlite3_extended_result_codes(handle, 1);
    sqlite3_busy_timeout(handle, kBusyMilliseconds);
}

void Database::run(const std::string& sql) {
    if (sqlite3_exec(handle(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
        fail("cannot use");
    }
}

std::int64_t Database::number(const std::string& sql) {
    Statement statement(*this, sql);
    return statement.step() ? statement.integer(0) : 0;
}

void Database::fail(std::string_view what) const {
    const int code = sqlite3_extended_errcode(handle());
    std::string text(what);
    text.append(" ").append(file_.string()).append(": ").append(sqlite3_errmsg(handle()));
    throw Failure(text, code);
}

Statement::Statement(Database& database, std::string_view sql) : database_(&database) {
    sqlite3_stmt* statement = nullptr;
    const int code = sqlite3_prepare_v3(database.handle(), sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    statement_.reset(statement);
    if (code != SQLITE_OK) database.fail("cannot use");
}

Statement& Statement::bind(int parameter, std::int64_t value) {
    sqlite3_bind_int64(statement_.get(), parameter, value);
    return *this;
}

Statement& Statement::bind(int parameter, std::string_view text) {
    // A null pointer would mean NULL.
    const char* begin = text.data() != nullptr ? text.data() : "";
    sqlite3_bind_text(statement_.get(), parameter, begin, static_cast<int>(text.size()),
                      SQLITE_STATIC);
    return *this;
}

Statement& Statement::bind(int parameter, std::span<const std::uint8_t> blob) {
    const void* begin = blob.data() != nullptr ? static_cast<const void*>(blob.data()) : "";
    sqlite3_bind_blob(statement_.get(), parameter, begin, static_cast<int>(blob.size()),
                      SQLITE_STATIC);
    return *this;
}

bool Statement::step() {
    const int code = sqlite3_step(statement_.get());
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) {
        sqlite3_reset(statement_.get());
        return false;
    }
    try {
        database_->fail("cannot use");
    } catch (...) {
        sqlite3_reset(statement_.get());
        throw;
    }
}

void Statement::reset() {
    sqlite3_reset(statement_.get());
}

std::int64_t Statement::integer(int column) const {
    return sqlite3_column_int64(statement_.get(), column);
}

std::string_view Statement::text(int column) const {
    const unsigned char* begin = sqlite3_column_text(statement_.get(), column);
    const int size = sqlite3_column_bytes(statement_.get(), column);
    return {reinterpret_cast<const char*>(begin), static_cast<std::size_t>(size)};
}

std::span<const std::uint8_t> Statement::blob(int column) const {
    const void* begin = sqlite3_column_blob(statement_.get(), column);
    const int size = sqlite3_column_bytes(statement_.get(), column);
    return {static_cast<const std::uint8_t*>(begin), static_cast<std::size_t>(size)};
}

Transaction::Transaction(Database& database) : database_(database) {
    database_.run("begin immediate");
}

Transaction::~Transaction() {
    // Some errors (a full disk) have rolled back already; then this one says so, and nothing else.
    if (isOpen_) sqlite3_exec(database_.handle(), "rollback", nullptr, nullptr, nullptr);
}

void Transaction::commit() {
    database_.run("commit");
    isOpen_ = false;
}

Snapshot::Snapshot(Database& database) : database_(database) {
    database_.run("begin");
}

Snapshot::~Snapshot() {
    // There is nothing to be kept; an error may have ended it already.
    sqlite3_exec(database_.handle(), "rollback", nullptr, nullptr, nullptr);
}

std::filesystem::path moveAside(const std::filesystem::path& file) {
    std::array<char, 32> stamp{};
    const std::time_t now = std::time(nullptr);
    std::tm utc{};
    gmtime_r(&now, &utc);
    std::strftime(stamp.data(), stamp.size(), "%Y%m%dT%H%M%SZ", &utc);
    const std::string base = file.string() + ".damaged-" + stamp.data();
    std::string target = base;
    for (int i = 2; std::filesystem::exists(target); ++i) target = base + "-" + std::to_string(i);
    std::filesystem::rename(file, target);
    for (const char* suffix : {"-wal", "-shm"}) {
        if (std::filesystem::exists(file.string() + suffix)) {
            std::filesystem::rename(file.string() + suffix, target + suffix);
        }
    }
    return target;
}

}  // namespace runnel::sqlite
