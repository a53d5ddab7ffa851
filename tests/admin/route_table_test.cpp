// SPDX-License-Identifier: Apache-2.0
#include "admin/route_table.h"

#include <gtest/gtest.h>

namespace runnel::admin {
namespace {

Route route(std::string method, std::string pattern) {
    return {std::move(method), std::move(pattern), Need::Login, {}, [](const ApiRequest&) {
                return ApiAnswer{};
            }};
}

Routes someRoutes() {
    Routes routes;
    routes.push_back(route("GET", "/v1/keys"));
    routes.push_back(route("POST", "/v1/keys"));
    routes.push_back(route("GET", "/v1/keys/{key}"));
    routes.push_back(route("DELETE", "/v1/keys/{key}"));
    routes.push_back(route("GET", "/v1/keys/own"));
    routes.push_back(route("PUT", "/v1/keys/{key}/uses/{use}"));
    return routes;
}

/// "GET /pattern name=value", or "404", or "405 Allow".
std::string found(std::string_view method, std::string_view path) {
    const RouteTable table(someRoutes());
    try {
        const RouteTable::Match match = table.find(method, path);
        std::string text = match.route->method + " " + match.route->pattern;
        for (const auto& [name, value] : match.path) text += " " + name + "=" + value;
        return text;
    } catch (const Problem& problem) {
        const net::HttpResponse response = problem.response();
        return std::to_string(response.status) +
               (response.headers.empty() ? "" : " " + response.headers.front().second);
    }
}

TEST(RouteTableTest, FindsByMethodAndPath) {
    EXPECT_EQ(found("GET", "/v1/keys"), "GET /v1/keys");
    EXPECT_EQ(found("POST", "/v1/keys"), "POST /v1/keys");
    EXPECT_EQ(found("DELETE", "/v1/keys/a b\xC3\xA9"), "DELETE /v1/keys/{key} key=a b\xC3\xA9");
    EXPECT_EQ(found("PUT", "/v1/keys/7/uses/{x}"), "PUT /v1/keys/{key}/uses/{use} key=7 use={x}");
    EXPECT_EQ(found("HEAD", "/v1/keys"), "GET /v1/keys");
}

TEST(RouteTableTest, PrefersWhatIsWritten) {
    EXPECT_EQ(found("GET", "/v1/keys/own"), "GET /v1/keys/own");
    EXPECT_EQ(found("PUT", "/v1/keys/own/uses/1"), "PUT /v1/keys/{key}/uses/{use} key=own use=1");
}

TEST(RouteTableTest, SaysWhatElseIsPossible) {
    EXPECT_EQ(found("PUT", "/v1/keys"), "405 GET, HEAD, POST");
    EXPECT_EQ(found("OPTIONS", "/v1/keys/7"), "405 DELETE, GET, HEAD");
    EXPECT_EQ(found("HEAD", "/v1/keys/7/uses/1"), "405 PUT");
    EXPECT_EQ(found("get", "/v1/keys"), "405 GET, HEAD, POST");
}

TEST(RouteTableTest, FindsNothingElsewhere) {
    for (const char* path :
         {"", "*", "/", "/v1", "/v1/", "/v1/keys/", "/v1//keys", "//v1/keys", "/v1/keys/7/uses",
          "/v1/keys/7/uses/", "/v1/keys/7/uses/1/x", "v1/keys", "/V1/keys", "/v1/keys//uses/1"}) {
        EXPECT_EQ(found("GET", path), "404") << path;
    }
}

TEST(RouteTableTest, RefusesRoutesThatCannotBe) {
    EXPECT_THROW(RouteTable({route("GET", "/a/{b}"), route("GET", "/a/{c}")}), std::logic_error);
    Route empty = route("GET", "/a");
    empty.handler = nullptr;
    EXPECT_THROW(RouteTable({empty}), std::logic_error);
}

}  // namespace
}  // namespace runnel::admin
