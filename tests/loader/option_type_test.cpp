// SPDX-License-Identifier: Apache-2.0
#include "loader/option_type.h"

#include <gtest/gtest.h>

namespace runnel {
namespace {

TEST(OptionTypeTest, ReadsEveryTypeOfTheSdk) {
    for (const char* type : {"text", "boolean", "integer", "integer 1..65535", "integer -5..5",
                             "number", "number 0..1.5", "choice a|b|c", "list", "map"}) {
        EXPECT_TRUE(parseOptionType(type)) << type;
    }
}

TEST(OptionTypeTest, RefusesWhatIsNoType) {
    for (const char* type :
         {"", "Text", "text ", "text 1..2", "integer 1", "integer 5..1", "integer 1..x",
          "number a..b", "choice", "choice ", "choice a||b", "list a", "boolean|text"}) {
        EXPECT_FALSE(parseOptionType(type)) << type;
    }
}

TEST(OptionTypeTest, SaysWhatItExpects) {
    EXPECT_EQ(expectation(*parseOptionType("integer 1..65535")), "an integer from 1 to 65535");
    EXPECT_EQ(expectation(*parseOptionType("number 0..1.5")), "a number from 0 to 1.5");
    EXPECT_EQ(expectation(*parseOptionType("choice a|b")), "one of a, b");
    EXPECT_EQ(expectation(*parseOptionType("integer")), "an integer");
}

template <class T>
void expectReads(const char* type, const char* text, const T& expected) {
    const auto value = readScalar(*parseOptionType(type), text);
    ASSERT_TRUE(value) << type << " " << text;
    const T* typed = std::get_if<T>(&value->is);
    ASSERT_NE(typed, nullptr) << type << " " << text;
    EXPECT_EQ(*typed, expected);
}

TEST(OptionTypeTest, ReadsScalarsInRange) {
    expectReads<std::int64_t>("integer 1..65535", "65535", 65535);
    expectReads<std::int64_t>("integer", "-9223372036854775808", INT64_MIN);
    expectReads<double>("number 0..1.5", "1.5", 1.5);
    expectReads<bool>("boolean", "true", true);
    expectReads<std::string>("text", "*:8443", "*:8443");
    expectReads<std::string>("choice a|b", "b", "b");
}

TEST(OptionTypeTest, RefusesScalarsOutOfRangeOrOfOtherTypes) {
    EXPECT_FALSE(readScalar(*parseOptionType("integer 1..65535"), "0"));
    EXPECT_FALSE(readScalar(*parseOptionType("integer"), "9223372036854775808"));
    EXPECT_FALSE(readScalar(*parseOptionType("integer"), "1.0"));
    EXPECT_FALSE(readScalar(*parseOptionType("integer"), ""));
    EXPECT_FALSE(readScalar(*parseOptionType("number"), "inf"));
    EXPECT_FALSE(readScalar(*parseOptionType("number 0..1.5"), "1.51"));
    EXPECT_FALSE(readScalar(*parseOptionType("boolean"), "yes"));
    EXPECT_FALSE(readScalar(*parseOptionType("choice a|b"), "a|b"));
    EXPECT_FALSE(readScalar(*parseOptionType("list"), "[a]"));
}

TEST(OptionTypeTest, ReadsDefaultsOfListsAndMaps) {
    const auto list = readFallback(*parseOptionType("list"), "[a, b c]");
    ASSERT_TRUE(list);
    const auto& texts = std::get<List>(list->is);
    ASSERT_EQ(texts.size(), 2U);
    EXPECT_EQ(std::get<std::string>(texts[1].is), "b c");
    const auto map = readFallback(*parseOptionType("map"), "{X-Key: a:b, Y: c}");
    ASSERT_TRUE(map);
    EXPECT_EQ(valueOr<std::string>(std::get<Fields>(map->is), "X-Key", ""), "a:b");
    EXPECT_TRUE(std::get<List>(readFallback(*parseOptionType("list"), "[]")->is).empty());
    EXPECT_FALSE(readFallback(*parseOptionType("list"), "a, b"));
    EXPECT_FALSE(readFallback(*parseOptionType("map"), "{a}"));
}

}  // namespace
}  // namespace runnel
