// SPDX-License-Identifier: Apache-2.0
#include "subscribers.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "net/event_loop.h"
#include "sessions/session_loop.h"
#include "subscriber_session.h"

namespace runnel::mqtt {
namespace {

using std::chrono::seconds;

class NoCore final : public ProtocolHost {
  public:
    Result<Grant, Denial> authenticate(std::string_view, std::string_view, bool) override {
        return Denial{Denial::Why::UnknownToken, ""};
    }
    Result<std::shared_ptr<SessionHost>, Denial> attach(const Grant&, SessionRequest,
                                                        std::shared_ptr<Session>) override {
        return Denial{Denial::Why::Stopping, ""};
    }
};

class SubscribersTest : public testing::Test {
  protected:
    std::shared_ptr<SubscriberSession> session() {
        return std::make_shared<SubscriberSession>(parts, "192.0.2.1:1");
    }
    static Filters filtersOf(const std::string& text) {
        return std::make_shared<const std::vector<Filter>>(1, Filter{text, 1});
    }
    /// Comes, subscribes and goes.
    void visit(const Subscribers::Key& who, seconds expiry, const std::string& filter = "#") {
        const auto visitor = session();
        subscribers.arrive(who, visitor, true, now);
        subscribers.note(who, *visitor, filtersOf(filter));
        subscribers.leave(who, *visitor, expiry, now);
    }

    net::EventLoop loop;
    sessions::SessionLoop sessionLoop{loop, std::chrono::seconds(60)};
    NoCore core;
    Subscribers subscribers;
    SubscriberSession::Parts parts{core, sessionLoop, subscribers, {}};
    Subscribers::Time now{};
    const Subscribers::Key key{1, "me"};
};

TEST_F(SubscribersTest, NobodyIsKnownAtFirst) {
    const auto arrival = subscribers.arrive(key, session(), false, now);
    EXPECT_EQ(arrival.before, nullptr);
    EXPECT_FALSE(arrival.isKnown);
    EXPECT_EQ(arrival.filters, nullptr);
}

TEST_F(SubscribersTest, WhoComesSecondFindsTheFirst) {
    const auto first = session();
    const auto second = session();
    subscribers.arrive(key, first, true, now);
    subscribers.note(key, *first, filtersOf("a"));
    const auto arrival = subscribers.arrive(key, second, false, now);
    EXPECT_EQ(arrival.before, first);
    EXPECT_TRUE(arrival.isKnown);
    ASSERT_TRUE(arrival.filters);
    EXPECT_EQ(arrival.filters->front().text, "a");
    // The first one's end must not take the second one's place away.
    subscribers.note(key, *first, filtersOf("late"));
    subscribers.leave(key, *first, seconds(0), now);
    EXPECT_EQ(subscribers.present(1), std::vector{second});
    EXPECT_EQ(subscribers.arrive(key, session(), false, now).filters->front().text, "a");
}

TEST_F(SubscribersTest, AClientIdCountsWithinItsStreamOnly) {
    const auto mine = session();
    const auto theirs = session();
    subscribers.arrive({1, "me"}, mine, true, now);
    EXPECT_EQ(subscribers.arrive({2, "me"}, theirs, true, now).before, nullptr);
    EXPECT_EQ(subscribers.present(1), std::vector{mine});
    EXPECT_EQ(subscribers.present(2), std::vector{theirs});
    EXPECT_TRUE(subscribers.present(3).empty());
}

TEST_F(SubscribersTest, FiltersAreKeptUntilTheyExpire) {
    visit(key, seconds(10));
    now += seconds(9);
    const auto arrival = subscribers.arrive(key, session(), false, now);
    EXPECT_TRUE(arrival.isKnown);
    EXPECT_TRUE(arrival.filters);
    visit({1, "other"}, seconds(10));
    now += seconds(10);
    EXPECT_FALSE(subscribers.arrive({1, "other"}, session(), false, now).isKnown);
}

TEST_F(SubscribersTest, ACleanStartForgets) {
    visit(key, seconds(10));
    const auto clean = session();
    EXPECT_FALSE(subscribers.arrive(key, clean, true, now).isKnown);
    subscribers.leave(key, *clean, seconds(10), now);
    EXPECT_FALSE(subscribers.arrive(key, session(), false, now).isKnown);
}

TEST_F(SubscribersTest, WithoutExpiryNothingIsKept) {
    visit(key, seconds(0));
    EXPECT_EQ(subscribers.size(), 0U);
}

TEST_F(SubscribersTest, RemembersSoManyAndThenNoMore) {
    constexpr std::size_t kMost = Subscribers::kMaxRemembered;
    for (std::size_t i = 0; i < kMost; ++i) visit({1, std::to_string(i)}, seconds(i == 0 ? 5 : 50));
    visit(key, seconds(50));
    EXPECT_EQ(subscribers.size(), kMost);
    EXPECT_FALSE(subscribers.arrive(key, session(), false, now).isKnown);
    now += seconds(6);  // one has expired
    visit({1, "later"}, seconds(50));
    EXPECT_TRUE(subscribers.arrive({1, "later"}, session(), false, now).isKnown);
    // Who comes back makes room for another.
    subscribers.arrive({1, "77"}, session(), false, now);
    visit({1, "last"}, seconds(50));
    EXPECT_TRUE(subscribers.arrive({1, "last"}, session(), false, now).isKnown);
}

TEST_F(SubscribersTest, WhoHasGoneWithoutAWordIsNotPresent) {
    subscribers.arrive(key, session(), true, now);
    EXPECT_TRUE(subscribers.present(1).empty());
}

}  // namespace
}  // namespace runnel::mqtt
