// SPDX-License-Identifier: Apache-2.0
#include "sqlite/schema.h"

#include <string>

namespace runnel::sqlite {

namespace {

bool hasTables(Database& database) {
    return database.number("select count(*) from sqlite_master") != 0;
}

}  // namespace

void inspect(const std::filesystem::path& file, const Schema& schema) {
    std::error_code missing;
    const auto size = std::filesystem::file_size(file, missing);
    if (missing || size == 0) return;
    Database database(file, Database::ReadOnly{});
    const std::int64_t id = database.number("pragma application_id");
    const std::int64_t version = database.number("pragma user_version");
    if (id == 0 && version == 0 && !hasTables(database)) return;  // its making was interrupted
    if (id != schema.applicationId) {
        throw Failure::damage(file.string() + " belongs to another program: application_id is " +
                              std::to_string(id) + ", expected " +
                              std::to_string(schema.applicationId));
    }
    const auto known = static_cast<std::int64_t>(schema.steps.size());
    if (version > known) {
        throw NewerVersion(file.string() + " has version " + std::to_string(version) +
                           ", this runneld knows up to " + std::to_string(known) +
                           ": start the later runneld that wrote it, or move the file away");
    }
}

void upgrade(Database& database, const Schema& schema) {
    const auto start = static_cast<std::size_t>(database.number("pragma user_version"));
    for (std::size_t version = start; version < schema.steps.size(); ++version) {
        Transaction transaction(database);
        database.run(schema.steps[version]);
        database.run("pragma application_id=" + std::to_string(schema.applicationId) +
                     "; pragma user_version=" + std::to_string(version + 1));
        transaction.commit();
    }
}

void checkSize(Database& database) {
    const bool isBusy = database.number("pragma wal_checkpoint(truncate)") != 0;
    if (isBusy) return;  // somebody reads: the log is still needed, the size may be any
    const auto pages = database.number("pragma page_count");
    const auto expected = static_cast<std::uintmax_t>(pages * database.number("pragma page_size"));
    const auto found = std::filesystem::file_size(database.file());
    if (found >= expected) return;
    throw Failure::damage(database.file().string() + " was cut off: it has " +
                          std::to_string(found) + " bytes, its header says " +
                          std::to_string(expected));
}

}  // namespace runnel::sqlite
