// SPDX-License-Identifier: Apache-2.0
#include "tests/admin/account_fixture.h"

namespace runnel::admin {
namespace {

using namespace std::chrono_literals;
using test::Answer;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class KeyRoutesTest : public ::testing::Test, protected test::AccountFixture {
  protected:
    Answer send(const std::string& method, const std::string& path, std::string body = {},
                net::Query query = {}) {
        ApiRequest request;
        request.who = {"local", Role::Admin, {}};
        request.method = method;
        request.body = std::move(body);
        request.query = std::move(query);
        return test::call(routes_, "/api/v1/keys" + path, std::move(request));
    }

    const Routes routes_ = keyRoutes(keys);
};

TEST_F(KeyRoutesTest, MakesAKeyAndShowsItOnce) {
    const Answer answer = send(
        "POST", "",
        R"({"name":"grafana","role":"viewer","applications":["70b3d57ed0000001"],"expires":"2030-01-01T01:00:00+01:00"})");
    EXPECT_EQ(answer.status, 201);
    EXPECT_EQ(answer.header("Location"), "/api/v1/keys/1");
    const std::string text = answer.text("key");
    EXPECT_EQ(keys.lookUp(text)->rights, (Rights{Role::Viewer, {kApplication}}));
    const Answer shown = send("GET", "/1");
    EXPECT_EQ(shown.body,
              R"({"id":1,"name":"grafana","role":"viewer","applications":["70B3D57ED0000001"],)"
              R"("created":"2023-11-14T22:13:20.000Z","expires":"2030-01-01T00:00:00.000Z",)"
              R"("lastUsed":"2023-11-14T22:13:20.000Z"})");
    EXPECT_THAT(send("GET", "").body, Not(HasSubstr(text)));
}

TEST_F(KeyRoutesTest, ShowsAKeyThatNeverExpiresAndWasNeverUsed) {
    EXPECT_EQ(send("POST", "", R"({"name":"x","role":"admin","expires":null})").status, 201);
    EXPECT_EQ(send("GET", "/1").body, R"({"id":1,"name":"x","role":"admin","applications":[],)"
                                      R"("created":"2023-11-14T22:13:20.000Z"})");
}

TEST_F(KeyRoutesTest, SaysEverythingThatIsWrongAboutANewKeyAtOnce) {
    const Answer answer =
        send("POST", "", R"({"name":"","role":"operator","expires":"soon","key":"rk_mine"})");
    EXPECT_EQ(answer.status, 422);
    EXPECT_THAT(answer.body,
                AllOf(HasSubstr("\"/applications\""), HasSubstr("\"/expires\""),
                      HasSubstr("\"/key\""), HasSubstr("\"/name\""), Not(HasSubstr("rk_mine"))));
    const Answer past =
        send("POST", "", R"({"name":"x","role":"viewer","expires":"2020-01-01T00:00:00Z"})");
    EXPECT_EQ(past.status, 422);
    EXPECT_THAT(past.body, AllOf(HasSubstr("\"/expires\""), HasSubstr("in the future")));
}

TEST_F(KeyRoutesTest, RemovesAKey) {
    const std::string text = send("POST", "", R"({"name":"x","role":"viewer"})").text("key");
    EXPECT_EQ(send("DELETE", "/1").status, 204);
    EXPECT_FALSE(keys.lookUp(text));
    EXPECT_EQ(send("DELETE", "/1").status, 404);
    EXPECT_EQ(send("GET", "/1").status, 404);
}

TEST_F(KeyRoutesTest, KnowsNoKeyByAnythingButItsId) {
    send("POST", "", R"({"name":"x","role":"viewer"})");
    for (const char* id :
         {"0", "2", "x", "-1", "1x", " 1", "1.0", "99999999999999999999", "18446744073709551615"}) {
        EXPECT_EQ(send("GET", std::string("/") + id).status, 404) << id;
    }
}

TEST_F(KeyRoutesTest, ListsKeysInPages) {
    for (int i = 1; i <= 12; ++i) send("POST", "", R"({"name":"x","role":"viewer"})");
    const Answer first = send("GET", "", "", {{"limit", "10"}});
    EXPECT_THAT(first.body, AllOf(HasSubstr("\"id\":10"), Not(HasSubstr("\"id\":11"))));
    const Answer second = send("GET", "", "", {{"limit", "10"}, {"after", first.text("next")}});
    EXPECT_THAT(second.body, AllOf(HasSubstr("\"id\":11"), HasSubstr("\"id\":12"),
                                   Not(HasSubstr("\"id\":10")), Not(HasSubstr("next"))));
    EXPECT_EQ(send("GET", "", "", {{"after", "YWJj"}}).status, 400) << "\"abc\", no id";
}

TEST_F(KeyRoutesTest, IsForAdminsOnly) {
    for (const Route& route : routes_) EXPECT_EQ(route.need, Need::Admin);
}

class AuditRoutesTest : public ::testing::Test, protected test::AccountFixture {
  protected:
    AuditRoutesTest() {
        for (const char* object : {"/api/v1/users/anna", "/api/v1/users", "/api/v1/keys"}) {
            audit.append({.who = "user anna",
                          .address = "192.0.2.1",
                          .action = "POST",
                          .object = object,
                          .outcome = AuditEntry::Outcome::Refused,
                          .detail = "because"});
            clock.advance(1s);
        }
    }
    Answer get(net::Query query) {
        ApiRequest request;
        request.method = "GET";
        request.query = std::move(query);
        return test::call(routes_, "/api/v1/audit", std::move(request));
    }

    const Routes routes_ = auditRoutes(audit);
};

TEST_F(AuditRoutesTest, ShowsTheNewestFirstInPages) {
    const Answer first = get({{"limit", "1"}});
    EXPECT_THAT(first.body,
                HasSubstr(R"({"items":[{"time":"2023-11-14T22:13:22.000Z","who":"user anna",)"
                          R"("address":"192.0.2.1","action":"POST","object":"/api/v1/keys",)"
                          R"("outcome":"refused","detail":"because"}],"next":)"));
    const Answer rest = get({{"limit", "2"}, {"after", first.text("next")}});
    EXPECT_THAT(rest.body,
                AllOf(HasSubstr("/users/anna"), Not(HasSubstr("/keys")), Not(HasSubstr("next"))));
}

TEST_F(AuditRoutesTest, FiltersByWhoAndObject) {
    EXPECT_THAT(get({{"object", "/api/v1/users"}}).body, Not(HasSubstr("/keys")));
    EXPECT_EQ(get({{"who", "user ben"}}).body, R"({"items":[]})");
    EXPECT_EQ(get({{"after", "YWJj"}}).status, 400);
}

TEST_F(AuditRoutesTest, IsForAdminsOnly) {
    for (const Route& route : routes_) EXPECT_EQ(route.need, Need::Admin);
}

}  // namespace
}  // namespace runnel::admin
