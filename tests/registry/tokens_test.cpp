// SPDX-License-Identifier: Apache-2.0
#include "registry/tokens.h"

#include <gmock/gmock.h>

#include <set>

namespace runnel {
namespace {

TEST(TokensTest, FindsTheStreamOfAToken) {
    Tokens tokens;
    EXPECT_TRUE(tokens.add("first-token-of-16", 7));
    EXPECT_TRUE(tokens.add("second-token-of-16", 7));
    const auto first = tokens.find("first-token-of-16");
    const auto second = tokens.find("second-token-of-16");
    ASSERT_TRUE(first);
    ASSERT_TRUE(second);
    EXPECT_EQ(first->stream, 7U);
    EXPECT_NE(first->token, second->token) << "a stream's tokens have their own numbers";
}

TEST(TokensTest, FindsNothingElse) {
    Tokens tokens;
    EXPECT_FALSE(tokens.find(""));
    tokens.add("a-token-of-sixteen", 7);
    EXPECT_FALSE(tokens.find(""));
    EXPECT_FALSE(tokens.find("a-token-of-sixtee"));
    EXPECT_FALSE(tokens.find("A-token-of-sixteen"));
    EXPECT_FALSE(tokens.find(std::string("a-token-of-sixteen\0", 19)));
}

TEST(TokensTest, LetsATokenOpenOneStreamOnly) {
    Tokens tokens;
    EXPECT_TRUE(tokens.add("a-token-of-sixteen", 7));
    EXPECT_FALSE(tokens.add("a-token-of-sixteen", 8));
    EXPECT_EQ(tokens.find("a-token-of-sixteen")->stream, 7U);
}

TEST(TokensTest, MakesTokensOf43UrlSafeCharacters) {
    std::set<std::string> made;
    for (int i = 0; i < 100; ++i) {
        const std::string token = Tokens::make();
        EXPECT_THAT(token, ::testing::MatchesRegex("[-_A-Za-z0-9]+"));
        EXPECT_EQ(token.size(), 43U);
        made.insert(token);
    }
    EXPECT_EQ(made.size(), 100U);
}

}  // namespace
}  // namespace runnel
