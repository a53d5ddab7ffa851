// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <future>
#include <thread>

#include "net/event_loop.h"

namespace runnel::test {

/// An EventLoop with its thread, for tests. Objects that live on the loop are made and destroyed
/// through call().
/// Thread safety: loop().post, call and stop from any thread but the loop's own.
class LoopThread final {
  public:
    LoopThread() : thread_([this] { loop_.run(); }) {}
    ~LoopThread() { stop(); }
    LoopThread(const LoopThread&) = delete;
    LoopThread& operator=(const LoopThread&) = delete;

    net::EventLoop& loop() { return loop_; }

    /// Runs `function` on the loop's thread and returns what it returns.
    template <typename Function>
    auto call(Function&& function) {
        std::packaged_task<decltype(function())()> task(std::forward<Function>(function));
        auto result = task.get_future();
        loop_.post([&task] { task(); });
        return result.get();
    }

    void stop() {
        if (!thread_.joinable()) return;
        loop_.stop();
        thread_.join();
    }

  private:
    net::EventLoop loop_;
    std::thread thread_;
};

}  // namespace runnel::test
