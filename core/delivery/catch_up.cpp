// SPDX-License-Identifier: Apache-2.0
#include "delivery/catch_up.h"

#include <chrono>

namespace runnel {

namespace {

constexpr std::chrono::seconds kRetryPause{1};

}  // namespace

CatchUp::CatchUp(const Journal& journal, Log& log)
    : journal_(journal), log_(log), thread_([this] { run(); }) {}

CatchUp::~CatchUp() {
    stop();
}

void CatchUp::request(std::shared_ptr<Stream> stream, Stream::ReaderPtr reader) {
    queue_.lock()->jobs.push_back({std::move(stream), std::move(reader)});
    changed_.notify_one();
}

void CatchUp::stop() {
    queue_.lock()->isStopping = true;
    changed_.notify_one();
    if (thread_.joinable()) thread_.join();
}

void CatchUp::run() {
    while (true) {
        Job job;
        {
            auto queue = queue_.lock();
            changed_.wait(queue.underlying(),
                          [&] { return queue->isStopping || !queue->jobs.empty(); });
            if (queue->isStopping) {
                queue->jobs.clear();
                return;
            }
            job = std::move(queue->jobs.front());
            queue->jobs.pop_front();
        }
        if (fetch(job)) request(std::move(job.stream), std::move(job.reader));
    }
}

bool CatchUp::fetch(const Job& job) {
    Position after = 0;
    std::uint64_t epoch = 0;
    {
        auto state = job.stream->state_.lock();
        after = job.reader->fetched;
        epoch = job.reader->epoch;
    }
    const Position oldest = journal_.oldest();
    if (const EncodedPtr gap = gapFor(job, after, oldest)) {
        auto state = job.stream->state_.lock();
        if (job.reader->epoch != epoch) return stillNeeded(job, *state);
        state->append(*job.reader, {&gap, 1}, gap->position());  // the slice behind it wakes
        after = gap->position();
    }
    const auto slice = journal_.read({after, job.stream->setup().scope, kSlice});
    if (!slice) {
        log_.write(Level::Error, "delivery",
                   "stream " + job.stream->setup().config->name +
                       " cannot read its backlog: " + slice.error().reason);
        auto queue = queue_.lock();
        changed_.wait_for(queue.underlying(), kRetryPause, [&] { return queue->isStopping; });
        return true;
    }
    const Position oldestNow = journal_.oldest();
    // Retention has gone on meanwhile and may have taken from the slice: the notice comes first.
    if (oldestNow != oldest && oldestNow > after + 1) return true;
    return deliver(job, *slice, epoch);
}

bool CatchUp::deliver(const Job& job, const Journal::Slice& slice, std::uint64_t epoch) {
    std::vector<EncodedPtr> items;
    for (const MessagePtr& message : slice.messages) {
        if (!job.stream->wants(*message)) continue;
        items.push_back(std::make_shared<const Encoded>(message, *job.stream->setup().format,
                                                        job.stream->setup().view));
    }
    const bool isNearHead = slice.messages.size() < kSlice;
    StreamState::WakeList wake;
    bool needsMore = false;
    {
        auto state = job.stream->state_.lock();
        if (job.reader->epoch == epoch) {
            if (isNearHead) state->join(*job.reader);
            state->append(*job.reader, items, slice.through);
            state->wakeIfWaiting(*job.reader, wake);
        }
        needsMore = stillNeeded(job, *state);
    }
    job.stream->wakeAll(wake);
    return needsMore;
}

bool CatchUp::stillNeeded(const Job& job, StreamState& state) {
    job.reader->isFetching = false;
    return state.needsFetch(*job.reader);
}

EncodedPtr CatchUp::gapFor(const Job& job, Position after, Position oldest) {
    if (oldest <= after + 1) return nullptr;
    Position lastMatched = 0;
    std::uint64_t untaken = 0;
    {
        auto state = job.stream->state_.lock();
        // A client that asked for more than its cursor gets what is left, without a notice.
        if (!state->isHolder(*job.reader) || after < state->cursor()) return nullptr;
        lastMatched = state->lastMatched();
        untaken = state->untaken(*job.reader);
    }
    const std::uint64_t left = countWanted(*job.stream, oldest - 1, lastMatched);
    if (left >= untaken) return nullptr;
    const Gap gap{after + 1, oldest - 1, untaken - left, "retention"};
    return std::make_shared<const Encoded>(gap, *job.stream->setup().format);
}

std::uint64_t CatchUp::countWanted(const Stream& stream, Position after, Position through) const {
    std::uint64_t count = 0;
    while (after < through) {
        const auto slice = journal_.read({after, stream.setup().scope, 4096});
        if (!slice) return count;
        for (const MessagePtr& message : slice->messages) {
            if (message->position <= through && stream.wants(*message)) ++count;
        }
        if (slice->through <= after) break;
        after = slice->through;
    }
    return count;
}

}  // namespace runnel
