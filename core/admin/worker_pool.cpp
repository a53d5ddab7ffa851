// SPDX-License-Identifier: Apache-2.0
#include "admin/worker_pool.h"

#include <exception>
#include <string>
#include <utility>

namespace runnel::admin {

WorkerPool::WorkerPool(Log& log, WorkerPoolSize size) : log_(log), size_(size) {
    threads_.reserve(size_.threads);
    for (std::size_t i = 0; i < size_.threads; ++i) threads_.emplace_back([this] { work(); });
}

bool WorkerPool::run(Job job, Pace pace) {
    {
        const std::lock_guard lock(mutex_);
        std::deque<Job>& queue = pace == Pace::Slow ? slow_ : quick_;
        const std::size_t most = pace == Pace::Slow ? size_.slowWaiting : size_.waiting;
        if (isStopping_ || queue.size() >= most) return false;
        queue.push_back(std::move(job));
    }
    wake_.notify_one();
    return true;
}

void WorkerPool::stop() {
    std::deque<Job> dropped;
    std::deque<Job> droppedSlow;
    {
        const std::lock_guard lock(mutex_);
        isStopping_ = true;
        dropped.swap(quick_);
        droppedSlow.swap(slow_);
    }
    wake_.notify_all();
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
}

bool WorkerPool::hasNext() const {
    return !quick_.empty() || (!slow_.empty() && slowRunning_ < size_.slowThreads);
}

void WorkerPool::work() {
    std::unique_lock lock(mutex_);
    while (true) {
        wake_.wait(lock, [this] { return isStopping_ || hasNext(); });
        if (isStopping_) return;
        runNext(lock);
    }
}

/// Slow jobs first when they may: they are few, and quick ones have threads that slow ones have
/// not.
void WorkerPool::runNext(std::unique_lock<std::mutex>& lock) {
    const bool isSlow = !slow_.empty() && slowRunning_ < size_.slowThreads;
    std::deque<Job>& queue = isSlow ? slow_ : quick_;
    Job job = std::move(queue.front());
    queue.pop_front();
    if (isSlow) ++slowRunning_;
    lock.unlock();
    try {
        job();
    } catch (const std::exception& error) {
        log_.write(Level::Error, "admin", std::string("a worker's job failed: ") + error.what());
    }
    job = nullptr;  // what it holds may take its time to go
    lock.lock();
    if (isSlow) --slowRunning_;
}

}  // namespace runnel::admin
