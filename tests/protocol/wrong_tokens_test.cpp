// SPDX-License-Identifier: Apache-2.0
#include "protocol/wrong_tokens.h"

#include <gtest/gtest.h>

namespace runnel {
namespace {

using std::chrono::seconds;

TEST(WrongTokensTest, AllowsThirtyAMinuteAndAddress) {
    WrongTokens wrong;
    const Instant now{};
    for (std::size_t i = 0; i < WrongTokens::kPerMinute; ++i) {
        EXPECT_FALSE(wrong.isTooMany("192.0.2.1", now + seconds(i)));
    }
    EXPECT_TRUE(wrong.isTooMany("192.0.2.1", now + seconds(30)));
    EXPECT_FALSE(wrong.isTooMany("192.0.2.2", now + seconds(30))) << "another address";
    EXPECT_TRUE(wrong.isTooMany("192.0.2.1", now + seconds(59)));
    EXPECT_FALSE(wrong.isTooMany("192.0.2.1", now + seconds(60))) << "a new minute";
}

TEST(WrongTokensTest, CountsAtMost10000AddressesAndMakesRoomForNewOnes) {
    WrongTokens wrong;
    const Instant now{};
    for (std::size_t i = 0; i < WrongTokens::kMaxAddresses; ++i) {
        wrong.isTooMany("address " + std::to_string(i), now);
    }
    for (int i = 0; i < 100; ++i) EXPECT_FALSE(wrong.isTooMany("uncounted", now));
    for (int i = 0; i < 29; ++i) EXPECT_FALSE(wrong.isTooMany("address 5", now));
    EXPECT_TRUE(wrong.isTooMany("address 5", now)) << "known ones are counted on";
    for (int i = 0; i < 30; ++i) EXPECT_FALSE(wrong.isTooMany("late", now + seconds(60)));
    EXPECT_TRUE(wrong.isTooMany("late", now + seconds(60))) << "the old ones made room";
}

}  // namespace
}  // namespace runnel
