// SPDX-License-Identifier: Apache-2.0
#include "net/event_loop.h"

#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "tests/support/cpu_time.h"
#include "tests/support/loop_thread.h"

namespace runnel::net {
namespace {

using std::chrono::milliseconds;

/// An eventfd that is ready from the start.
class Source final : public EventHandler {
  public:
    Source(EventLoop& loop, std::function<void(Source&)> whenReady)
        : loop_(loop), whenReady_(std::move(whenReady)), fd_(::eventfd(1, EFD_NONBLOCK)) {
        loop_.add(fd_, EPOLLIN, *this);
    }
    ~Source() {
        loop_.remove(fd_, *this);
        ::close(fd_);
    }
    void ready(std::uint32_t) override {
        std::uint64_t count = 0;
        EXPECT_EQ(::read(fd_, &count, sizeof count), 8);
        whenReady_(*this);
    }

  private:
    EventLoop& loop_;
    std::function<void(Source&)> whenReady_;
    int fd_;
};

class Hook final : public TurnHook {
  public:
    explicit Hook(std::function<void(Hook&)> function) : function_(std::move(function)) {}
    ~Hook() override = default;
    void endOfTurn() override { function_(*this); }

  private:
    std::function<void(Hook&)> function_;
};

TEST(EventLoopTest, RunsEveryPostedTaskInOrderPerThread) {
    test::LoopThread thread;
    constexpr int kEach = 20000;
    std::vector<int> last(4, -1);
    int total = 0;
    std::vector<std::thread> posters;
    posters.reserve(4);
    for (int poster = 0; poster < 4; ++poster) {
        posters.emplace_back([&, poster] {
            for (int number = 0; number < kEach; ++number) {
                thread.loop().post([&last, &total, poster, number] {
                    EXPECT_EQ(last[static_cast<std::size_t>(poster)], number - 1);
                    last[static_cast<std::size_t>(poster)] = number;
                    ++total;
                });
            }
        });
    }
    for (std::thread& poster : posters) poster.join();
    thread.stop();
    EXPECT_EQ(total, 4 * kEach);
}

TEST(EventLoopTest, StopRunsWhatWasPostedBeforeAndLoopCanRunAgain) {
    EventLoop loop;
    int ran = 0;
    loop.post([&] { ++ran; });
    loop.stop();
    loop.run();
    EXPECT_EQ(ran, 1);
    loop.post([&] {
        ++ran;
        loop.stop();
    });
    loop.run();
    EXPECT_EQ(ran, 2);
}

TEST(EventLoopTest, KnowsItsOwnThread) {
    test::LoopThread thread;
    EXPECT_FALSE(thread.loop().isInLoopThread());
    EXPECT_TRUE(thread.call([&] { return thread.loop().isInLoopThread(); }));
}

// A loop without any descriptor of its own must sleep, not spin (poll sets of some libraries
// return at once when empty, and truncate sub-millisecond waits to zero).
TEST(EventLoopTest, SleepsWhileThereIsNothingToDo) {
    EventLoop loop;
    int turns = 0;
    Hook hook([&](Hook&) { ++turns; });
    loop.atEndOfTurn(hook);
    loop.after(milliseconds(30), [&] { loop.stop(); });
    const auto before = test::cpuTime();
    loop.run();
    EXPECT_LT(test::cpuTime() - before, milliseconds(15));
    EXPECT_EQ(turns, 1);
}

TEST(EventLoopTest, TimersFireInOrderOfTheirDeadlines) {
    EventLoop loop;
    std::vector<int> order;
    const auto start = EventLoop::Clock::now();
    loop.after(milliseconds(20), [&] { order.push_back(20); });
    loop.after(milliseconds(5), [&] { order.push_back(5); });
    loop.after(milliseconds(40), [&] { loop.stop(); });
    const TimerId cancelled = loop.after(milliseconds(1), [&] { order.push_back(1); });
    loop.cancel(cancelled);
    loop.cancel(cancelled);
    loop.cancel(TimerId::None);
    loop.run();
    EXPECT_EQ(order, (std::vector<int>{5, 20}));
    EXPECT_GE(EventLoop::Clock::now() - start, milliseconds(40));
}

TEST(EventLoopTest, PeriodicTimerMayCancelItself) {
    EventLoop loop;
    int count = 0;
    TimerId id = TimerId::None;
    id = loop.every(milliseconds(1), [&] {
        if (++count == 3) {
            loop.cancel(id);
            loop.after(milliseconds(10), [&] { loop.stop(); });
        }
    });
    loop.run();
    EXPECT_EQ(count, 3);
}

TEST(EventLoopTest, TimerCancelledByAnotherOfTheSameTurnDoesNotFire) {
    EventLoop loop;
    bool hasFired = false;
    TimerId second = TimerId::None;
    loop.after(milliseconds(0), [&] { loop.cancel(second); });
    second = loop.after(milliseconds(0), [&] { hasFired = true; });
    loop.after(milliseconds(5), [&] { loop.stop(); });
    loop.run();
    EXPECT_FALSE(hasFired);
}

TEST(EventLoopTest, HandlerDestroyedByAnotherInTheSameBatchIsNotCalled) {
    EventLoop loop;
    int calls = 0;
    std::vector<std::unique_ptr<Source>> sources;
    sources.reserve(50);
    for (int i = 0; i < 50; ++i) {
        sources.push_back(std::make_unique<Source>(loop, [&](Source& self) {
            ++calls;
            for (auto& source : sources) {
                if (source.get() != &self) source.reset();
            }
            loop.stop();
        }));
    }
    loop.run();
    EXPECT_EQ(calls, 1);
}

TEST(EventLoopTest, ObjectGivenToDestroyLaterOutlivesItsOwnCallback) {
    EventLoop loop;
    bool isAlive = true;
    struct Witness {
        bool& flag;
        ~Witness() { flag = false; }
    };
    auto witness = std::make_shared<Witness>(Witness{isAlive});
    isAlive = true;
    loop.post([&] {
        loop.destroyLater(std::move(witness));
        EXPECT_TRUE(isAlive);
        loop.stop();
    });
    loop.run();
    EXPECT_FALSE(isAlive);
}

TEST(EventLoopTest, HooksRunOncePerTurnAfterTasksAndMayScheduleOthers) {
    EventLoop loop;
    std::vector<std::string> order;
    Hook flush([&](Hook&) { order.emplace_back("flush"); });
    Hook gather([&](Hook&) {
        order.emplace_back("gather");
        loop.atEndOfTurn(flush);
    });
    loop.post([&] {
        loop.atEndOfTurn(gather);
        loop.atEndOfTurn(gather);
        order.emplace_back("task");
    });
    loop.stop();
    loop.run();
    EXPECT_EQ(order, (std::vector<std::string>{"task", "gather", "flush"}));
}

TEST(EventLoopTest, HookThatAlwaysReschedulesDoesNotStarveTheLoop) {
    EventLoop loop;
    int calls = 0;
    Hook hook([&](Hook& self) {
        ++calls;
        loop.atEndOfTurn(self);
    });
    loop.atEndOfTurn(hook);
    loop.after(milliseconds(5), [&] { loop.stop(); });
    loop.run();
    EXPECT_GT(calls, 4);
}

TEST(EventLoopTest, DestroyedHookLeavesTheList) {
    EventLoop loop;
    bool hasRun = false;
    auto doomed = std::make_unique<Hook>([&](Hook&) { hasRun = true; });
    Hook killer([&](Hook&) { doomed.reset(); });
    loop.atEndOfTurn(killer);
    loop.atEndOfTurn(*doomed);
    loop.stop();
    loop.run();
    EXPECT_FALSE(hasRun);
}

TEST(EventLoopTest, TimeStandsStillWithinATurn) {
    test::LoopThread thread;
    const bool isSame = thread.call([&] {
        const auto before = thread.loop().now();
        while (EventLoop::Clock::now() <= before + milliseconds(1)) {
        }
        return thread.loop().now() == before;
    });
    EXPECT_TRUE(isSame);
}

}  // namespace
}  // namespace runnel::net
