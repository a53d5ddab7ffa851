// SPDX-License-Identifier: Apache-2.0
#include "journal/journal_file.h"

#include <algorithm>
#include <array>

#include "journal/message_codec.h"
#include "sqlite/schema.h"

namespace runnel {

namespace {

// Described in FORMAT.md. `postings` is last: SQLite walks over what is in front of a column.
constexpr std::array kSteps{
    "create table message(position integer primary key, checksum integer not null, "
    "body blob not null);"
    "create table bucket(number integer primary key, earliest integer not null, "
    "latest integer not null, filter_checksum integer not null, filter blob not null, "
    "postings_checksum integer not null, postings blob not null);"
    "create table meta(name text primary key, value integer not null) without rowid;"};
constexpr sqlite::Schema kSchema{0x52'4E'4C'4A /* "RNLJ" */, kSteps};

sqlite::Database openChecked(const std::filesystem::path& file) {
    sqlite::inspect(file, kSchema);
    sqlite::Database database(file);
    sqlite::upgrade(database, kSchema);
    sqlite::checkSize(database);
    return database;
}

std::span<const std::uint8_t> bytesOf(const std::string& text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::span<const std::uint8_t> bytesOf(const Postings& postings) {
    return {reinterpret_cast<const std::uint8_t*>(postings.data()),
            postings.size() * sizeof(Postings::value_type)};
}

std::int64_t millisecondsOf(Instant instant) {
    return instant.time_since_epoch().count();
}

Instant instantOf(std::int64_t milliseconds) {
    return Instant(std::chrono::milliseconds(milliseconds));
}

}  // namespace

JournalFile::JournalFile(const std::filesystem::path& file, Position origin)
    : database_(openChecked(file)),
      rows_(database_),
      insertMessage_(database_, "insert into message(position, checksum, body) values(?,?,?)"),
      insertBucket_(database_,
                    "insert into bucket(number, earliest, latest, filter_checksum, filter, "
                    "postings_checksum, postings) values(?,?,?,?,?,?,?)"),
      trimMessages_(database_, "delete from message where position<=?"),
      trimBuckets_(database_, "delete from bucket where number<?"),
      setMeta_(database_, "insert or replace into meta(name, value) values(?,?)") {
    if (meta("origin")) return;
    sqlite::Transaction transaction(database_);
    setMeta("origin", origin);
    setMeta("trimmed", origin);
    transaction.commit();
}

void JournalFile::append(std::span<const std::shared_ptr<Message>> messages,
                         std::span<const BucketIndex> completed) {
    sqlite::Transaction transaction(database_);
    for (const auto& message : messages) insert(*message);
    for (const BucketIndex& bucket : completed) insert(bucket);
    transaction.commit();
}

void JournalFile::insert(const Message& message) {
    body_.clear();
    encode(message, body_);
    insertMessage_.bind(1, static_cast<std::int64_t>(message.position))
        .bind(2, checksumOf(bytesOf(body_)))
        .bind(3, bytesOf(body_))
        .run();
}

void JournalFile::insert(const BucketIndex& bucket) {
    const auto filter = bucket.summary.filter->bytes();
    const auto postings = bytesOf(bucket.postings);
    insertBucket_.bind(1, static_cast<std::int64_t>(bucket.summary.number))
        .bind(2, millisecondsOf(bucket.summary.earliest))
        .bind(3, millisecondsOf(bucket.summary.latest))
        .bind(4, checksumOf(filter))
        .bind(5, filter)
        .bind(6, checksumOf(postings))
        .bind(7, postings)
        .run();
}

void JournalFile::trim(Position through) {
    sqlite::Transaction transaction(database_);
    trimMessages_.bind(1, static_cast<std::int64_t>(through)).run();
    trimBuckets_.bind(1, static_cast<std::int64_t>(bucketOf(through + 1))).run();
    setMeta("trimmed", through);
    transaction.commit();
}

std::uint64_t JournalFile::usedBytes() {
    const auto pages =
        database_.number("pragma page_count") - database_.number("pragma freelist_count");
    return static_cast<std::uint64_t>(pages * database_.number("pragma page_size"));
}

void JournalFile::setMeta(std::string_view name, Position value) {
    setMeta_.bind(1, name).bind(2, static_cast<std::int64_t>(value)).run();
}

std::optional<Position> JournalFile::meta(std::string_view name) {
    sqlite::Statement statement(database_, "select value from meta where name=?");
    if (!statement.bind(1, name).step()) return std::nullopt;
    return static_cast<Position>(statement.integer(0));
}

Recent JournalFile::load() {
    const auto origin = meta("origin");
    const auto trimmed = meta("trimmed");
    if (!origin || !trimmed) fail("its first position is missing");
    const auto newest =
        static_cast<Position>(database_.number("select max(position) from message"));
    const Position head = std::max(*trimmed, newest);
    Recent recent(*origin, *trimmed, head);
    loadBuckets(recent);
    const std::uint64_t first = bucketOf(*trimmed + 1);
    const std::uint64_t complete = bucketOf(head + 1) - first;
    const auto& buckets = recent.buckets();
    if (buckets.size() != complete || (complete > 0 && buckets.front().number != first)) {
        fail("rows of buckets are missing: found " + std::to_string(buckets.size()) +
             ", expected " + std::to_string(complete) + " from " + std::to_string(first) + " on");
    }
    loadMessages(recent, head);
    return recent;
}

void JournalFile::loadBuckets(Recent& recent) {
    sqlite::Statement statement(database_,
                                "select number, earliest, latest, filter_checksum, filter "
                                "from bucket order by number");
    std::optional<std::uint64_t> previous;
    while (statement.step()) {
        const auto number = static_cast<std::uint64_t>(statement.integer(0));
        if (previous && number != *previous + 1) {
            fail("bucket " + std::to_string(number) + " follows " + std::to_string(*previous));
        }
        previous = number;
        const auto bytes = statement.blob(4);
        auto filter = KeyFilter::fromBytes(bytes);
        if (!filter || checksumOf(bytes) != statement.integer(3)) {
            fail("the filter of bucket " + std::to_string(number) + " has a wrong checksum");
        }
        recent.add(BucketSummary{number, instantOf(statement.integer(1)),
                                 instantOf(statement.integer(2)),
                                 std::make_shared<const KeyFilter>(std::move(*filter))});
    }
}

void JournalFile::loadMessages(Recent& recent, Position head) {
    if (recent.oldest() > head) return;
    const std::uint64_t newest = bucketOf(head);
    const std::uint64_t kept = std::min<std::uint64_t>(newest, Recent::kMaxSegments - 1);
    const Position first = std::max(recent.oldest(), firstOf(newest - kept));
    std::vector<SegmentPtr> dropped;
    const auto missing =
        rows_.read(positionsBetween(first, head), [&](std::shared_ptr<Message> message) {
            recent.add(std::move(message), dropped);
            dropped.clear();
            return true;
        });
    if (missing) fail("message " + std::to_string(*missing) + " is missing");
}

void JournalFile::fail(const std::string& reason) const {
    throw sqlite::Failure::damage(database_.file().string() + " is damaged: " + reason);
}

}  // namespace runnel
