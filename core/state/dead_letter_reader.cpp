// SPDX-License-Identifier: Apache-2.0
#include "state/dead_letter_reader.h"

#include "state/failure_text.h"
#include "state/message_stand_in.h"

namespace runnel {

DeadLetterReader::Connection::Connection(const std::filesystem::path& file)
    : database(file, sqlite::Database::ReadOnly{}),
      list(database,
           "select id, reason, time, position, message from dead_letter "
           "where stream = ?1 and id > ?2 order by id limit ?3"),
      count(database, "select count(*) from dead_letter where stream = ?1") {}

DeadLetterReader::DeadLetterReader(const std::filesystem::path& file, Log& log)
    : log_(log), connection_(std::make_unique<Connection>(file)) {}

Result<std::vector<DeadLetter>> DeadLetterReader::list(const std::string& stream,
                                                       std::uint64_t after, std::size_t max) {
    auto connection = connection_.lock();
    sqlite::Statement& row = (*connection)->list;
    const sqlite::Reading reading(row);
    row.bind(1, std::string_view(stream))
        .bind(2, static_cast<std::int64_t>(after))
        .bind(3, static_cast<std::int64_t>(max));
    std::vector<DeadLetter> letters;
    try {
        while (row.step()) {
            const auto id = static_cast<std::uint64_t>(row.integer(0));
            auto message = decode(row.blob(4), static_cast<Position>(row.integer(3)));
            if (message) {
                letters.push_back({.id = id,
                                   .stream = stream,
                                   .reason = std::string(row.text(1)),
                                   .time = Instant(std::chrono::milliseconds(row.integer(2))),
                                   .message = *std::move(message)});
            } else {
                log_.write(Level::Error, "state",
                           "dead letter " + std::to_string(id) + " of stream " + stream +
                               " is left out: " + message.error().reason);
            }
        }
    } catch (const sqlite::Failure& failure) {
        return Error{"", failureText(failure)};
    }
    return letters;
}

Result<std::uint64_t> DeadLetterReader::count(const std::string& stream) {
    auto connection = connection_.lock();
    sqlite::Statement& row = (*connection)->count;
    const sqlite::Reading reading(row);
    try {
        row.bind(1, std::string_view(stream)).step();
        return static_cast<std::uint64_t>(row.integer(0));
    } catch (const sqlite::Failure& failure) {
        return Error{"", failureText(failure)};
    }
}

}  // namespace runnel
