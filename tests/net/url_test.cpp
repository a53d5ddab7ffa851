// SPDX-License-Identifier: Apache-2.0
#include "net/url.h"

#include <gtest/gtest.h>

namespace runnel::net {
namespace {

TEST(UrlTest, PercentDecodesByTable) {
    const std::pair<const char*, std::optional<std::string>> cases[] = {
        {"", ""},
        {"abc", "abc"},
        {"%41", "A"},
        {"%4a%4B", "JK"},
        {"a%20b", "a b"},
        {"a+b", "a+b"},
        {"%", std::nullopt},
        {"%4", std::nullopt},
        {"%4G", std::nullopt},
        {"%G4", std::nullopt},
        {"x%", std::nullopt},
        {"%00", std::nullopt},
        {"%25%34%31", "%41"},
        {"%C3%A4", "\xC3\xA4"},
        {"%2e%2E/", "../"},
    };
    for (const auto& [text, expected] : cases) EXPECT_EQ(percentDecode(text), expected) << text;
    EXPECT_EQ(percentDecode("a+b%2B", PlusSign::IsSpace), "a b+");
}

TEST(UrlTest, ParsesQueriesByTable) {
    const std::pair<const char*, std::optional<Query>> cases[] = {
        {"", Query{}},
        {"token=abc", Query{{"token", "abc"}}},
        {"a=1&a=2", Query{{"a", "1"}}},
        {"a=1&b=x+y", Query{{"a", "1"}, {"b", "x y"}}},
        {"a", Query{{"a", ""}}},
        {"a&b=", Query{{"a", ""}, {"b", ""}}},
        {"&&a=1&&", Query{{"a", "1"}}},
        {"a=b=c", Query{{"a", "b=c"}}},
        {"%61=%3D%26", Query{{"a", "=&"}}},
        {"=x", Query{{"", "x"}}},
        {"Token=a&token=b", Query{{"Token", "a"}, {"token", "b"}}},
        {"a=%", std::nullopt},
        {"%zz=1", std::nullopt},
    };
    for (const auto& [text, expected] : cases) EXPECT_EQ(parseQuery(text), expected) << text;
}

}  // namespace
}  // namespace runnel::net
