// SPDX-License-Identifier: Apache-2.0
#include "state/state.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/config_error.h"
#include "sqlite/schema.h"
#include "state/dead_letter_reader.h"
#include "state/failure_text.h"
#include "state/state_file.h"

namespace runnel {

namespace {

using std::chrono::steady_clock;

constexpr std::chrono::milliseconds kFirstPause{100};
constexpr std::chrono::milliseconds kLastPause{5000};
constexpr std::chrono::minutes kOverflowLine{1};

template <class... F>
struct Overloaded : F... {
    using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

Error notStored(const std::string& why) {
    return Error{"", "cannot be stored: " + why};
}

}  // namespace

State::State(const std::filesystem::path& file, const Clock& clock, Log& log)
    : clock_(clock), log_(log) {
    try {
        try {
            open(file);
        } catch (const sqlite::Failure& failure) {
            if (!failure.isDamage()) throw;
            file_.reset();
            const std::filesystem::path aside = sqlite::moveAside(file);
            log_.write(Level::Error, "state",
                       file.string() + " is damaged (" + failure.what() + "); it is kept as " +
                           aside.string() +
                           ". The broker starts with a new one: how far each stream was "
                           "delivered, accepted downlinks and dead letters are lost");
            open(file);
        }
    } catch (const sqlite::Failure& failure) {
        throw ConfigError(failureText(failure));
    } catch (const sqlite::NewerVersion& newer) {
        throw ConfigError(newer.what());
    } catch (const std::filesystem::filesystem_error& error) {
        throw ConfigError(std::string("cannot move the damaged ") + error.what() +
                          "; move it aside yourself");
    }
}

State::~State() {
    queue_.lock()->isDropped = true;
    changed_.notify_one();
    if (thread_.joinable()) thread_.join();
}

void State::open(const std::filesystem::path& file) {
    file_ = std::make_unique<StateFile>(file);
    saved_ = file_->load(log_);
    checkpoint_ = saved_.checkpoint.value_or(0);
    reader_ = std::make_unique<DeadLetterReader>(file, log_);
}

Status State::begin(const Changes& present, std::span<const StreamRecord> absent,
                    std::span<const std::string> forgotten) {
    try {
        auto transaction = file_->transaction();
        file_->setCheckpoint(present.checkpoint);
        for (const StreamRecord& stream : present.streams) file_->put(stream, true);
        for (const StreamRecord& stream : absent) file_->put(stream, false);
        for (const std::string& name : forgotten) file_->removeStream(name);
        const auto removed = file_->add(present.deadLetters);
        for (const std::uint64_t id : present.resent) file_->removeDeadLetter(id);
        transaction.commit();
        checkpoint_ = std::max(checkpoint_, present.checkpoint);
        reportOverflow(removed);
        return Done{};
    } catch (const sqlite::Failure& failure) {
        return Error{"", failureText(failure)};
    }
}

void State::start(std::function<Changes()> collect) {
    saved_ = {};
    collect_ = std::move(collect);
    nextCollect_ = steady_clock::now() + kPeriod;
    thread_ = std::thread([this] { run(); });
}

void State::stop() {
    if (std::exchange(queue_.lock()->isStopping, true)) return;
    changed_.notify_one();
    if (thread_.joinable()) return thread_.join();
    collect_ = [] { return Changes{}; };
    saveLast();
}

void State::add(DownlinkRecord record, Answer answer) {
    const char* refusal = "the broker is stopping";
    {
        auto queue = queue_.lock();
        if (!queue->isStopping && queue->writes.size() < kMaxWaiting) {
            queue->writes.emplace_back(Add{std::move(record), std::move(answer)});
            queue->isUrgent = true;
            changed_.notify_one();
            return;
        }
        if (!queue->isStopping) {
            refusal = "the disk is too slow, 16384 changes wait for it already; try again later";
        }
    }
    answer(notStored(refusal));
}

void State::update(const std::string& downlink, DownlinkRecord::Stage stage,
                   std::function<void()> done) {
    const bool isUrgent = done != nullptr;
    push(Update{downlink, stage, std::move(done)}, isUrgent);
}

void State::forget(const std::string& downlink) {
    push(Forget{downlink}, false);
}

void State::removeDeadLetter(std::uint64_t id, std::function<void()> done) {
    const bool isUrgent = done != nullptr;
    push(RemoveDeadLetters{.id = id, .done = std::move(done)}, isUrgent);
}

void State::removeDeadLetters(const std::string& stream, std::function<void()> done) {
    const bool isUrgent = done != nullptr;
    push(RemoveDeadLetters{.stream = stream, .done = std::move(done)}, isUrgent);
}

void State::push(Write write, bool isUrgent) {
    auto queue = queue_.lock();
    queue->writes.push_back(std::move(write));
    queue->isUrgent = queue->isUrgent || isUrgent;
    if (isUrgent) changed_.notify_one();
}

Result<std::vector<DeadLetter>> State::deadLetters(const std::string& stream, std::uint64_t after,
                                                   std::size_t max) const {
    return reader_->list(stream, after, max);
}

Result<std::optional<DeadLetter>> State::deadLetter(const std::string& stream,
                                                    std::uint64_t id) const {
    if (id == 0) return std::optional<DeadLetter>();
    auto found = reader_->list(stream, id - 1, 1);
    if (!found) return found.error();
    if (found->empty() || found->front().id != id) return std::optional<DeadLetter>();
    return std::optional(std::move(found->front()));
}

Result<std::uint64_t> State::countDeadLetters(const std::string& stream) const {
    return reader_->count(stream);
}

void State::run() {
    while (waitForWork()) {
        Writes writes = takeWrites();
        collectIfDue();
        save(writes);
    }
    if (!queue_.lock()->isDropped) saveLast();
}

/// Until somebody waits, or it is time for the period's transaction or the next try. False: stop.
bool State::waitForWork() {
    const Time until = std::max(nextCollect_, nextTry_);
    auto queue = queue_.lock();
    changed_.wait_until(queue.underlying(), until,
                        [&] { return queue->isUrgent || queue->isStopping || queue->isDropped; });
    return !queue->isStopping && !queue->isDropped;
}

State::Writes State::takeWrites() {
    auto queue = queue_.lock();
    queue->isUrgent = false;
    return std::exchange(queue->writes, {});
}

void State::collectIfDue() {
    const Time now = steady_clock::now();
    if (changes_ || now < nextCollect_) return;
    changes_ = collect_();
    nextCollect_ = now + kPeriod;
}

/// Answers whoever waits. False: nothing was saved, `writes` are in the queue again.
bool State::save(Writes& writes) {
    const bool hasChanges =
        changes_ && (!changes_->isEmpty() || changes_->checkpoint > checkpoint_);
    if (!hasChanges) changes_.reset();
    if (writes.empty() && !hasChanges) return true;
    try {
        write(writes);
    } catch (const sqlite::Failure& failure) {
        failed(writes, failureText(failure));
        return false;
    }
    succeeded(writes);
    return true;
}

void State::write(const Writes& writes) {
    auto transaction = file_->transaction();
    for (const Write& write : writes) apply(write);
    removed_.clear();
    if (changes_) {
        file_->setCheckpoint(changes_->checkpoint);
        for (const StreamRecord& stream : changes_->absent) file_->put(stream, false);
        for (const std::string& name : changes_->forgotten) file_->removeStream(name);
        for (const StreamRecord& stream : changes_->streams) file_->put(stream, true);
        removed_ = file_->add(changes_->deadLetters);
        for (const std::uint64_t id : changes_->resent) file_->removeDeadLetter(id);
    }
    transaction.commit();
}

void State::apply(const Write& write) {
    std::visit(
        Overloaded{[&](const Add& add) { file_->add(add.record); },
                   [&](const Update& update) { file_->update(update.downlink, update.stage); },
                   [&](const Forget& forget) { file_->forget(forget.downlink); },
                   [&](const RemoveDeadLetters& remove) { apply(remove); }},
        write);
}

void State::apply(const RemoveDeadLetters& remove) {
    if (remove.id != 0) return file_->removeDeadLetter(remove.id);
    file_->removeDeadLetters(remove.stream);
}

void State::failed(Writes& writes, const std::string& why) {
    if (why != failure_) {
        log_.write(Level::Error, "state",
                   why +
                       ". Until this works again no downlink is accepted, and after a crash "
                       "documents may be delivered twice");
    }
    // A try that a downlink caused in between leaves the rhythm as it is.
    if (const Time now = steady_clock::now(); now >= nextTry_) {
        pause_ = failure_.empty() ? kFirstPause : std::min(pause_ * 2, kLastPause);
        nextTry_ = now + pause_;
    }
    failure_ = why;
    std::vector<Answer> answers;
    Writes kept;
    for (Write& write : writes) {
        if (Add* add = std::get_if<Add>(&write)) {
            answers.push_back(std::move(add->answer));
        } else {
            kept.push_back(std::move(write));
        }
    }
    {
        auto queue = queue_.lock();
        std::move(queue->writes.begin(), queue->writes.end(), std::back_inserter(kept));
        queue->writes = std::move(kept);
    }
    for (const Answer& answer : answers) answer(notStored(why));
}

void State::succeeded(Writes& writes) {
    nextTry_ = {};
    if (!std::exchange(failure_, {}).empty()) {
        log_.write(Level::Info, "state", "can be saved again");
    }
    if (changes_) checkpoint_ = std::max(checkpoint_, changes_->checkpoint);
    changes_.reset();
    reportOverflow(removed_);
    for (Write& write : writes) {
        if (const Add* add = std::get_if<Add>(&write)) add->answer(Done{});
        if (const Update* update = std::get_if<Update>(&write)) {
            if (update->done) update->done();
        }
        if (const auto* remove = std::get_if<RemoveDeadLetters>(&write)) {
            if (remove->done) remove->done();
        }
    }
}

/// One line per stream and minute.
void State::reportOverflow(const std::map<std::string, std::uint64_t>& removed) {
    const Instant now = clock_.now();
    for (const auto& [stream, count] : removed) {
        Overflow& overflow = overflows_[stream];
        overflow.removed += count;
        if (overflow.reported && now < *overflow.reported + kOverflowLine) continue;
        log_.write(Level::Warning, "state",
                   "stream " + stream + " has more than " + std::to_string(kMaxDeadLetters) +
                       " dead letters: removed the oldest " + std::to_string(overflow.removed));
        overflow = {.removed = 0, .reported = now};
    }
}

void State::saveLast() {
    const Time deadline = steady_clock::now() + kLastSave;
    bool isLast = false;
    while (true) {
        Writes writes = takeWrites();
        if (!changes_ && !isLast) {
            changes_ = collect_();
            isLast = true;
        }
        if (save(writes)) {
            if (isLast && queue_.lock()->writes.empty()) return;
            continue;
        }
        if (steady_clock::now() + kFirstPause >= deadline) return giveUp();
        // Nothing comes any more that could cut the pause short.
        std::this_thread::sleep_for(kFirstPause);
    }
}

void State::giveUp() {
    const std::size_t lost = takeWrites().size() + (changes_ ? 1 : 0);
    log_.write(Level::Error, "state",
               "stopping without the last " + std::to_string(lost) + " changes: " + failure_ +
                   ". After the next start documents may be delivered twice and downlinks sent "
                   "twice");
}

}  // namespace runnel
