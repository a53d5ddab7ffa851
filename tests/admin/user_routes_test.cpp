// SPDX-License-Identifier: Apache-2.0
#include "tests/admin/account_fixture.h"

namespace runnel::admin {
namespace {

using test::Answer;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

class UserRoutesTest : public ::testing::Test, protected test::AccountFixture {
  protected:
    /// As anna, the admin, by the Unix socket.
    Answer send(const std::string& method, const std::string& path, std::string body = {},
                net::HttpHeaders headers = {}) {
        ApiRequest request;
        request.who = {"local", Role::Admin, {}};
        request.method = method;
        request.body = std::move(body);
        request.headers = std::move(headers);
        return test::call(routes_, "/api/v1/users" + path, std::move(request));
    }
    /// PUT of a password by `name`, who is logged in.
    Answer setPassword(const Sessions::Started& by, const std::string& of, std::string body) {
        ApiRequest request;
        request.who = users.find(by.session.user)->principal();
        request.session = by.id;
        request.address = "192.0.2.1";
        request.method = "PUT";
        request.body = std::move(body);
        return test::call(routes_, "/api/v1/users/" + of + "/password", std::move(request));
    }
    bool mayLogIn(const std::string& name, const std::string& password) {
        return static_cast<bool>(users.login(name, password, "192.0.2.7"));
    }

