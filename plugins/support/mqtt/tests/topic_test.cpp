// SPDX-License-Identifier: Apache-2.0
#include "mqtt/topic.h"

#include <gtest/gtest.h>

#include <string>

namespace runnel::mqtt {
namespace {

using namespace std::string_view_literals;

TEST(TopicTest, TakesTopicNamesWithoutWildcards) {
    for (const std::string_view topic :
         {"a"sv, "/"sv, "a/b"sv, "//a"sv, "a/"sv, "$SYS/x"sv, "with space"sv, "ä/€"sv}) {
        EXPECT_TRUE(isTopicName(topic)) << topic;
    }
    EXPECT_TRUE(isTopicName(std::string(65'535, 'a')));
}

TEST(TopicTest, RefusesTopicNamesWithWildcardsOrZeroAtEveryPlace) {
    EXPECT_FALSE(isTopicName(""));
    EXPECT_FALSE(isTopicName(std::string(65'536, 'a')));
    for (std::size_t size = 1; size <= 20; ++size) {
        for (std::size_t place = 0; place < size; ++place) {
            for (const char wrong : {'+', '#', '\0'}) {
                std::string topic(size, 'a');
                topic[place] = wrong;
                EXPECT_FALSE(isTopicName(topic)) << size << " " << place << " " << wrong;
            }
        }
    }
}

TEST(TopicTest, TakesFiltersWithWildcardsThatFillALevel) {
    for (const std::string_view filter :
         {"#"sv, "+"sv, "a/#"sv, "+/#"sv, "/+"sv, "+/+/a"sv, "a//#"sv, "/"sv, "$SYS/#"sv,
          "$share"sv, "$share/g/a"sv, "$share/g/#"sv, "$share/g//"sv}) {
        EXPECT_TRUE(isTopicFilter(filter)) << filter;
    }
}

TEST(TopicTest, RefusesFiltersWithWildcardsThatShareALevel) {
    for (const std::string_view filter :
         {""sv, "a#"sv, "a/#/b"sv, "#/a"sv, "##"sv, "a+"sv, "+a/b"sv, "a/b+/c"sv, "a\0b"sv,
          "$share/"sv, "$share/g"sv, "$share/g/"sv, "$share//a"sv, "$share/+/a"sv, "$share/#/a"sv,
          "$share/g/a#"sv}) {
        EXPECT_FALSE(isTopicFilter(filter)) << filter;
    }
    EXPECT_FALSE(isTopicFilter(std::string(65'536, 'a')));
}

TEST(TopicTest, SeesSharedSubscriptions) {
    EXPECT_TRUE(isShared("$share/g/a"));
    EXPECT_FALSE(isShared("$share"));
    EXPECT_FALSE(isShared("$shared/g/a"));
    EXPECT_FALSE(isShared("a/$share/g"));
}

struct Match {
    std::string_view filter;
    std::string_view topic;
};

TEST(TopicTest, MatchesAsTheStandardSays) {
    for (const Match& match : {Match{"a/b", "a/b"},
                               {"sport/tennis/player1/#", "sport/tennis/player1"},
                               {"sport/tennis/player1/#", "sport/tennis/player1/ranking"},
                               {"sport/#", "sport"},
                               {"#", "a/b/c"},
                               {"#", "/"},
                               {"sport/tennis/+", "sport/tennis/player1"},
                               {"sport/+", "sport/"},
                               {"+/+", "/finance"},
                               {"/+", "/finance"},
                               {"+", "finance"},
                               {"+/b/+", "a/b/c"},
                               {"a/+/#", "a/b"},
                               {"$SYS/#", "$SYS/a"},
                               {"$SYS/+", "$SYS/a"},
                               {"a/+", "a/$b"},
                               {"a//b", "a//b"},
                               {"a/+/b", "a//b"}}) {
        EXPECT_TRUE(matches(match.filter, match.topic)) << match.filter << " " << match.topic;
    }
}

TEST(TopicTest, DoesNotMatchOtherTopics) {
    for (const Match& match : {Match{"a/b", "a"},
                               {"a", "a/b"},
                               {"a", "a/"},
                               {"a/", "a"},
                               {"a/b", "A/b"},
                               {"sport/tennis/+", "sport/tennis/player1/ranking"},
                               {"sport/+", "sport"},
                               {"+", "/finance"},
                               {"+", "a/b"},
                               {"a/+/#", "a"},
                               {"#", "$SYS/a"},
                               {"+/a", "$SYS/a"},
                               {"+", "$SYS"},
                               {"a/b/#", "a"},
                               {"/a", "a"}}) {
        EXPECT_FALSE(matches(match.filter, match.topic)) << match.filter << " " << match.topic;
    }
}

}  // namespace
}  // namespace runnel::mqtt
