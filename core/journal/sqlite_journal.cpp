// SPDX-License-Identifier: Apache-2.0
#include "journal/sqlite_journal.h"

#include <algorithm>
#include <utility>

#include "base/config_error.h"
#include "sqlite/schema.h"

namespace runnel {

namespace {

constexpr std::size_t kMaxBucketsRead = 64;
constexpr std::size_t kMaxFiltersAsked = 4096;
/// Leaves half of the positions below 2^53: a clock beyond the year 2112 is wrong.
constexpr Position kMaxOrigin = Position{1} << 52;

std::string describe(const sqlite::Failure& failure) {
    return std::string(failure.what()) + "; " + std::string(failure.advice());
}

Position microsecondsOf(Instant now) {
    return static_cast<Position>(
        std::max<std::int64_t>(0, std::chrono::microseconds(now.time_since_epoch()).count()));
}

}  // namespace

/// One read() on its way through the buckets.
class SqliteJournal::Walk final {
  public:
    explicit Walk(const ReadRequest& request) : next(request.after + 1), request_(request) {
        if (request.scope) key = keyOf(*request.scope);
        slice.through = request.after;
    }

    /// False: it is one too many, and the slice ends in front of it.
    bool take(MessagePtr message) {
        if (request_.scope && !covers(*request_.scope, *message)) return true;
        if (slice.messages.size() == request_.maxMessages) {
            slice.through = message->position - 1;
            return false;
        }
        slice.messages.push_back(std::move(message));
        return true;
    }
    /// Everything up to here was looked at. False: enough for one call.
    bool goOn(Position through, Recent::Step::Place place) {
        slice.through = std::max(slice.through, through);
        next = slice.through + 1;
        if (place == Recent::Step::Place::Disk) ++bucketsRead_;
        if (place == Recent::Step::Place::Nowhere) filtersAsked_ += Recent::kFilterChecks;
        return bucketsRead_ < kMaxBucketsRead && filtersAsked_ < kMaxFiltersAsked;
    }

    Slice slice;
    Position next;
    std::optional<ScopeKey> key;