    const Routes routes_ = userRoutes(users, sessions);
};

TEST_F(UserRoutesTest, ShowsAUser) {
    const Answer answer = send("GET", "/ben");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, R"({"name":"ben","role":"operator","applications":["70B3D57ED0000001"],)"
                           R"("created":"2023-11-14T22:13:20.000Z","isLocked":false})");
    EXPECT_NE(answer.header("ETag"), "");
    EXPECT_EQ(send("GET", "/ben", "", {{"If-None-Match", answer.header("ETag")}}).status, 304);
    EXPECT_EQ(send("GET", "/nobody").status, 404);
}

TEST_F(UserRoutesTest, ListsUsersInPages) {
    const Answer all = send("GET", "");
    EXPECT_THAT(all.body, AllOf(HasSubstr("\"anna\""), HasSubstr("\"ben\""), Not(HasSubstr("next")),
                                Not(HasSubstr("scrypt"))));
    ApiRequest request;
    request.method = "GET";
    request.query = {{"limit", "1"}};
    const Answer first = test::call(routes_, "/api/v1/users", request);
    EXPECT_THAT(first.body, AllOf(HasSubstr("\"anna\""), Not(HasSubstr("\"ben\""))));
    request.query["after"] = first.text("next");
    const Answer second = test::call(routes_, "/api/v1/users", request);
    EXPECT_THAT(second.body, AllOf(HasSubstr("\"ben\""), Not(HasSubstr("next"))));
}

TEST_F(UserRoutesTest, AddsAUserWithAPassword) {
    const Answer answer = send(
        "POST", "",
        R"({"name":"carl","password":"a password of carl","role":"viewer","applications":[]})");
    EXPECT_EQ(answer.status, 201);
    EXPECT_EQ(answer.header("Location"), "/api/v1/users/carl");
    EXPECT_THAT(answer.body, Not(HasSubstr("password")));
    EXPECT_EQ(answer.header("ETag"), send("GET", "/carl").header("ETag"));
    EXPECT_TRUE(mayLogIn("carl", "a password of carl"));
}

TEST_F(UserRoutesTest, MakesAPasswordAndShowsItOnce) {
    const Answer answer = send("POST", "", R"({"name":"carl","role":"viewer"})");
    EXPECT_EQ(answer.status, 201);
    const std::string password = answer.text("password");
    EXPECT_THAT(password, MatchesRegex("[A-Za-z0-9_-]{20}"));
    EXPECT_THAT(send("GET", "/carl").body, Not(HasSubstr("password")));
    EXPECT_EQ(answer.header("ETag"), send("GET", "/carl").header("ETag"));
    EXPECT_TRUE(mayLogIn("carl", password));
}

TEST_F(UserRoutesTest, SaysEverythingThatIsWrongAboutANewUserAtOnce) {
    const Answer answer = send(
        "POST", "", R"({"name":"Carl X","password":"too short","role":"boss","rights":"all"})");
    EXPECT_EQ(answer.status, 422);
    EXPECT_THAT(answer.body,
                AllOf(HasSubstr("\"/name\""), HasSubstr("\"/password\""), HasSubstr("\"/role\""),
                      HasSubstr("\"/rights\""), Not(HasSubstr("too short"))));
    EXPECT_EQ(send("POST", "", R"({"name":"anna","role":"viewer"})").status, 409);
}

TEST_F(UserRoutesTest, ChangesRightsByMergePatch) {
    EXPECT_EQ(send("PATCH", "/ben", R"({"role":"viewer"})").status, 200);
    EXPECT_EQ(users.find("ben")->rights, (Rights{Role::Viewer, {kApplication}}));
    EXPECT_EQ(send("PATCH", "/ben", R"({"applications":null})").status, 200);
    EXPECT_EQ(users.find("ben")->rights, (Rights{Role::Viewer, {}}));
    EXPECT_EQ(send("PATCH", "/ben", "{}").status, 200);
    EXPECT_EQ(send("PATCH", "/nobody", "{}").status, 404);
}

TEST_F(UserRoutesTest, TakesBackWhatItGave) {
    EXPECT_EQ(send("PATCH", "/ben", send("GET", "/ben").body).status, 200);
}

TEST_F(UserRoutesTest, SaysWhatCannotBeChanged) {
    EXPECT_THAT(send("PATCH", "/ben", R"({"name":"benny"})").body, HasSubstr("\"/name\""));
    EXPECT_THAT(send("PATCH", "/ben", R"({"password":"a new password"})").body,
                HasSubstr("\"/password\""));
    EXPECT_THAT(send("PATCH", "/ben", R"({"role":"admin"})").body, HasSubstr("\"/applications\""));
    EXPECT_EQ(send("PATCH", "/ben", R"({"role":"admin","applications":[]})").status, 200);
}

TEST_F(UserRoutesTest, KeepsTheLastAdmin) {
    EXPECT_EQ(send("PATCH", "/anna", R"({"role":"viewer"})").status, 409);
    EXPECT_EQ(send("DELETE", "/anna").status, 409);
    EXPECT_TRUE(users.find("anna"));
}

TEST_F(UserRoutesTest, HonoursIfMatch) {
    const std::string tag = send("GET", "/ben").header("ETag");
    const net::HttpHeaders match{{"If-Match", tag}};
    EXPECT_EQ(send("PATCH", "/ben", R"({"role":"viewer"})", match).status, 200);
    EXPECT_EQ(send("PATCH", "/ben", R"({"role":"operator"})", match).status, 412);
    EXPECT_EQ(send("DELETE", "/ben", "", match).status, 412);
    EXPECT_EQ(send("DELETE", "/ben", "", {{"If-Match", "*"}}).status, 204);
}

TEST_F(UserRoutesTest, RemovesAUserAndEndsTheSessions) {
    const auto session = logIn("ben");
    EXPECT_EQ(send("DELETE", "/ben").status, 204);
    EXPECT_FALSE(users.find("ben"));
    EXPECT_FALSE(sessions.find(session.id));
    EXPECT_EQ(send("DELETE", "/ben").status, 404);
}

TEST_F(UserRoutesTest, LetsAnAdminSetAPasswordWithoutKnowingTheOldOne) {
    const auto session = logIn("ben");
    EXPECT_EQ(send("PUT", "/ben/password", R"({"password":"a new password"})").status, 204);
    EXPECT_TRUE(mayLogIn("ben", "a new password"));
    EXPECT_FALSE(sessions.find(session.id)) << "ben has to log in again";
    EXPECT_EQ(send("PUT", "/nobody/password", R"({"password":"a new password"})").status, 404);
}

TEST_F(UserRoutesTest, LetsAUserChangeTheirOwnPasswordAndStayLoggedIn) {
    const auto here = logIn("ben");
    const auto elsewhere = logIn("ben");
    EXPECT_EQ(setPassword(here, "ben",
                          R"({"password":"a new password","current":"correct horse battery"})")
                  .status,
              204);
    EXPECT_TRUE(mayLogIn("ben", "a new password"));
    EXPECT_EQ(sessions.find(here.id)->credential, users.find("ben")->credential);
    EXPECT_FALSE(sessions.find(elsewhere.id));
}

TEST_F(UserRoutesTest, WantsTheCurrentPasswordOfOnesOwnAlsoFromAnAdmin) {
    for (const char* name : {"ben", "anna"}) {
        const auto session = logIn(name);
        const Answer missing = setPassword(session, name, R"({"password":"a new password"})");
        EXPECT_EQ(missing.status, 422);
        EXPECT_THAT(missing.body, HasSubstr("\"/current\""));
        const Answer wrong = setPassword(
            session, name, R"({"password":"a new password","current":"a wrong password"})");
        EXPECT_EQ(wrong.status, 422);
        EXPECT_THAT(wrong.body, AllOf(HasSubstr("\"/current\""), Not(HasSubstr("a wrong"))));
        EXPECT_TRUE(mayLogIn(name, kPassword));
    }
}

TEST_F(UserRoutesTest, LocksOutWhoeverGuessesTheCurrentPassword) {
    const auto session = logIn("ben");
    const std::string body = R"({"password":"a new password","current":"a wrong password"})";
    for (int i = 0; i < 5; ++i) EXPECT_EQ(setPassword(session, "ben", body).status, 422);
    const Answer answer = setPassword(session, "ben", body);
    EXPECT_EQ(answer.status, 429);
    EXPECT_NE(answer.header("Retry-After"), "");
}

TEST_F(UserRoutesTest, LetsNobodyElseSetAPassword) {
    const auto session = logIn("ben");
    const std::string body = R"({"password":"a new password","current":"correct horse battery"})";
    const Answer answer = setPassword(session, "anna", body);
    EXPECT_EQ(answer.status, 403);
    EXPECT_EQ(setPassword(session, "nobody", body).body, answer.body) << "nor learn who there is";
    ApiRequest request;  // an API key has no password of its own
    request.who = {"key 1 (x)", Role::Viewer, {}};
    request.method = "PUT";
    request.body = body;
    EXPECT_EQ(test::call(routes_, "/api/v1/users/ben/password", request).status, 403);
    EXPECT_TRUE(mayLogIn("anna", kPassword));
}

TEST_F(UserRoutesTest, SaysWhatIsWrongAboutANewPassword) {
    EXPECT_EQ(send("PUT", "/ben/password", R"({"password":"short"})").status, 422);
    EXPECT_EQ(send("PUT", "/ben/password", "{}").status, 422);
    EXPECT_EQ(send("PUT", "/ben/password", R"({"password":null})").status, 422);
    EXPECT_TRUE(mayLogIn("ben", kPassword));
}

TEST_F(UserRoutesTest, IsForAdminsExceptForOnesOwnPassword) {
    for (const Route& route : routes_) {
        EXPECT_EQ(route.need, route.method == "PUT" ? Need::Login : Need::Admin) << route.pattern;
    }
}

TEST_F(UserRoutesTest, LeavesEverythingAsItIsWhenTheDiskRefuses) {
    refuseChanges();
    EXPECT_THROW(send("DELETE", "/ben"), RegistryError);
    EXPECT_THROW(send("PATCH", "/ben", R"({"role":"viewer"})"), RegistryError);
    EXPECT_THROW(send("PUT", "/ben/password", R"({"password":"a new password"})"), RegistryError);
    EXPECT_EQ(users.find("ben")->rights.role, Role::Operator);
}

}  // namespace
}  // namespace runnel::admin
