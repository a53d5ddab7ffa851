// SPDX-License-Identifier: Apache-2.0
#include "admin/json_body.h"

#include <gtest/gtest.h>

namespace runnel::admin {
namespace {

ApiRequest request(std::string body, std::string type = "application/json",
                   std::string method = "POST") {
    ApiRequest made;
    made.method = std::move(method);
    made.body = std::move(body);
    if (!type.empty()) made.headers = {{"content-type", std::move(type)}};
    return made;
}

/// What is refused, as "status detail"; "" if nothing is.
std::string refusal(const ApiRequest& asked) {
    try {
        jsonObject(asked);
        return {};
    } catch (const Problem& problem) {
        return std::to_string(problem.status()) + " " + problem.what();
    }
}

TEST(JsonBodyTest, KeepsWhatAnObjectSaysInItsOrder) {
    const std::string text =
        R"({"z":1,"a":[true,false,null,-2.5,"\u00e9\ud83d\ude00\n"],"n":18446744073709551615})";
    const auto object = jsonObject(request(text));
    EXPECT_EQ(object->getNames(), (std::vector<std::string>{"z", "a", "n"}));
    EXPECT_EQ(object->getArray("a")->getElement<std::string>(4), "\xC3\xA9\xF0\x9F\x98\x80\n");
    EXPECT_EQ(object->getValue<std::uint64_t>("n"), 18446744073709551615U);
    EXPECT_EQ(object->get("z").extract<Poco::Int64>(), 1);
}

TEST(JsonBodyTest, WantsItsContentType) {
    EXPECT_EQ(refusal(request("{}")), "");
    EXPECT_EQ(refusal(request("{}", "Application/JSON ; charset=utf-8")), "");
    EXPECT_EQ(refusal(request("{}", "application/merge-patch+json", "PATCH")), "");
    for (const char* type :
         {"", "text/plain", "application/jsonx", "application/merge-patch+json"}) {
        EXPECT_EQ(refusal(request("{}", type)).substr(0, 4), "415 ") << type;
    }
    EXPECT_EQ(refusal(request("{}", "text/plain")),
              "415 Content-Type has to be application/json, found \"text/plain\"");
}

TEST(JsonBodyTest, SaysWhatElseWasFound) {
    EXPECT_EQ(refusal(request("[]")), "400 the body has to be a JSON object, found an array");
    for (const char* text : {"1", "\"x\"", "true", "null", "1.5"}) {
        EXPECT_EQ(refusal(request(text)).substr(0, 4), "400 ") << text;
    }
    EXPECT_THROW(jsonArray(request("{}")), Problem);
    EXPECT_EQ(jsonArray(request("[1,2]"))->size(), 2U);
    EXPECT_EQ(refusal(request("")), "400 the body is not JSON: it is empty");
    EXPECT_EQ(optionalJsonObject(request("", ""))->size(), 0U);
    EXPECT_THROW(optionalJsonObject(request("[]")), Problem);
}

TEST(JsonBodyTest, RefusesWhateverIsNoProperDocument) {
    using namespace std::string_literals;
    const std::vector<std::string> wrong{
        "{",
        "}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{\"a\":1} x",
        "{\"a\":1}{}",
        "{'a':1}",
        "{a:1}",
        "{\"a\":NaN}",
        "{\"a\":Infinity}",
        "{\"a\":-}",
        "{\"a\":01}",
        "{\"a\":1e999}",
        "{\"a\":-1e999}",
        "{\"a\":" + std::string(400, '9') + "}",
        "{\"a\":1,\"a\":2}",
        "{\"b\":{\"a\":1,\"a\":2}}",
        "{\"a\":\"\\u0000\"}",
        "{\"a\\u0000b\":1}",
        "{\"a\":\"\\ud800\"}",
        "{\"a\":\"\\udc00\\ud800\"}",
        "{\"a\":\"\\uD83Dx\"}",
        "{\"a\":\"\\x\"}",
        "{\"a\":\"line\nbreak\"}",
        "{\"a\":\"\xFF\"}",
        "{\"a\":\"\xC0\xAF\"}",
        "{\"a\":\"\xED\xA0\x80\"}",
        "{\"a\":\"\xF4\x90\x80\x80\"}",
        "{\"a\":\"\0\"}"s,
        "{}\0"s,
        "/* c */{}",
        "\xEF\xBB\xBF{}",
        std::string(100, '[') + std::string(100, ']'),
    };
    for (const std::string& text : wrong) {
        EXPECT_EQ(refusal(request(text)).substr(0, 4), "400 ") << text;
    }
    EXPECT_EQ(refusal(request("{\"a\":1,\"a\":2}")),
              "400 the key \"a\" is there twice in one object");
}

TEST(JsonBodyTest, ABackslashAndU0000IsNoNul) {
    const auto object = jsonObject(request(R"({"a":"^[^\\u0000-\\u001f]$"})"));
    EXPECT_EQ(object->getValue<std::string>("a"), R"(^[^\u0000-\u001f]$)");
    EXPECT_EQ(refusal(request(R"({"a":"\\\u0000"})")),
              "400 the body is not JSON: there is a NUL in it");
}

TEST(JsonBodyTest, RefusesIntegersThatWouldBecomeOthers) {
    for (const std::string number :
         {"18446744073709551616", "-9223372036854775809", "99999999999999999999"}) {
        EXPECT_EQ(refusal(request(R"({"a":")"
                                  R"(\"","b":)" +
                                  number + "}"))
                      .substr(0, 15),
                  "400 an integer ")
            << number;
    }
    for (const std::string number :
         {"18446744073709551615", "-9223372036854775808", "0.12345678901234567890123", "1e-07",
          R"("18446744073709551616")", R"("\"18446744073709551616")",
          R"("\\",18446744073709551,"")"}) {
        EXPECT_EQ(refusal(request(R"({"a":[)" + number + "]}")), "") << number;
    }
}

TEST(JsonBodyTest, GoesThirtyTwoLevelsDeep) {
    const auto nested = [](int levels) {
        const auto size = static_cast<std::size_t>(levels - 1);
        return "{\"a\":" + std::string(size, '[') + std::string(size, ']') + "}";
    };
    EXPECT_EQ(refusal(request(nested(kMaxDepth))), "");
    EXPECT_EQ(refusal(request(nested(kMaxDepth + 1))).substr(0, 4), "400 ");
    EXPECT_EQ(refusal(request(std::string(kMaxBodyBytes, '['))).substr(0, 4), "400 ");
    EXPECT_EQ(refusal(request(std::string(kMaxBodyBytes + 1, ' '))).substr(0, 4), "413 ");
}

}  // namespace
}  // namespace runnel::admin
