// SPDX-License-Identifier: Apache-2.0
#include "config/suggestion.h"

#include <gtest/gtest.h>

namespace runnel {
namespace {

TEST(SuggestionTest, NamesTheClosestWord) {
    EXPECT_EQ(didYouMean("lissten", {"token", "listen"}), " (did you mean 'listen'?)");
    EXPECT_EQ(didYouMean("LISTEN", {"listen"}), " (did you mean 'listen'?)");
    EXPECT_EQ(didYouMean("notacknowleged", {"acknowledged", "notAcknowledged"}),
              " (did you mean 'notAcknowledged'?)");
}

TEST(SuggestionTest, StaysSilentWhenNothingIsClose) {
    EXPECT_EQ(didYouMean("name", {"eui", "tags"}), "");
    EXPECT_EQ(didYouMean("", {"a", "bc"}), "");
    EXPECT_EQ(didYouMean(std::string(5000, 'a'), {"a"}), "");
    EXPECT_EQ(didYouMean("x", {}), "");
}

TEST(SuggestionTest, JoinsWords) {
    EXPECT_EQ(joined({}), "none");
    EXPECT_EQ(joined({"a", "b"}), "a, b");
}

}  // namespace
}  // namespace runnel
