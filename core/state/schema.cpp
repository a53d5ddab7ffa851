// SPDX-License-Identifier: Apache-2.0
#include "state/schema.h"

#include <array>
#include <string>

#include "base/config_error.h"

namespace runnel::schema {

namespace {

constexpr std::string_view kVersion1 = R"(
    create table checkpoint (id integer primary key check (id = 0), position integer not null);
    create table stream (
        name text primary key, level integer not null, eui integer not null,
        kinds integer not null, cursor integer not null, counted integer not null,
        follows integer not null, matched integer not null, settled integer not null,
        expired integer not null, dead integer not null, filtered integer not null,
        gap_from integer, gap_to integer, gap_messages integer, gap_reason text);
    create table downlink (
        number integer primary key, id text not null unique, stage integer not null,
        attempt integer not null, body blob not null);
    create table dead_letter (
        id integer primary key autoincrement, stream text not null, reason text not null,
        time integer not null, position integer not null, message blob not null);
    create index dead_letter_stream on dead_letter (stream, id);
)";

constexpr std::array kSteps{kVersion1};

}  // namespace

std::span<const std::string_view> steps() {
    return kSteps;
}

void upgrade(sqlite::Database& database, std::span<const std::string_view> steps) {
    const std::int64_t application = database.number("pragma application_id");
    const bool isEmpty = database.number("select count(*) from sqlite_master") == 0;
    if (application != kApplicationId && !(isEmpty && application == 0)) {
        throw ConfigError(database.file().string() +
                          " was made by another program; found application id " +
                          std::to_string(application) + ", expected " +
                          std::to_string(kApplicationId) + ": move it to another place");
    }
    const auto version = static_cast<std::size_t>(database.number("pragma user_version"));
    if (version > steps.size()) {
        throw ConfigError(database.file().string() + " has format version " +
                          std::to_string(version) + ", this runnel knows versions up to " +
                          std::to_string(steps.size()) +
                          ": install the newer runnel that wrote it, or move the file to another "
                          "place to start without what is in it");
    }
    if (version == steps.size()) return;
    sqlite::Transaction transaction(database);
    for (const std::string_view step : steps.subspan(version)) database.run(std::string(step));
    database.run("pragma application_id=" + std::to_string(kApplicationId) +
                 "; pragma user_version=" + std::to_string(steps.size()));
    transaction.commit();
}

}  // namespace runnel::schema
