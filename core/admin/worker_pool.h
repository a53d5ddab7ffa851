// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "base/log.h"

namespace runnel::admin {

struct WorkerPoolSize {
    std::size_t threads = 4;
    std::size_t waiting = 256;    ///< jobs that may wait; more are refused
    std::size_t slowThreads = 2;  ///< how many may be busy with slow jobs at once
    std::size_t slowWaiting = 32;
};

/// Threads for what must not be done on an event loop: waiting for the disk, hashing passwords.
/// Slow jobs have a queue of their own and never all threads. Thread safety: any thread.
class WorkerPool final {
  public:
    enum class Pace : std::uint8_t { Quick, Slow };
    using Job = std::function<void()>;

    explicit WorkerPool(Log& log, WorkerPoolSize size = {});
    ~WorkerPool() { stop(); }
    WorkerPool(const WorkerPool&) = delete;
    WorkerPool& operator=(const WorkerPool&) = delete;

    /// False: too many are waiting, or the pool is stopped; the job will not run. What a job throws
    /// is logged.
    [[nodiscard]] bool run(Job job, Pace pace = Pace::Quick);
    /// Jobs that run are waited for, those that wait are dropped.
    void stop();

  private:
    void work();
    bool hasNext() const;
    void runNext(std::unique_lock<std::mutex>& lock);

    Log& log_;
    const WorkerPoolSize size_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<Job> quick_;
    std::deque<Job> slow_;
    std::size_t slowRunning_ = 0;
    bool isStopping_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace runnel::admin
