// SPDX-License-Identifier: Apache-2.0
#include "admin/worker_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <latch>
#include <limits>
#include <stdexcept>

#include "tests/support/recording_log.h"

namespace runnel::admin {
namespace {

using Pace = WorkerPool::Pace;

/// Jobs that say when they run and wait to be let go.
struct Gate {
    std::atomic<int> running = 0;
    std::promise<void> opening;
    std::shared_future<void> open = opening.get_future().share();

    WorkerPool::Job job() {
        return [this] {
            ++running;
            running.notify_all();
            open.wait();
        };
    }
    void await(int count) {
        for (int now = running; now < count; now = running) running.wait(now);
    }
};

TEST(WorkerPoolTest, RefusesWhatIsMoreThanItsQueueHolds) {
    RecordingLog log;
    Gate gate;
    WorkerPool pool(log, {.threads = 2, .waiting = 3, .slowThreads = 1, .slowWaiting = 1});
    for (int i = 0; i < 2; ++i) ASSERT_TRUE(pool.run(gate.job()));
    gate.await(2);
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(pool.run(gate.job()));
    EXPECT_FALSE(pool.run(gate.job()));
    EXPECT_TRUE(pool.run(gate.job(), Pace::Slow));
    EXPECT_FALSE(pool.run(gate.job(), Pace::Slow));
    gate.opening.set_value();
    gate.await(6);
}

TEST(WorkerPoolTest, SlowJobsLeaveThreadsToTheOthers) {
    RecordingLog log;
    Gate slow;
    WorkerPool pool(log);
    for (int i = 0; i < 20; ++i) ASSERT_TRUE(pool.run(slow.job(), Pace::Slow));
    slow.await(2);
    std::latch quick(100);
    for (int i = 0; i < 100; ++i) ASSERT_TRUE(pool.run([&] { quick.count_down(); }));
    quick.wait();
    EXPECT_EQ(slow.running, 2);
    slow.opening.set_value();
    slow.await(20);
}

TEST(WorkerPoolTest, WhatAJobThrowsIsLogged) {
    RecordingLog log;
    {
        WorkerPool pool(log, {.threads = 1});
        std::promise<void> next;
        ASSERT_TRUE(pool.run([] { throw std::runtime_error("out of luck"); }));
        ASSERT_TRUE(pool.run([&] { next.set_value(); }));
        next.get_future().wait();
    }
    EXPECT_EQ(log.lines(), std::vector<std::string>{"admin: a worker's job failed: out of luck"});
}

TEST(WorkerPoolTest, StoppingEndsWhatRunsAndDropsWhatWaits) {
    RecordingLog log;
    Gate gate;
    // Never full: a refusal below means that it stops.
    WorkerPool pool(log, {.threads = 1, .waiting = std::numeric_limits<std::size_t>::max()});
    const auto held = std::make_shared<int>(0);
    ASSERT_TRUE(pool.run(gate.job()));
    gate.await(1);
    ASSERT_TRUE(pool.run([held] { ++*held; }));
    std::thread stopper([&] { pool.stop(); });
    while (pool.run([] {})) std::this_thread::yield();
    gate.opening.set_value();
    stopper.join();
    EXPECT_EQ(*held, 0);
    EXPECT_EQ(held.use_count(), 1);
}

}  // namespace
}  // namespace runnel::admin
