// SPDX-License-Identifier: Apache-2.0
#include "documents/json_text.h"

#include <gtest/gtest.h>

#include <limits>

#include "documents/utf8.h"

namespace runnel::documents {
namespace {

std::string quoted(std::string_view text) {
    std::string out;
    appendString(out, text);
    return out;
}

std::string valueText(const Value& value) {
    std::string out;
    appendValue(out, value);
    return out;
}

TEST(JsonTextTest, EscapesWhatJsonWantsEscaped) {
    EXPECT_EQ(quoted("plain / text"), "\"plain / text\"");
    EXPECT_EQ(quoted("a\"b\\c\nd\re\tf"), R"("a\"b\\c\nd\re\tf")");
    EXPECT_EQ(quoted(std::string_view{"\0\x01\x1F", 3}), R"("\u0000\u0001\u001F")");
    EXPECT_EQ(quoted("Größe 测量 😀"), "\"Größe 测量 😀\"");
    EXPECT_EQ(quoted(""), "\"\"");
}

TEST(JsonTextTest, ReplacesWhatIsNotUtf8) {
    const std::string bad = "\xEF\xBF\xBD";
    EXPECT_EQ(quoted("\xFF"), "\"" + bad + "\"");
    EXPECT_EQ(quoted("a\x80z"), "\"a" + bad + "z\"");
    EXPECT_EQ(quoted("\xC3"), "\"" + bad + "\"") << "cut off";
    EXPECT_EQ(quoted("\xC3\""), "\"" + bad + "\\\"\"") << "the quote is still escaped";
    EXPECT_EQ(quoted("\xC0\xAF"), "\"" + bad + bad + "\"") << "overlong";
    EXPECT_EQ(quoted("\xED\xA0\x80"), "\"" + bad + bad + bad + "\"") << "surrogate";
    EXPECT_EQ(quoted("\xF4\x90\x80\x80"), "\"" + bad + bad + bad + bad + "\"") << "too large";
}

TEST(JsonTextTest, KnowsTheBordersOfUtf8) {
    for (const char* good :
         {"\x7F", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80",
          "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"}) {
        EXPECT_EQ(utf8Length(good), std::string_view{good}.size());
    }
    for (const char* bad : {"\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF",
                            "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xE1\x80", "\xC2\xC2"}) {
        EXPECT_EQ(utf8Length(bad), 0U);
    }
}

TEST(JsonTextTest, WritesEveryKindOfValue) {
    const Fields fields{{"none", {}},
                        {"flag", {false}},
                        {"whole", {std::numeric_limits<std::int64_t>::min()}},
                        {"real", {0.1}},
                        {"large", {1e300}},
                        {"nan", {std::numeric_limits<double>::quiet_NaN()}},
                        {"infinite", {-std::numeric_limits<double>::infinity()}},
                        {"text \"x\"", {std::string{"é\x01"}}},
                        {"list", {List{{std::int64_t{1}}, {List{}}}}},
                        {"object", {Fields{}}}};
    EXPECT_EQ(valueText({fields}),
              R"({"none":null,"flag":false,"whole":-9223372036854775808,"real":0.1,)"
              R"("large":1e+300,"nan":null,"infinite":null,"text \"x\"":"é\u0001",)"
              R"("list":[1,[]],"object":{}})");
}

TEST(JsonTextTest, StopsAtTheDeepestLevel) {
    Value nested{std::int64_t{1}};
    for (int i = 0; i < 1'000; ++i) nested = Value{List{std::move(nested)}};
    const std::string brackets(kDeepest, '[');
    EXPECT_EQ(valueText(nested), brackets + "null" + std::string(kDeepest, ']'));
}

}  // namespace
}  // namespace runnel::documents
