// SPDX-License-Identifier: Apache-2.0
#include "net/event_loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <array>
#include <cassert>
#include <cerrno>
#include <csignal>
#include <system_error>

namespace runnel::net {

namespace {

constexpr std::size_t kBatch = 256;
constexpr int kHookRounds = 4;

int checked(int result, const char* what) {
    if (result < 0) throw std::system_error(errno, std::generic_category(), what);
    return result;
}

void consume(int fd) {
    std::uint64_t count = 0;
    while (::read(fd, &count, sizeof count) < 0 && errno == EINTR) {
    }
}

}  // namespace

void TurnHook::unlink() {
    if (next == nullptr) return;
    previous->next = next;
    next->previous = previous;
    next = previous = nullptr;
}

EventLoop::EventLoop() : scratch_(std::size_t{64} * 1024) {
    hooks_.next = hooks_.previous = &hooks_;
    epollFd_ = checked(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
    wakeFd_ = checked(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd");
    timerFd_ =
        checked(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK), "timerfd_create");
    for (int* fd : {&wakeFd_, &timerFd_}) {
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.ptr = fd;
        checked(::epoll_ctl(epollFd_, EPOLL_CTL_ADD, *fd, &event), "epoll_ctl");
    }
}

EventLoop::~EventLoop() {
    assert(!isRunning_);
    timers_.clear();
    tasks_.clear();
    bury();
    while (hooks_.next != &hooks_) static_cast<TurnHook*>(hooks_.next)->unlink();
    for (int fd : {epollFd_, wakeFd_, timerFd_}) ::close(fd);
}

void EventLoop::run() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    thread_ = std::this_thread::get_id();
    isRunning_ = true;
    isLastTurn_ = false;
    while (!isLastTurn_) turn();
    isRunning_ = false;
    thread_ = std::thread::id{};
}

void EventLoop::stop() {
    {
        const std::lock_guard lock(mutex_);
        isStopping_ = true;
    }
    wake();
}

void EventLoop::post(Task task) {
    bool wasEmpty = false;
    {
        const std::lock_guard lock(mutex_);
        wasEmpty = tasks_.empty();
        tasks_.push_back(std::move(task));
    }
    if (wasEmpty) wake();
}

void EventLoop::wake() {
    const std::uint64_t one = 1;
    while (::write(wakeFd_, &one, sizeof one) < 0 && errno == EINTR) {
    }
}

bool EventLoop::isInLoopThread() const {
    return thread_ == std::this_thread::get_id();
}

EventLoop::Clock::time_point EventLoop::now() const {
    return isRunning_ ? now_ : Clock::now();
}

void EventLoop::turn() {
    std::array<epoll_event, kBatch> events;
    const int timeout = hooks_.next == &hooks_ ? -1 : 0;
    const int count = ::epoll_wait(epollFd_, events.data(), kBatch, timeout);
    now_ = Clock::now();
    dispatch(std::span(events).first(count > 0 ? static_cast<std::size_t>(count) : 0));
    runHooks();
    bury();
}

void EventLoop::dispatch(std::span<epoll_event> batch) {
    batch_ = batch;
    bool areTimersDue = false;
    bool areTasksDue = false;
    for (const epoll_event& event : batch) {
        if (event.data.ptr == &wakeFd_) {
            areTasksDue = true;
        } else if (event.data.ptr == &timerFd_) {
            areTimersDue = true;
        } else if (event.data.ptr != nullptr) {
            static_cast<EventHandler*>(event.data.ptr)->ready(event.events);
        }
    }
    batch_ = {};
    if (areTimersDue) runTimers();
    if (areTasksDue) runTasks();
}

TimerId EventLoop::after(std::chrono::milliseconds delay, Task callback) {
    return addTimer(delay, std::chrono::milliseconds::zero(), std::move(callback));
}

TimerId EventLoop::every(std::chrono::milliseconds period, Task callback) {
    assert(period.count() > 0);
    return addTimer(period, period, std::move(callback));
}

TimerId EventLoop::addTimer(Clock::duration delay, std::chrono::milliseconds period,
                            Task callback) {
    const std::uint64_t id = ++lastTimer_;
    const Clock::time_point deadline = now() + delay;
    timers_.emplace(id, Timer{deadline, period, std::move(callback)});
    deadlines_.emplace(deadline, id);
    armTimerFd();
    return TimerId{id};
}

void EventLoop::cancel(TimerId id) {
    const auto found = timers_.find(static_cast<std::uint64_t>(id));
    if (found == timers_.end()) return;
    deadlines_.erase({found->second.deadline, found->first});
    const Timer doomed = std::move(found->second);  // its captures may call back into the loop
    timers_.erase(found);
}

/// Never re-arms for a later time: a cancelled timer costs one early wake-up instead of a system
/// call for each cancellation.
void EventLoop::armTimerFd() {
    if (deadlines_.empty() || deadlines_.begin()->first >= armed_) return;
    armed_ = deadlines_.begin()->first;
    const auto since = std::chrono::duration_cast<std::chrono::nanoseconds>(
        std::max(armed_.time_since_epoch(), Clock::duration(1)));
    itimerspec spec{};
    spec.it_value.tv_sec = since.count() / 1'000'000'000;
    spec.it_value.tv_nsec = since.count() % 1'000'000'000;
    ::timerfd_settime(timerFd_, TFD_TIMER_ABSTIME, &spec, nullptr);
}

void EventLoop::runTimers() {
    consume(timerFd_);
    armed_ = Clock::time_point::max();
    std::vector<std::uint64_t> due;
    for (const auto& [deadline, id] : deadlines_) {
        if (deadline > now_) break;
        due.push_back(id);
    }
    for (const std::uint64_t id : due) runTimer(id);
    armTimerFd();
}

void EventLoop::runTimer(std::uint64_t id) {
    const auto found = timers_.find(id);
    if (found == timers_.end()) return;  // cancelled by an earlier one of this turn
    const Task callback = std::move(found->second.callback);
    const std::chrono::milliseconds period = found->second.period;
    if (period.count() == 0) {
        cancel(TimerId{id});
        callback();
        return;
    }
    deadlines_.erase({found->second.deadline, id});
    found->second.deadline = now_ + period;
    deadlines_.emplace(found->second.deadline, id);
    callback();
    if (const auto again = timers_.find(id); again != timers_.end()) {
        again->second.callback = callback;
    }
}

void EventLoop::runTasks() {
    consume(wakeFd_);
    std::vector<Task> tasks;
    {
        const std::lock_guard lock(mutex_);
        tasks.swap(tasks_);
        isLastTurn_ = isStopping_;
        isStopping_ = false;
    }
    for (const Task& task : tasks) task();
}

void EventLoop::atEndOfTurn(TurnHook& hook) {
    if (hook.isScheduled()) return;
    TurnLink& link = hook;
    link.next = &hooks_;
    link.previous = hooks_.previous;
    hooks_.previous->next = &link;
    hooks_.previous = &link;
}

void EventLoop::runHooks() {
    for (int round = 0; round < kHookRounds && hooks_.next != &hooks_; ++round) {
        // This round's hooks move to a list of their own; what is scheduled meanwhile waits for the
        // next round. Destroyed hooks unlink themselves from whichever list they are in.
        TurnLink current = hooks_;
        current.next->previous = current.previous->next = &current;
        hooks_.next = hooks_.previous = &hooks_;
        while (current.next != &current) {
            auto* hook = static_cast<TurnHook*>(current.next);
            hook->unlink();
            hook->endOfTurn();
        }
    }
}

void EventLoop::destroyLater(std::shared_ptr<void> object) {
    graveyard_.push_back(std::move(object));
}

void EventLoop::bury() {
    while (!graveyard_.empty()) {
        const std::vector<std::shared_ptr<void>> dead = std::move(graveyard_);
        graveyard_.clear();
    }
}

void EventLoop::add(int fd, std::uint32_t events, EventHandler& handler) {
    control(EPOLL_CTL_ADD, fd, events, handler);
}

void EventLoop::modify(int fd, std::uint32_t events, EventHandler& handler) {
    control(EPOLL_CTL_MOD, fd, events, handler);
}

void EventLoop::control(int operation, int fd, std::uint32_t events, EventHandler& handler) {
    epoll_event event{};
    event.events = events;
    event.data.ptr = &handler;
    checked(::epoll_ctl(epollFd_, operation, fd, &event), "epoll_ctl");
}

void EventLoop::remove(int fd, EventHandler& handler) {
    ::epoll_ctl(epollFd_, EPOLL_CTL_DEL, fd, nullptr);
    for (epoll_event& event : batch_) {
        if (event.data.ptr == &handler) event.data.ptr = nullptr;
    }
}

}  // namespace runnel::net
