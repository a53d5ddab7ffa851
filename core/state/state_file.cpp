// SPDX-License-Identifier: Apache-2.0
#include "state/state_file.h"

#include <algorithm>
#include <set>
#include <string_view>

#include "journal/message_codec.h"
#include "state/downlink_codec.h"
#include "state/schema.h"

namespace runnel {

namespace {

using sqlite::Database;
using sqlite::Statement;

/// A broken structure is found now and not in the middle of the work.
void check(Database& database) {
    Statement statement(database, "pragma quick_check(1)");
    const sqlite::Reading reading(statement);
    if (!statement.step() || statement.text(0) != "ok") {
        throw sqlite::Failure(
            "cannot use " + database.file().string() + ": " + std::string(statement.text(0)),
            SQLITE_CORRUPT);
    }
}

Database opened(const std::filesystem::path& file) {
    sqlite::inspect(file, stateSchema());
    Database database(file);
    check(database);
    sqlite::upgrade(database, stateSchema());
    return database;
}

std::int64_t number(std::uint64_t value) {
    return static_cast<std::int64_t>(value);
}

std::int64_t number(Instant time) {
    return time.time_since_epoch().count();
}

std::span<const std::uint8_t> bytes(const std::string& text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// Columns as in kColumns.
StreamRecord streamOf(const Statement& row) {
    const auto at = [&](int column) { return static_cast<std::uint64_t>(row.integer(column)); };
    StreamRecord stream;
    stream.name = row.text(0);
    stream.scope = {static_cast<Scope::Level>(at(1)), Eui{at(2)}};
    stream.kinds = static_cast<std::uint32_t>(at(3));
    stream.cursor = at(4);
    stream.counted = at(5);
    stream.books = {at(7), at(8), at(9), at(10), at(11)};
    if (row.integer(16) != 0) stream.gap = Gap{at(12), at(13), at(14), std::string(row.text(15))};
    return stream;
}

constexpr int kFollows = 6;
constexpr std::string_view kColumns =
    "name, level, eui, kinds, cursor, counted, follows, matched, settled, expired, dead, filtered, "
    "gap_from, gap_to, gap_messages, gap_reason";

}  // namespace

StateFile::StateFile(const std::filesystem::path& file)
    : database_(opened(file)),
      checkpoint_(database_,
                  "insert into checkpoint values (0, ?1) on conflict do update "
                  "set position = max(position, ?1)"),
      stream_(database_, "replace into stream (" + std::string(kColumns) +
                             ") values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, "
                             "iif(?17, ?13, null), iif(?17, ?14, null), iif(?17, ?15, null), "
                             "iif(?17, ?16, null))"),
      removeStream_(database_, "delete from stream where name = ?1"),
      removeStreamsLetters_(database_, "delete from dead_letter where stream = ?1"),
      addDownlink_(database_,
                   "insert into downlink (id, stage, attempt, body) values (?1, ?2, ?3, ?4)"),
      updateDownlink_(database_,
                      "update downlink set stage = ?2, attempt = attempt + (?2 = 1) where id = ?1"),
      forgetDownlink_(database_, "delete from downlink where id = ?1"),
      addLetter_(database_,
                 "insert into dead_letter (stream, reason, time, position, message) "
                 "values (?1, ?2, ?3, ?4, ?5)"),
      countLetters_(database_, "select count(*) from dead_letter where stream = ?1"),
      removeOldest_(database_,
                    "delete from dead_letter where id in (select id from dead_letter "
                    "where stream = ?1 order by id limit ?2)"),
      removeLetter_(database_, "delete from dead_letter where id = ?1") {
    static_assert(static_cast<int>(DownlinkRecord::Stage::Sending) == 1);
}

State::Saved StateFile::load(Log& log) {
    State::Saved saved;
    Statement checkpoint(database_, "select position from checkpoint");
    if (checkpoint.step()) saved.checkpoint = static_cast<Position>(checkpoint.integer(0));
    checkpoint.reset();
    loadStreams(saved);
    loadDownlinks(saved, log);
    return saved;
}

void StateFile::loadStreams(State::Saved& saved) {
    Statement row(database_, "select " + std::string(kColumns) +
                                 ", gap_from is not null from stream order by name");
    const Position checkpoint = saved.checkpoint.value_or(0);
    while (row.step()) {
        StreamRecord stream = streamOf(row);
        if (row.integer(kFollows) != 0) stream.counted = std::max(stream.counted, checkpoint);
        saved.streams.push_back(std::move(stream));
    }
}

void StateFile::loadDownlinks(State::Saved& saved, Log& log) {
    Statement row(database_, "select id, stage, attempt, body from downlink order by number");
    while (row.step()) {
        auto record = decodeDownlink(row.blob(3));
        if (!record) {
            log.write(Level::Error, "state",
                      "downlink " + std::string(row.text(0)) + " in " + database_.file().string() +
                          " is left out: its row " + record.error().reason);
            continue;
        }
        record->downlink.id = row.text(0);
        record->stage = static_cast<DownlinkRecord::Stage>(row.integer(1));
        record->downlink.attempt = static_cast<std::uint32_t>(row.integer(2));
        saved.downlinks.push_back(*std::move(record));
    }
}

void StateFile::setCheckpoint(Position checkpoint) {
    checkpoint_.bind(1, number(checkpoint)).run();
}

void StateFile::put(const StreamRecord& stream, bool follows) {
    const Gap gap = stream.gap.value_or(Gap{});
    stream_.bind(1, std::string_view(stream.name))
        .bind(2, static_cast<std::int64_t>(stream.scope.level))
        .bind(3, number(stream.scope.eui.value))
        .bind(4, std::int64_t{stream.kinds})
        .bind(5, number(stream.cursor))
        .bind(6, number(stream.counted))
        .bind(7, std::int64_t{follows})
        .bind(8, number(stream.books.matched))
        .bind(9, number(stream.books.settled))
        .bind(10, number(stream.books.expired))
        .bind(11, number(stream.books.dead))
        .bind(12, number(stream.books.filtered))
        .bind(13, number(gap.from))
        .bind(14, number(gap.to))
        .bind(15, number(gap.messages))
        .bind(16, std::string_view(gap.reason))
        .bind(17, std::int64_t{stream.gap.has_value()})
        .run();
}

void StateFile::removeStream(const std::string& name) {
    removeStream_.bind(1, std::string_view(name)).run();
    removeStreamsLetters_.bind(1, std::string_view(name)).run();
}

void StateFile::add(const DownlinkRecord& record) {
    const std::string body = encodeDownlink(record);
    addDownlink_.bind(1, std::string_view(record.downlink.id))
        .bind(2, static_cast<std::int64_t>(record.stage))
        .bind(3, std::int64_t{record.downlink.attempt})
        .bind(4, bytes(body))
        .run();
}

void StateFile::update(const std::string& downlink, DownlinkRecord::Stage stage) {
    updateDownlink_.bind(1, std::string_view(downlink))
        .bind(2, static_cast<std::int64_t>(stage))
        .run();
}

void StateFile::forget(const std::string& downlink) {
    forgetDownlink_.bind(1, std::string_view(downlink)).run();
}

StateFile::Removed StateFile::add(std::span<const DeadLetter> letters) {
    std::set<std::string> streams;
    std::string body;
    for (const DeadLetter& letter : letters) {
        body.clear();
        encode(*letter.message, body);
        addLetter_.bind(1, std::string_view(letter.stream))
            .bind(2, std::string_view(letter.reason))
            .bind(3, number(letter.time))
            .bind(4, number(letter.message->position))
            .bind(5, bytes(body))
            .run();
        streams.insert(letter.stream);
    }
    Removed removed;
    for (const std::string& stream : streams) {
        if (const std::uint64_t count = removeOldest(stream)) removed[stream] = count;
    }
    return removed;
}

std::uint64_t StateFile::removeOldest(const std::string& stream) {
    countLetters_.bind(1, std::string_view(stream));
    const sqlite::Reading reading(countLetters_);
    countLetters_.step();
    const auto count = static_cast<std::uint64_t>(countLetters_.integer(0));
    if (count <= State::kMaxDeadLetters) return 0;
    const std::uint64_t surplus = count - State::kMaxDeadLetters;
    removeOldest_.bind(1, std::string_view(stream)).bind(2, number(surplus)).run();
    return surplus;
}

void StateFile::removeDeadLetter(std::uint64_t id) {
    removeLetter_.bind(1, number(id)).run();
}

void StateFile::removeDeadLetters(const std::string& stream) {
    removeStreamsLetters_.bind(1, std::string_view(stream)).run();
}

}  // namespace runnel
