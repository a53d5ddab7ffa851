// SPDX-License-Identifier: Apache-2.0
#include "admin/problem.h"

#include <gtest/gtest.h>

#include "admin/json_body.h"
#include "admin/json_string.h"
#include "admin/route.h"

namespace runnel::admin {
namespace {

TEST(ProblemTest, IsADocument) {
    Problem problem(422, "two things", {{"/name", "must be \"text\""}, {"", "is strange"}});
    const net::HttpResponse response = problem.with("Retry-After", "5").response();
    EXPECT_EQ(response.status, 422);
    EXPECT_EQ(response.contentType, "application/problem+json");
    EXPECT_EQ(response.headers, (net::HttpHeaders{{"Retry-After", "5"}}));
    EXPECT_EQ(response.body,
              R"({"type":"about:blank","title":"Unprocessable Content","status":422,)"
              R"("detail":"two things","errors":[{"pointer":"/name","detail":"must be \"text\""},)"
              R"({"pointer":"","detail":"is strange"}]})");
}

TEST(ProblemTest, WhateverIsInItsTextIsJson) {
    std::string everything;
    for (int i = 0; i < 256; ++i) everything += static_cast<char>(i);
    const auto object = parseJson("{\"a\":" + jsonString(everything.substr(1)) + "}")
                            .extract<Poco::JSON::Object::Ptr>();
    EXPECT_EQ(object->getValue<std::string>("a").substr(0, 127), everything.substr(1, 127));
    EXPECT_EQ(jsonString("\xC3\xA9\xC3"), "\"\xC3\xA9\xEF\xBF\xBD\"");
    EXPECT_EQ(jsonString(std::string_view("\0", 1)), "\"\\u0000\"");
    const std::string body = Problem(400, everything).response().body;
    EXPECT_EQ(firstNonUtf8(body), body.size());
}

TEST(ApiRequestTest, GivesWhatWasAskedFor) {
    ApiRequest request;
    request.path = {{"device", "00-80-e1-15-05-29-e2-58"}, {"application", "x"}};
    request.headers = {{"X-Thing", "1"}};
    EXPECT_EQ(text(request.eui("device")), "0080E1150529E258");
    EXPECT_THROW(request.eui("application"), Problem);
    EXPECT_THROW(request.parameter("stream"), std::logic_error);
    EXPECT_EQ(request.header("x-thing"), "1");
    EXPECT_EQ(request.header("x-thin"), "");
    EXPECT_EQ(request.queryText("limit"), "");
}

}  // namespace
}  // namespace runnel::admin
