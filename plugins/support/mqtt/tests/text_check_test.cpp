// SPDX-License-Identifier: Apache-2.0
#include "mqtt/text_check.h"

#include <gtest/gtest.h>

#include <string>

namespace runnel::mqtt {
namespace {

using namespace std::string_view_literals;

TEST(TextCheckTest, TakesUtf8) {
    for (const std::string_view text :
         {""sv, "a"sv, "\x01\x7F"sv, "\xC2\x80"sv, "\xDF\xBF"sv, "\xE0\xA0\x80"sv, "\xED\x9F\xBF"sv,
          "\xEE\x80\x80"sv, "\xEF\xBF\xBF"sv, "\xEF\xBB\xBF"sv, "\xF0\x90\x80\x80"sv,
          "\xF4\x8F\xBF\xBF"sv, "eight characters and more ä"sv}) {
        EXPECT_TRUE(isText(text)) << text;
    }
}

TEST(TextCheckTest, RefusesWhatIsNoUtf8AtEveryPlace) {
    for (const std::string_view wrong :
         {"\0"sv, "\x80"sv, "\xBF"sv, "\xC0\x80"sv, "\xC1\xBF"sv, "\xC2"sv, "\xC2\x41"sv,
          "\xE0\x9F\xBF"sv, "\xE2\x82"sv, "\xED\xA0\x80"sv, "\xED\xBF\xBF"sv, "\xF0\x8F\xBF\xBF"sv,
          "\xF0\x9F\x98"sv, "\xF4\x90\x80\x80"sv, "\xF5\x80\x80\x80"sv, "\xFF"sv}) {
        for (std::size_t before = 0; before <= 16; ++before) {
            const std::string text = std::string(before, 'a') + std::string{wrong};
            EXPECT_FALSE(isText(text)) << before;
            EXPECT_FALSE(isText(text + "aaaaaaaaa")) << before;
        }
    }
}

}  // namespace
}  // namespace runnel::mqtt
