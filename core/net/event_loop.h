// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

struct epoll_event;

namespace runnel::net {

/// Something with a file descriptor. `ready` is called on the loop's thread with epoll's bits
/// (level-triggered). It may remove and destroy any handler, itself included (see
/// EventLoop::destroyLater for objects that are still on the call stack).
class EventHandler {
  public:
    virtual void ready(std::uint32_t events) = 0;

  protected:
    ~EventHandler() = default;
};

struct TurnLink {
    TurnLink* next = nullptr;
    TurnLink* previous = nullptr;
};

/// Something that wants to be called once at the end of the current turn, however often it asked:
/// the place to turn many small messages into one write. Being scheduled costs two pointers and
/// no allocation; the destructor takes the object off the list.
class TurnHook : private TurnLink {
  public:
    TurnHook() = default;
    TurnHook(const TurnHook&) = delete;
    TurnHook& operator=(const TurnHook&) = delete;
    virtual void endOfTurn() = 0;
    bool isScheduled() const { return next != nullptr; }

  protected:
    virtual ~TurnHook() { unlink(); }

  private:
    friend class EventLoop;
    void unlink();
};

enum class TimerId : std::uint64_t { None = 0 };

/// One thread's epoll loop with one eventfd (wake-ups) and one timerfd (timers).
///
/// A turn: wait; handlers of ready descriptors; due timers; posted tasks; end-of-turn hooks;
/// freeing of what was given to destroyLater. Nothing called by the loop may throw or block.
///
/// Thread safety: post, stop and isInLoopThread from any thread. Everything else on the thread in
/// run(), or on one other thread while run() is not active (building up and tearing down).
/// The loop must outlive everything that holds a reference to it.
class EventLoop final {
  public:
    using Clock = std::chrono::steady_clock;
    using Task = std::function<void()>;

    /// Throws std::system_error when the process is out of descriptors.
    EventLoop();
    ~EventLoop();
    EventLoop(const EventLoop&) = delete;
    EventLoop& operator=(const EventLoop&) = delete;

    /// Runs turns on the calling thread until stop(). Blocks SIGPIPE in this thread, since OpenSSL
    /// writes with write(). May be called again afterwards.
    void run();
    /// Every task posted before stop() still runs. A stop() before run() makes run() do one turn.
    void stop();
    /// Runs the task in this or the next turn. One lock, and one eventfd write if the queue was
    /// empty. The queue has no bound of its own: post once per batch, not once per message. Tasks
    /// left over when the loop dies are dropped without being run.
    void post(Task task);
    bool isInLoopThread() const;

    /// Calls `callback` once, `delay` from now at the earliest. Costs an allocation and O(log n):
    /// for deadlines of connections, not of messages.
    TimerId after(std::chrono::milliseconds delay, Task callback);
    /// Calls `callback` every `period` (> 0); a late turn calls it once, not several times.
    TimerId every(std::chrono::milliseconds period, Task callback);
    /// Unknown, finished and None ids are ignored. Allowed inside the timer's own callback.
    void cancel(TimerId id);
    /// Monotonic time of this turn's start; outside run() the current time.
    Clock::time_point now() const;

    /// The descriptor stays its owner's. Remove before closing. `events` are epoll's bits; with 0
    /// the kernel still reports EPOLLERR and EPOLLHUP, over and over: remove instead.
    /// Throws std::system_error when the kernel refuses (out of memory, limit of watches).
    void add(int fd, std::uint32_t events, EventHandler& handler);
    void modify(int fd, std::uint32_t events, EventHandler& handler);
    /// Afterwards `ready` is not called for this handler any more, not even for events that the
    /// current turn has already fetched.
    void remove(int fd, EventHandler& handler);

    /// Calls hook.endOfTurn() once at the end of this turn. A hook that schedules itself again
    /// while hooks run gets up to three more rounds in this turn, then the next turn.
    void atEndOfTurn(TurnHook& hook);
    /// Frees the object after this turn's handlers and hooks, so that code of the object that is
    /// still on the call stack may return through it.
    void destroyLater(std::shared_ptr<void> object);

    /// 64 KiB shared by all readers of this loop; valid until the reader's callback returns.
    std::span<std::uint8_t> scratch() { return scratch_; }
    /// An empty vector whose memory the last connection that had nothing left to send gave back for
    /// the next one to take: most buffers live for microseconds.
    std::vector<std::uint8_t>& spareOutput() { return spareOutput_; }

  private:
    struct Timer {
        Clock::time_point deadline;
        std::chrono::milliseconds period;
        Task callback;
    };

    void turn();
    void dispatch(std::span<epoll_event> batch);
    TimerId addTimer(Clock::duration delay, std::chrono::milliseconds period, Task callback);
    void runTimers();
    void runTimer(std::uint64_t id);
    void armTimerFd();
    void runTasks();
    void runHooks();
    void bury();
    void control(int operation, int fd, std::uint32_t events, EventHandler& handler);
    void wake();

    int epollFd_ = -1;
    int wakeFd_ = -1;
    int timerFd_ = -1;
    bool isRunning_ = false;
    bool isLastTurn_ = false;
    std::atomic<std::thread::id> thread_{};
    Clock::time_point now_{};
    std::span<epoll_event> batch_;
    std::unordered_map<std::uint64_t, Timer> timers_;
    std::set<std::pair<Clock::time_point, std::uint64_t>> deadlines_;
    std::uint64_t lastTimer_ = 0;
    Clock::time_point armed_ = Clock::time_point::max();
    TurnLink hooks_;
    std::vector<std::shared_ptr<void>> graveyard_;
    std::vector<std::uint8_t> scratch_;
    std::vector<std::uint8_t> spareOutput_;

    std::mutex mutex_;
    std::vector<Task> tasks_;  // guarded by mutex_
    bool isStopping_ = false;  // guarded by mutex_
};

}  // namespace runnel::net
