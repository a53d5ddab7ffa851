// SPDX-License-Identifier: Apache-2.0
#include "tests/admin/account_fixture.h"

namespace runnel::admin {
namespace {

using namespace std::chrono_literals;
using test::Answer;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::SizeIs;

class SessionRoutesTest : public ::testing::Test, protected test::AccountFixture {
  protected:
    Answer send(ApiRequest request) {
        request.address = "192.0.2.1";
        return test::call(routes_, "/api/v1/session", std::move(request));
    }
    Answer post(const std::string& body) {
        ApiRequest request;
        request.method = "POST";
        request.body = body;
        return send(std::move(request));
    }
    Answer logInAs(const std::string& name, const std::string& password) {
        return post(R"({"user":")" + name + R"(","password":")" + password + "\"}");
    }
    /// As `name` with this session.
    Answer with(const std::string& method, const std::string& name, const std::string& id) {
        ApiRequest request;
        request.method = method;
        request.who = users.find(name)->principal();
        request.session = id;
        return send(std::move(request));
    }

    const Routes routes_ = sessionRoutes(users, sessions, audit);
};

TEST_F(SessionRoutesTest, LogsIn) {
    const Answer answer = logInAs("ben", kPassword);
    EXPECT_EQ(answer.status, 200);
    const std::string cookie = answer.header("Set-Cookie");
    EXPECT_THAT(cookie, MatchesRegex("runnel_session=[A-Za-z0-9_-]{43}; Path=/; HttpOnly; "
                                     "SameSite=Strict; Secure"));
    const std::string id(sessionIdIn(cookie.substr(0, cookie.find(';'))));
    const auto session = sessions.find(id);
    ASSERT_TRUE(session);
    EXPECT_EQ(answer.text("user"), "ben");
    EXPECT_EQ(answer.text("role"), "operator");
    EXPECT_THAT(answer.body, HasSubstr("\"applications\":[\"70B3D57ED0000001\"]"));
    EXPECT_EQ(answer.text("csrf"), session->csrf);
    EXPECT_EQ(answer.text("expires"), "2023-11-15T10:13:20.000Z");
    EXPECT_EQ(users.find("ben")->lastLogin, clock.now());
}

TEST_F(SessionRoutesTest, ShowsASessionAgainWithItsCsrfToken) {
    const auto started = logIn("anna");
    const Answer answer = with("GET", "anna", started.id);
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.text("user"), "anna");
    EXPECT_EQ(answer.text("role"), "admin");
    EXPECT_EQ(answer.text("csrf"), started.session.csrf);
}

TEST_F(SessionRoutesTest, SaysWhetherThePasswordIsStillTheBrokers) {
    const auto isAdvised = [](const Answer& answer) {
        return answer.json()->getValue<bool>("mustChangePassword");
    };
    EXPECT_FALSE(isAdvised(logInAs("ben", kPassword)));
    ASSERT_TRUE(users.add("carl", {}, kPassword, true));
    EXPECT_TRUE(isAdvised(logInAs("carl", kPassword)));
    EXPECT_TRUE(isAdvised(with("GET", "carl", logIn("carl").id)));
    ASSERT_TRUE(users.setPassword("carl", "another password"));
    EXPECT_FALSE(isAdvised(with("GET", "carl", logIn("carl").id)));
    EXPECT_FALSE(isAdvised(logInAs("carl", "another password")));
}

TEST_F(SessionRoutesTest, ShowsWhoseApiKeyItIsWithoutACsrfToken) {
    const auto made = keys.add({.name = "grafana", .rights = {}, .expires = {}});
    ApiRequest request;
    request.method = "GET";
    request.who = made->key.principal();
    const Answer answer = send(request);
    EXPECT_EQ(answer.body, R"_({"user":"key 1 (grafana)","role":"viewer","applications":[],)_"
                           R"_("mustChangePassword":false})_");
}

TEST_F(SessionRoutesTest, LogsOut) {
    const auto started = logIn("anna");
    const auto other = logIn("anna");
    const Answer answer = with("DELETE", "anna", started.id);
    EXPECT_EQ(answer.status, 204);
    EXPECT_THAT(answer.header("Set-Cookie"), HasSubstr("Max-Age=0"));
    EXPECT_FALSE(sessions.find(started.id));
    EXPECT_TRUE(sessions.find(other.id));
}

