// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <thread>

#include "base/guarded.h"
#include "base/log.h"
#include "delivery/chore.h"
#include "delivery/stream.h"

namespace runnel {

/// Reads the journal for sessions that are behind: one thread, a slice per turn and session, so
/// that nobody waits for a disk but this thread and a long backlog delays no other one for longer
/// than a slice. Thread safety: request by any thread.
class CatchUp final {
  public:
    /// Messages per slice.
    static constexpr std::size_t kSlice = 256;

    CatchUp(const Journal& journal, Log& log);
    ~CatchUp();

    /// Fetch for this reader, which StreamState::needsFetch has marked. At most one request per
    /// reader is under way, so the queue is bounded by the number of sessions.
    void request(std::shared_ptr<Stream> stream, Stream::ReaderPtr reader);
    /// A turn for this one, behind what waits already.
    void request(std::shared_ptr<Chore> chore);
    /// Drops what is waiting and joins the thread.
    void stop();

  private:
    /// Either a reader of a stream, or a chore.
    struct Job {
        std::shared_ptr<Stream> stream{};
        Stream::ReaderPtr reader{};
        std::shared_ptr<Chore> chore{};
    };
    struct Queue {
        std::deque<Job> jobs;
        bool isStopping = false;
    };

    void run();
    void push(Job job);
    /// True if the same job is to be done again.
    bool work(const Job& job);
    void pause();
    /// One slice. True if the same reader needs another one.
    bool fetch(const Job& job);
    static bool stillNeeded(const Job& job, StreamState& state);
    bool deliver(const Job& job, const Journal::Slice& slice, std::uint64_t epoch);

    const Journal& journal_;
    Log& log_;
    Guarded<Queue> queue_;
    std::condition_variable changed_;
    std::thread thread_;
};

}  // namespace runnel
