// SPDX-License-Identifier: Apache-2.0
#include "observe/live_feed.h"

#include <gtest/gtest.h>

#include <thread>

namespace runnel {
namespace {

LiveFeed::Filter everything() {
    return [](const LiveEvent&) { return true; };
}

void publish(LiveFeed& feed, std::string data, std::string kind = "message") {
    feed.publish([&] { return LiveEvent{kind, std::nullopt, data}; });
}

std::vector<std::string> dataOf(const LiveFeed::Subscription::Batch& batch) {
    std::vector<std::string> data;
    for (const auto& event : batch.events) data.push_back(event->data);
    return data;
}

TEST(LiveFeedTest, MakesNoEventForNobody) {
    LiveFeed feed;
    feed.publish([]() -> LiveEvent { throw std::logic_error("nobody watches"); });
    {
        const auto passing = feed.subscribe(everything(), [] {});
    }
    feed.publish([]() -> LiveEvent { throw std::logic_error("nobody watches any more"); });
    EXPECT_FALSE(feed.isWatched());
}

TEST(LiveFeedTest, GivesEachWatcherWhatItsFilterLetsThrough) {
    LiveFeed feed;
    const auto all = feed.subscribe(everything(), [] {});
    const auto health =
        feed.subscribe([](const LiveEvent& event) { return event.kind == "health"; }, [] {});
    publish(feed, "1");
    publish(feed, "2", "health");
    EXPECT_EQ(dataOf(all->take(10)), (std::vector<std::string>{"1", "2"}));
    const auto batch = health->take(10);
    ASSERT_EQ(dataOf(batch), std::vector<std::string>{"2"});
    EXPECT_EQ(batch.events.front()->id, 2U);
    EXPECT_TRUE(all->take(10).events.empty());
}

TEST(LiveFeedTest, TellsASlowWatcherHowManyItHasLost) {
    LiveFeed feed;
    const auto watcher = feed.subscribe(everything(), [] {});
    for (std::size_t i = 0; i < LiveFeed::kMaxWaiting + 7; ++i) publish(feed, std::to_string(i));
    const auto first = watcher->take(1);
    EXPECT_EQ(first.lost, 7U);
    EXPECT_EQ(dataOf(first), std::vector<std::string>{"7"});
    const auto rest = watcher->take(LiveFeed::kMaxWaiting);
    EXPECT_EQ(rest.lost, 0U);
    EXPECT_EQ(rest.events.size(), LiveFeed::kMaxWaiting - 1);
}

TEST(LiveFeedTest, WakesAWatcherOncePerBatch) {
    LiveFeed feed;
    int wakes = 0;
    const auto watcher = feed.subscribe(everything(), [&] { ++wakes; });
    for (int i = 0; i < 5; ++i) publish(feed, "x");
    EXPECT_EQ(wakes, 1);
    EXPECT_EQ(watcher->take(5).events.size(), 5U);
    publish(feed, "x");
    EXPECT_EQ(wakes, 1) << "a full batch: the watcher comes back by itself";
    EXPECT_EQ(watcher->take(5).events.size(), 1U);
    publish(feed, "x");
    EXPECT_EQ(wakes, 2);
}

TEST(LiveFeedTest, WatchersComeAndGoWhileOthersPublish) {
    LiveFeed feed;
    std::atomic<bool> isOver = false;
    std::vector<std::thread> publishers;
    for (int i = 0; i < 2; ++i) {
        publishers.emplace_back([&] {
            while (!isOver) publish(feed, "x");
        });
    }
    std::size_t seen = 0;
    for (int i = 0; i < 200 || seen == 0; ++i) {
        const auto watcher = feed.subscribe(everything(), [] {});
        seen += watcher->take(10).events.size();
    }
    isOver = true;
    for (std::thread& thread : publishers) thread.join();
    EXPECT_FALSE(feed.isWatched());
}

}  // namespace
}  // namespace runnel