TEST_F(SessionRoutesTest, EndsTheSessionThatAnotherLoginReplaces) {
    const auto started = logIn("anna");
    ApiRequest request;
    request.method = "POST";
    request.body = R"({"user":"anna","password":"correct horse battery"})";
    request.headers.emplace_back("Cookie", "runnel_session=" + started.id);
    EXPECT_EQ(send(request).status, 200);
    EXPECT_FALSE(sessions.find(started.id));
    EXPECT_EQ(sessions.size(), 1U);
}

TEST_F(SessionRoutesTest, SaysTheSameForAWrongPasswordAndAnUnknownUser) {
    const Answer known = logInAs("anna", "a wrong password");
    const Answer unknown = logInAs("nobody", "a wrong password");
    EXPECT_EQ(known.status, 401);
    EXPECT_EQ(known.header("WWW-Authenticate"), "Bearer");
    EXPECT_EQ(known.status, unknown.status);
    EXPECT_EQ(known.body, unknown.body);
    EXPECT_EQ(known.header("Set-Cookie"), "");
    EXPECT_EQ(sessions.size(), 0U);
}

TEST_F(SessionRoutesTest, LocksOutWhoeverGuesses) {
    for (int i = 0; i < 5; ++i) EXPECT_EQ(logInAs("anna", "a wrong password").status, 401);
    const Answer answer = logInAs("anna", kPassword);
    EXPECT_EQ(answer.status, 429);
    EXPECT_EQ(answer.header("Retry-After"), "900");
    EXPECT_THAT(answer.body, HasSubstr("try again in 900 seconds"));
}

TEST_F(SessionRoutesTest, WritesLoginsToTheAuditLog) {
    logInAs("anna", kPassword);
    logInAs("anna", "a wrong password");
    const auto entries = audit.list({});
    ASSERT_THAT(entries, SizeIs(2));
    EXPECT_EQ(entries[1].who, "user anna");
    EXPECT_EQ(entries[1].action, "login");
    EXPECT_EQ(entries[1].address, "192.0.2.1");
    EXPECT_EQ(entries[1].outcome, AuditEntry::Outcome::Done);
    EXPECT_EQ(entries[0].outcome, AuditEntry::Outcome::Refused);
    EXPECT_EQ(entries[0].detail, "wrong password");
}

TEST_F(SessionRoutesTest, WritesNoUnknownNameToTheAuditLog) {
    logInAs("my-password-in-the-wrong-field", "x");
    const auto entries = audit.list({});
    ASSERT_THAT(entries, SizeIs(1));
    EXPECT_EQ(entries.front().who, "");
    EXPECT_EQ(entries.front().detail, "there is no such user");
}

TEST_F(SessionRoutesTest, DoesNotLetALockedOutStrangerFillTheAuditLog) {
    for (int i = 0; i < 100; ++i) logInAs("user" + std::to_string(i % 50), "a wrong password");
    EXPECT_THAT(audit.list({}), SizeIs(LoginGuard::kPerAddress));
}

TEST_F(SessionRoutesTest, LetsInWhenTheAuditLogCannotBeWritten) {
    refuseChanges();
    EXPECT_EQ(logInAs("anna", kPassword).status, 200);
}

TEST_F(SessionRoutesTest, SaysWhatIsWrongInTheBody) {
    EXPECT_EQ(post("{").status, 400);
    EXPECT_EQ(post("[]").status, 400);
    const Answer empty = post("{}");
    EXPECT_EQ(empty.status, 422);
    EXPECT_THAT(empty.body, AllOf(HasSubstr("\"/user\""), HasSubstr("\"/password\"")));
    const Answer wrong = post(R"({"user":"anna","password":["correct horse"],"remember":true})");
    EXPECT_EQ(wrong.status, 422);
    EXPECT_THAT(wrong.body, AllOf(HasSubstr("\"/password\""), HasSubstr("\"/remember\""),
                                  Not(HasSubstr("horse"))));
    EXPECT_THAT(audit.list({}), IsEmpty());
}

TEST_F(SessionRoutesTest, AsksForALoginToShowAndToEndASessionOnly) {
    for (const Route& route : routes_) {
        EXPECT_EQ(route.need, route.method == "POST" ? Need::Nothing : Need::Login);
        EXPECT_EQ(route.isSlow, route.method == "POST");
    }
}

}  // namespace
}  // namespace runnel::admin
