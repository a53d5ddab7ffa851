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

TEST(TokensTest, TakesATokenOfTheSameStreamAgain) {
    Tokens tokens;
    EXPECT_TRUE(tokens.add("a-token-of-sixteen", 7));
    const std::uint64_t number = tokens.find("a-token-of-sixteen")->token;
    EXPECT_TRUE(tokens.add("a-token-of-sixteen", 7));
    EXPECT_EQ(tokens.find("a-token-of-sixteen")->token, number);
}

TEST(TokensTest, ForgetsTheTokensOfOneStreamOnly) {
    Tokens tokens;
    tokens.add("a-token-of-sixteen", 7);
    tokens.add("another-of-sixteen", 7);
    tokens.add("a-token-of-others", 8);
    tokens.remove(7);
    EXPECT_FALSE(tokens.find("a-token-of-sixteen"));
    EXPECT_FALSE(tokens.find("another-of-sixteen"));
    EXPECT_EQ(tokens.find("a-token-of-others")->stream, 8U);
    EXPECT_TRUE(tokens.add("a-token-of-sixteen", 8));
    EXPECT_NE(tokens.find("a-token-of-sixteen")->token, tokens.find("a-token-of-others")->token);
}

TEST(TokensTest, MovesTokensToTheStreamThatComesNext) {
    Tokens tokens;
    tokens.add("a-token-of-sixteen", 7);
    tokens.move(7, 9);
    EXPECT_EQ(tokens.find("a-token-of-sixteen")->stream, 9U);
    tokens.remove(7);
    EXPECT_TRUE(tokens.find("a-token-of-sixteen"));
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
