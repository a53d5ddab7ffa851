// SPDX-License-Identifier: Apache-2.0
#include "ingress/repeats.h"

#include <gtest/gtest.h>

#include <string>

namespace runnel {
namespace {

TEST(RepeatsTest, KnowsAnIdAgainForItsConnectorOnly) {
    Repeats repeats;
    EXPECT_FALSE(repeats.isRepeat("a", "1"));
    EXPECT_TRUE(repeats.isRepeat("a", "1"));
    EXPECT_FALSE(repeats.isRepeat("b", "1"));
    EXPECT_FALSE(repeats.isRepeat("a", "2"));
    EXPECT_TRUE(repeats.isRepeat("a", "1"));
}

TEST(RepeatsTest, DoesNotMixConnectorAndId) {
    Repeats repeats;
    EXPECT_FALSE(repeats.isRepeat("ab", "c"));
    EXPECT_FALSE(repeats.isRepeat("a", "bc"));
}

TEST(RepeatsTest, TakesNoIdForNoRepeat) {
    Repeats repeats;
    EXPECT_FALSE(repeats.isRepeat("a", ""));
    EXPECT_FALSE(repeats.isRepeat("a", ""));
}

TEST(RepeatsTest, ForgetsTheOldestBeyond65536) {
    Repeats repeats;
    for (std::size_t i = 0; i < Repeats::kRemembered; ++i) {
        EXPECT_FALSE(repeats.isRepeat("a", std::to_string(i)));
    }
    EXPECT_TRUE(repeats.isRepeat("a", "0")) << "the last 65,536 are known";
    EXPECT_FALSE(repeats.isRepeat("a", "one more"));
    EXPECT_FALSE(repeats.isRepeat("a", "0")) << "it was the oldest, and is remembered anew";
    EXPECT_TRUE(repeats.isRepeat("a", "0"));
    EXPECT_FALSE(repeats.isRepeat("a", "1")) << "pushed out by it";
    EXPECT_TRUE(repeats.isRepeat("a", "65535"));
}

}  // namespace
}  // namespace runnel
