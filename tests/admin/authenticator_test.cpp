// SPDX-License-Identifier: Apache-2.0
#include "admin/authenticator.h"

#include "tests/admin/account_fixture.h"

namespace runnel::admin {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class AuthenticatorTest : public ::testing::Test, protected test::AccountFixture {
  protected:
    std::string makeKey(std::optional<Instant> expires = std::nullopt) {
        return keys.add({.name = "grafana", .rights = {}, .expires = expires})->text;
    }
    static net::HttpHeaders bearer(const std::string& key) {
        return {{"Authorization", "Bearer " + key}};
    }
    static net::HttpHeaders cookie(const std::string& id) {
        return {{"Cookie", "other=1; runnel_session=" + id}};
    }
    static net::HttpHeaders cookie(const Sessions::Started& started) {
        auto headers = cookie(started.id);
        headers.emplace_back("X-CSRF-Token", started.session.csrf);
        return headers;
    }
    /// 0: let in.
    int refusal(std::string_view method, const net::HttpHeaders& headers) {
        try {
            static_cast<void>(authenticator_.identify(method, headers));
            return 0;
        } catch (const Problem& problem) {
            last_ = problem.what();
            const auto response = problem.response();
            if (problem.status() == 401) {
                EXPECT_THAT(response.headers,
                            ::testing::Contains(::testing::Pair("WWW-Authenticate", "Bearer")));
            }
            return problem.status();
        }
    }

    Authenticator authenticator_{keys, sessions, users};
    std::string last_;
};

TEST_F(AuthenticatorTest, KnowsAnApiKey) {
    const std::string key = makeKey();
    const Login login = authenticator_.identify("DELETE", bearer(key));
    EXPECT_EQ(login.who.name, "key 1 (grafana)");
    EXPECT_EQ(login.session, "");
    EXPECT_EQ(refusal("GET", {{"AUTHORIZATION", "bearer   " + key}}), 0);
}

TEST_F(AuthenticatorTest, RefusesAnythingElseAsAKey) {
    const std::string key = makeKey();
    for (const std::string& value : {std::string(), std::string("Bearer"), std::string("Bearer "),
                                     "Bearer" + key, key, "Basic " + key, "Bearer " + key + "x",
                                     "Bearer " + key.substr(0, 45), "Bearer x " + key}) {
        EXPECT_EQ(refusal("GET", {{"Authorization", value}}), 401) << value;
        EXPECT_THAT(last_, AllOf(Not(HasSubstr(key)), HasSubstr("API key")));
    }
}

TEST_F(AuthenticatorTest, RefusesAKeyThatWasRemovedOrHasExpired) {
    const std::string key = makeKey(clock.now() + 1h);
    EXPECT_EQ(refusal("GET", bearer(key)), 0);
    clock.advance(1h);
    EXPECT_EQ(refusal("GET", bearer(key)), 401);
    const std::string other = makeKey();
    keys.remove(2);
    EXPECT_EQ(refusal("GET", bearer(other)), 401);
}

TEST_F(AuthenticatorTest, DoesNotTurnToTheCookieAfterAWrongKey) {
    auto headers = cookie(logIn("anna"));
    headers.emplace_back("Authorization", "Bearer wrong");
    EXPECT_EQ(refusal("GET", headers), 401);
}

TEST_F(AuthenticatorTest, KnowsASession) {
    const auto started = logIn("ben");
    const Login login = authenticator_.identify("GET", cookie(started.id));
    EXPECT_EQ(login.who.name, "user ben");
    EXPECT_EQ(login.who.role, Role::Operator);
    EXPECT_TRUE(login.who.mayChange(kApplication));
    EXPECT_EQ(login.session, started.id);
}

TEST_F(AuthenticatorTest, AsksForALogin) {
    EXPECT_EQ(refusal("GET", {}), 401);
    EXPECT_THAT(last_,
                AllOf(HasSubstr("Authorization: Bearer"), HasSubstr("POST /api/v1/session")));
    EXPECT_EQ(refusal("GET", cookie("unknown")), 401);
    EXPECT_THAT(last_, HasSubstr("log in again"));
}

TEST_F(AuthenticatorTest, WantsTheCsrfTokenForChangesOnly) {
    const auto started = logIn("anna");
    for (const char* method : {"GET", "HEAD"}) EXPECT_EQ(refusal(method, cookie(started.id)), 0);
    for (const char* method : {"POST", "PUT", "PATCH", "DELETE", "get"}) {
        EXPECT_EQ(refusal(method, cookie(started.id)), 403) << method;
        EXPECT_EQ(refusal(method, cookie(started)), 0) << method;
    }
}

TEST_F(AuthenticatorTest, TakesNoOtherCsrfToken) {
    const auto started = logIn("anna");
    const auto other = logIn("anna");
    for (const std::string& token : {std::string(), started.id, other.session.csrf,
                                     started.session.csrf + "x", started.session.csrf.substr(1)}) {
        auto headers = cookie(started.id);
        headers.emplace_back("X-CSRF-Token", token);
        EXPECT_EQ(refusal("POST", headers), 403) << token;
        EXPECT_THAT(last_, Not(HasSubstr(started.session.csrf)));
    }
}

TEST_F(AuthenticatorTest, FollowsAChangeOfRightsAtOnce) {
    const auto started = logIn("ben");
    ASSERT_TRUE(users.change("ben", {Role::Viewer, {}}));
    EXPECT_EQ(authenticator_.identify("GET", cookie(started.id)).who.role, Role::Viewer);
}

TEST_F(AuthenticatorTest, EndsTheSessionsOfWhoeverIsRemoved) {
    const auto started = logIn("ben");
    ASSERT_TRUE(users.remove("ben"));
    EXPECT_EQ(refusal("GET", cookie(started.id)), 401);
    addUser("ben", {Role::Admin, {}});
    EXPECT_EQ(refusal("GET", cookie(started.id)), 401) << "another account of that name";
    EXPECT_EQ(sessions.size(), 0U);
}

TEST_F(AuthenticatorTest, EndsTheSessionsOfWhoeverHasANewPassword) {
    const auto started = logIn("ben");
    ASSERT_TRUE(users.setPassword("ben", "another password"));
    EXPECT_EQ(refusal("GET", cookie(started.id)), 401);
}

TEST_F(AuthenticatorTest, EndsAnIdleSession) {
    const auto started = logIn("ben");
    clock.advance(1h);
    EXPECT_EQ(refusal("GET", cookie(started.id)), 401);
}

}  // namespace
}  // namespace runnel::admin
