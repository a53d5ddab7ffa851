// SPDX-License-Identifier: Apache-2.0
#include "admin/merge_patch.h"

#include <gtest/gtest.h>

#include "admin/json_body.h"

namespace runnel::admin {
namespace {

/// Of any kind.
Poco::Dynamic::Var value(const std::string& text) {
    return parseJson("[" + text + "]").extract<Poco::JSON::Array::Ptr>()->get(0);
}

/// The cases of RFC 7396, appendix A.
TEST(MergePatchTest, DoesWhatTheStandardSays) {
    struct Case {
        const char* target;
        const char* patch;
        const char* result;
    };
    const Case cases[] = {
        {R"({"a":"b"})", R"({"a":"c"})", R"({"a":"c"})"},
        {R"({"a":"b"})", R"({"b":"c"})", R"({"a":"b","b":"c"})"},
        {R"({"a":"b"})", R"({"a":null})", R"({})"},
        {R"({"a":"b","b":"c"})", R"({"a":null})", R"({"b":"c"})"},
        {R"({"a":["b"]})", R"({"a":"c"})", R"({"a":"c"})"},
        {R"({"a":"c"})", R"({"a":["b"]})", R"({"a":["b"]})"},
        {R"({"a":{"b":"c"}})", R"({"a":{"b":"d","c":null}})", R"({"a":{"b":"d"}})"},
        {R"({"a":[{"b":"c"}]})", R"({"a":[1]})", R"({"a":[1]})"},
        {R"(["a","b"])", R"(["c","d"])", R"(["c","d"])"},
        {R"({"a":"b"})", R"(["c"])", R"(["c"])"},
        {R"({"a":"foo"})", "null", "null"},
        {R"({"a":"foo"})", R"("bar")", R"("bar")"},
        {R"({"e":null})", R"({"a":1})", R"({"e":null,"a":1})"},
        {R"([1,2])", R"({"a":"b","c":null})", R"({"a":"b"})"},
        {R"({})", R"({"a":{"bb":{"ccc":null}}})", R"({"a":{"bb":{}}})"},
    };
    for (const Case& one : cases) {
        const auto target = value(one.target);
        EXPECT_EQ(jsonText(mergePatch(target, value(one.patch))), one.result) << one.patch;
        EXPECT_EQ(jsonText(target), one.target) << "the target has changed";
    }
}

}  // namespace
}  // namespace runnel::admin
