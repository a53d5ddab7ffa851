// SPDX-License-Identifier: Apache-2.0
#include "journal/message_rows.h"

#include <zlib.h>

#include <numeric>

#include "journal/message_codec.h"

namespace runnel {

namespace {

/// A range is read by stepping over it if at least one row of so many is wanted.
constexpr std::size_t kDense = 6;

}  // namespace

MessageRows::MessageRows(sqlite::Database& database)
    : database_(database),
      postings_(database, "select postings_checksum, postings from bucket where number=?"),
      range_(database,
             "select position, checksum, body from message where position between ? and ? "
             "order by position"),
      row_(database, "select position, checksum, body from message where position=?") {}

std::optional<std::vector<Position>> MessageRows::candidates(ScopeKey key, Position first) {
    const sqlite::Reading reading(postings_);
    const std::uint64_t bucket = bucketOf(first);
    if (!postings_.bind(1, static_cast<std::int64_t>(bucket)).step()) return std::nullopt;
    const auto postings = postings_.blob(1);
    if (postings.size() % sizeof(std::uint64_t) != 0 ||
        checksumOf(postings) != postings_.integer(0)) {
        throw sqlite::Failure::damage(database_.file().string() + " is damaged: bucket " +
                                      std::to_string(bucket) + " has a wrong checksum");
    }
    return positionsOf(key, first, postings);
}

std::optional<Position> MessageRows::read(std::span<const Position> wanted, const Take& take) {
    if (wanted.empty()) return std::nullopt;
    const std::size_t span = wanted.back() - wanted.front() + 1;
    return wanted.size() * kDense >= span ? readRange(wanted, take) : readEach(wanted, take);
}

std::optional<Position> MessageRows::readRange(std::span<const Position> wanted, const Take& take) {
    const sqlite::Reading reading(range_);
    range_.bind(1, static_cast<std::int64_t>(wanted.front()));
    range_.bind(2, static_cast<std::int64_t>(wanted.back()));
    std::optional<Position> missing;
    std::size_t i = 0;
    while (i < wanted.size() && range_.step()) {
        const auto position = static_cast<Position>(range_.integer(0));
        for (; i < wanted.size() && wanted[i] < position; ++i) missing = wanted[i];
        if (i == wanted.size() || wanted[i] != position) continue;
        if (!take(message(range_))) return missing;
        ++i;
    }
    return i < wanted.size() ? wanted.back() : missing;
}

std::optional<Position> MessageRows::readEach(std::span<const Position> wanted, const Take& take) {
    std::optional<Position> missing;
    for (const Position position : wanted) {
        const sqlite::Reading reading(row_);
        if (!row_.bind(1, static_cast<std::int64_t>(position)).step()) {
            missing = position;
        } else if (!take(message(row_))) {
            break;
        }
    }
    return missing;
}

std::shared_ptr<Message> MessageRows::message(const sqlite::Statement& statement) const {
    const auto position = static_cast<Position>(statement.integer(0));
    const auto body = statement.blob(2);
    if (checksumOf(body) != statement.integer(1)) fail(position, "a wrong checksum");
    auto message = decode(body, position);
    if (!message) fail(position, "a wrong body: " + message.error().reason);
    return std::move(*message);
}

void MessageRows::fail(Position position, const std::string& reason) const {
    throw sqlite::Failure::damage(database_.file().string() + " is damaged: message " +
                                  std::to_string(position) + " has " + reason);
}

std::int64_t checksumOf(std::span<const std::uint8_t> bytes) {
    return static_cast<std::int64_t>(
        ::crc32(::crc32(0, nullptr, 0), bytes.data(), static_cast<unsigned>(bytes.size())));
}

std::vector<Position> positionsBetween(Position first, Position last) {
    std::vector<Position> positions(last - first + 1);
    std::iota(positions.begin(), positions.end(), first);
    return positions;
}

}  // namespace runnel
