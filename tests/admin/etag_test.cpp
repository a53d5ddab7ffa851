// SPDX-License-Identifier: Apache-2.0
#include "admin/etag.h"

#include <gtest/gtest.h>

namespace runnel::admin {
namespace {

ApiRequest request(std::string method, std::string header, std::string value) {
    ApiRequest made;
    made.method = std::move(method);
    made.headers = {{std::move(header), std::move(value)}};
    return made;
}

int conditions(std::string header, std::string value, std::string_view current) {
    try {
        requireConditions(request("PUT", std::move(header), std::move(value)), current);
        return 200;
    } catch (const Problem& problem) {
        return problem.status();
    }
}

TEST(EtagTest, IsQuotedAndTellsDocumentsApart) {
    EXPECT_EQ(etagOf("a"), etagOf("a"));
    EXPECT_NE(etagOf("a"), etagOf("b"));
    EXPECT_EQ(etagOf("").size(), 18U);
    EXPECT_EQ(etagOf("").front(), '"');
}

TEST(EtagTest, IfMatchWantsOneOfItsTagsStrongly) {
    EXPECT_EQ(conditions("If-Match", "\"a\"", "\"a\""), 200);
    EXPECT_EQ(conditions("if-match", " \"x\" ,\"a\"", "\"a\""), 200);
    EXPECT_EQ(conditions("If-Match", "\"x,\", ,\"a\"", "\"a\""), 200);
    EXPECT_EQ(conditions("If-Match", "\"b\"", "\"a\""), 412);
    EXPECT_EQ(conditions("If-Match", "W/\"a\"", "\"a\""), 412);
    EXPECT_EQ(conditions("If-Match", "*", "\"a\""), 200);
    EXPECT_EQ(conditions("If-Match", "*", ""), 412);
    EXPECT_EQ(conditions("If-Match", "\"a\"", ""), 412);
    EXPECT_EQ(conditions("If-Match", "", "\"a\""), 200);
}

TEST(EtagTest, IfNoneMatchWantsNoneOfItsTags) {
    EXPECT_EQ(conditions("If-None-Match", "*", ""), 200);
    EXPECT_EQ(conditions("If-None-Match", "*", "\"a\""), 412);
    EXPECT_EQ(conditions("If-None-Match", "\"b\", W/\"a\"", "\"a\""), 412);
    EXPECT_EQ(conditions("If-None-Match", "\"b\"", "\"a\""), 200);
}

TEST(EtagTest, RefusesListsThatAreNone) {
    for (const char* list : {"a", "\"a", "\"a\" \"b\"", "W/", "w/\"a\"", "\"a\",b", "*,\"a\""}) {
        EXPECT_EQ(conditions("If-Match", list, "\"a\""), 400) << list;
    }
}

TEST(EtagTest, ADocumentThatTheClientHasIsNotSentAgain) {
    const std::string tag = etagOf("{}");
    const ApiAnswer first = document(request("GET", "If-None-Match", "\"other\""), "{}");
    EXPECT_EQ(first.status, 200);
    EXPECT_EQ(first.body, "{}");
    EXPECT_EQ(first.headers, (net::HttpHeaders{{"ETag", tag}}));
    const ApiAnswer again = document(request("GET", "If-None-Match", "W/" + tag), "{}");
    EXPECT_EQ(again.status, 304);
    EXPECT_EQ(again.body, "");
    EXPECT_EQ(document(request("PUT", "If-None-Match", tag), "{}").status, 200);
}

TEST(EtagTest, WhatWasMadeHasAPlaceThatIsAUri) {
    const ApiAnswer answer = created("{}", "/api/v1/streams/B\xC3\xA4y 1%?");
    EXPECT_EQ(answer.status, 201);
    EXPECT_EQ(answer.headers.back().second, "/api/v1/streams/B%C3%A4y%201%25%3F");
}

}  // namespace
}  // namespace runnel::admin
