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
    push({.stream = std::move(stream), .reader = std::move(reader)});
}

void CatchUp::request(std::shared_ptr<Chore> chore) {
    push({.chore = std::move(chore)});
}

void CatchUp::push(Job job) {
    queue_.lock()->jobs.push_back(std::move(job));
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
        if (work(job)) push(std::move(job));
    }
}

bool CatchUp::work(const Job& job) {
    if (!job.chore) return fetch(job);
    const Chore::Then then = job.chore->takeTurn();
    if (then == Chore::Then::TryAgain) pause();
    return then != Chore::Then::Rest;
}

void CatchUp::pause() {
    auto queue = queue_.lock();
    changed_.wait_for(queue.underlying(), kRetryPause, [&] { return queue->isStopping; });
}

bool CatchUp::fetch(const Job& job) {
    Position after = 0;
    std::uint64_t epoch = 0;
    {
        auto state = job.stream->state_.lock();
        if (!job.reader->isAttached) return false;
        after = job.reader->fetched;
        epoch = job.reader->epoch;
    }
    const auto slice = journal_.read({after, job.stream->setup().scope, kSlice});
    if (!slice) {
        log_.write(Level::Error, "delivery",
                   "stream " + job.stream->setup().config->name +
                       " cannot read its backlog: " + slice.error().reason);
        pause();
        return true;
    }
    return deliver(job, *slice, epoch);
}

bool CatchUp::deliver(const Job& job, const Journal::Slice& slice, std::uint64_t epoch) {
    std::vector<EncodedPtr> items;
    for (const MessagePtr& message : slice.messages) {
        if (!job.stream->wants(*message)) continue;
        items.push_back(job.stream->encoded(message));
    }
    const Position head = journal_.head();
    const bool isNearHead =
        slice.messages.size() < kSlice && slice.through + Window::kMaxItems >= head;
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

}  // namespace runnel