  private:
    const ReadRequest& request_;
    std::size_t bucketsRead_ = 0;
    std::size_t filtersAsked_ = 0;
};

SqliteJournal::SqliteJournal(JournalSettings settings, const Clock& clock, Log& log)
    : settings_(std::move(settings)), clock_(clock), log_(log), retention_(settings_.retention) {
    try {
        try {
            open(settings_.minimumStart);
        } catch (const sqlite::Failure& failure) {
            if (!failure.isDamage()) throw;
            moveAside(failure.what());
            open(settings_.minimumStart);
        }
    } catch (const sqlite::Failure& failure) {
        throw ConfigError("journal: " + describe(failure));
    } catch (const std::exception& error) {  // a later version, or what the file system says
        throw ConfigError("journal: " + std::string(error.what()));
    }
}

void SqliteJournal::open(Position minimum) {
    const Position origin = std::max(microsecondsOf(clock_.now()), minimum);
    if (origin > kMaxOrigin) {
        throw ConfigError("the clock is wrong: it is later than the year 2112; set it");
    }
    auto file = std::make_unique<JournalFile>(settings_.file, origin);
    Recent recent = file->load();
    if (recent.head() < minimum) {
        throw sqlite::Failure::damage(
            settings_.file.string() + " is an older copy: its newest message is " +
            std::to_string(recent.head()) + ", expected at least " + std::to_string(minimum));
    }
    auto reader = std::make_unique<Reader>(settings_.file);
    file_ = std::move(file);
    *recent_.lock() = std::move(recent);
    const std::lock_guard lock(readerMutex_);
    reader_ = std::move(reader);
}

void SqliteJournal::close() {
    const std::lock_guard lock(readerMutex_);
    reader_.reset();
    file_.reset();
}

void SqliteJournal::moveAside(const std::string& found) {
    const std::filesystem::path target = sqlite::moveAside(settings_.file);
    log_.write(Level::Error, "journal",
               found + ". It was moved to " + target.string() +
                   "; a new journal begins, and streams are told of the gap");
}

Status SqliteJournal::append(std::span<const std::shared_ptr<Message>> batch) {
    if (isDamaged_) return damaged();
    if (batch.empty()) return Done{};
    try {
        Position position = head();
        for (const auto& message : batch) message->position = ++position;
        const std::vector<BucketIndex> completed = completedBy(batch);
        file_->append(batch, completed);
        publish(batch, completed);
        return Done{};
    } catch (const sqlite::Failure& failure) {
        return failed("cannot append", failure, generation_);
    }
}

std::vector<BucketIndex> SqliteJournal::completedBy(
    std::span<const std::shared_ptr<Message>> batch) const {
    std::vector<BucketIndex> completed;
    std::vector<MessagePtr> messages;
    const Position first = batch.front()->position;
    const std::uint64_t open = bucketOf(batch.back()->position + 1);
    for (std::uint64_t bucket = bucketOf(first); bucket < open; ++bucket) {
        messages.clear();
        if (firstOf(bucket) < first) {
            // The writer is the only one who changes a segment.
            const SegmentPtr segment = recent_.lock()->segmentOf(bucket);
            const Position oldest = std::max(this->oldest(), firstOf(bucket));
            for (Position i = oldest; i < first; ++i) messages.push_back(segment->at(i));
        }
        const Position begin = std::max(first, firstOf(bucket));
        for (Position i = begin; i <= lastOf(bucket); ++i) messages.push_back(batch[i - first]);
        completed.push_back(indexOf(bucket, messages));
    }
    return completed;
}

void SqliteJournal::publish(std::span<const std::shared_ptr<Message>> batch,
                            std::span<const BucketIndex> completed) {
    std::vector<SegmentPtr> dropped;  // destroyed behind the lock
    const auto recent = recent_.lock();
    for (const auto& message : batch) recent->add(message, dropped);
    for (const BucketIndex& bucket : completed) recent->add(bucket.summary);
    if (!completed.empty()) retention_.bucketCompleted();
}

Result<Journal::Slice> SqliteJournal::read(const ReadRequest& request) const {
    if (isDamaged_) return damaged();
    const unsigned generation = generation_;
    Walk way(request);
    try {
        walk(way);
        return std::move(way.slice);
    } catch (const sqlite::Failure& failure) {
        return failed("cannot read", failure, generation);
    }
}

void SqliteJournal::walk(Walk& walk) const {
    using Place = Recent::Step::Place;
    Recent::Step step{};
    do {
        step = recent_.lock()->next(walk.next, walk.key);
        if (step.place == Place::Memory && !takeFromMemory(walk, step)) return;
        if (step.place == Place::Disk && !takeFromDisk(walk, step)) return;
    } while (walk.goOn(step.last, step.place) && step.place != Place::End);
}

bool SqliteJournal::takeFromMemory(Walk& walk, const Recent::Step& step) const {
    for (Position position = step.first; position <= step.last; ++position) {
        if (!walk.take(step.segment->at(position))) return false;
    }
    return true;
}

bool SqliteJournal::takeFromDisk(Walk& walk, const Recent::Step& step) const {
    const std::vector<Position> wanted =
        walk.key ? candidates(*walk.key, step.first) : positionsBetween(step.first, step.last);
    bool hasRoom = true;
    readRows(wanted, [&](std::shared_ptr<Message> message) {
        hasRoom = walk.take(std::move(message));
        return hasRoom;
    });
    return hasRoom;
}

std::vector<Position> SqliteJournal::candidates(ScopeKey key, Position first) const {
    std::optional<std::vector<Position>> found;
    {
        const std::lock_guard lock(readerMutex_);
        if (!reader_) throw sqlite::Failure("the journal is being replaced", SQLITE_CANTOPEN);
        found = reader_->rows.candidates(key, first);
    }
    if (!found && first > recent_.lock()->trimmed()) {
        throw sqlite::Failure::damage(settings_.file.string() + " is damaged: bucket " +
                                      std::to_string(bucketOf(first)) + " is missing");
    }
    return found ? std::move(*found) : std::vector<Position>();
}

void SqliteJournal::readRows(std::span<const Position> wanted,
                             const MessageRows::Take& take) const {
    std::optional<Position> missing;
    {
        const std::lock_guard lock(readerMutex_);
        if (!reader_) throw sqlite::Failure("the journal is being replaced", SQLITE_CANTOPEN);
        missing = reader_->rows.read(wanted, take);
    }
    // Retention or replace() may have been faster.
    if (missing && *missing > recent_.lock()->trimmed()) {
        throw sqlite::Failure::damage(settings_.file.string() + " is damaged: message " +
                                      std::to_string(*missing) + " is missing");
    }
}

Position SqliteJournal::head() const {
    return recent_.lock()->head();
}

Position SqliteJournal::oldest() const {
    return recent_.lock()->oldest();
}

Position SqliteJournal::origin() const {
    return recent_.lock()->origin();
}

Position SqliteJournal::before(Instant time) const {
    using Place = Recent::Step::Place;
    Position from = 0;
    while (true) {
        const Recent::Step step = recent_.lock()->next(from, time);
        if (step.place == Place::End) return step.last;
        if (step.place != Place::Nowhere) {
            if (const auto found = firstAt(time, step)) return *found - 1;
        }
        from = step.last + 1;
    }
}

std::optional<Position> SqliteJournal::firstAt(Instant time, const Recent::Step& step) const {
    std::optional<Position> found;
    const auto look = [&](const MessagePtr& message) {
        if (message->brokerTime >= time) found = message->position;
        return !found;
    };
    if (step.segment) {
        for (Position i = step.first; i <= step.last && look(step.segment->at(i)); ++i) continue;
        return found;
    }
    const unsigned generation = generation_;
    try {
        readRows(positionsBetween(step.first, step.last), look);
        return found;
    } catch (const sqlite::Failure& failure) {
        static_cast<void>(failed("cannot read", failure, generation));
        return step.first;  // earlier than asked for: nothing is left out
    }
}

std::optional<Position> SqliteJournal::due(Instant now) {
    if (isDamaged_ || !retention_.mayBeDue(now)) return std::nullopt;
    try {
        const Retention::OldEnd end(*recent_.lock());
        return retention_.due(now, end, *file_);
    } catch (const sqlite::Failure& failure) {
        log_.write(Level::Warning, "journal",
                   failed("cannot check retention", failure, generation_).reason);
        return std::nullopt;
    }
}

Status SqliteJournal::trim(Position through) {
    if (isDamaged_) return damaged();
    try {
        through = std::min(through, head());
        if (through < oldest()) return Done{};
        recent_.lock()->startTrim(through);
        file_->trim(through);
        std::vector<SegmentPtr> dropped;  // destroyed behind the lock
        recent_.lock()->trim(through, dropped);
        return Done{};
    } catch (const sqlite::Failure& failure) {
        return failed("cannot remove what retention lets go", failure, generation_);
    }
}

Status SqliteJournal::replace() {
    const Position head = this->head();
    close();
    try {
        if (std::filesystem::exists(settings_.file)) moveAside(*damage_.lock());
        open(std::max(settings_.minimumStart, head));
    } catch (const sqlite::Failure& failure) {
        return Error{"", "journal: cannot begin a new one: " + describe(failure)};
    } catch (const std::exception& error) {
        return Error{"", "journal: cannot begin a new one: " + std::string(error.what())};
    }
    const auto damage = damage_.lock();
    damage->clear();
    ++generation_;
    isDamaged_ = false;
    return Done{};
}

Error SqliteJournal::failed(std::string_view what, const sqlite::Failure& failure,
                            unsigned generation) const {
    const auto damage = damage_.lock();
    if (failure.isDamage() && generation == generation_) {
        if (damage->empty()) *damage = failure.what();
        isDamaged_ = true;
    }
    return {"", "journal: " + std::string(what) + ": " + describe(failure)};
}

Error SqliteJournal::damaged() const {
    return {"", "journal: " + *damage_.lock() + "; it has to be replaced"};
}

}  // namespace runnel
