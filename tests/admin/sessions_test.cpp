// SPDX-License-Identifier: Apache-2.0
#include "admin/sessions.h"

#include <gmock/gmock.h>

#include "tests/registry/registry_fixture.h"

namespace runnel::admin {
namespace {

using namespace std::chrono_literals;
using ::testing::MatchesRegex;

class SessionsTest : public ::testing::Test, protected test::RegistryFixture {
  protected:
    /// The same after a restart.
    Sessions again() { return Sessions(file, vault_, clock); }
    std::int64_t rows() const { return number("select count(*) from session"); }

    const Vault vault_{directory.path() / "key"};
    Sessions sessions_{file, vault_, clock};
};

TEST_F(SessionsTest, FindsWhoLoggedIn) {
    const auto started = sessions_.start("anna", 7);
    EXPECT_THAT(started.id, MatchesRegex("[A-Za-z0-9_-]{43}"));
    const auto session = sessions_.find(started.id);
    ASSERT_TRUE(session);
    EXPECT_EQ(session->user, "anna");
    EXPECT_EQ(session->credential, 7U);
    EXPECT_EQ(session->csrf, started.session.csrf);
    EXPECT_EQ(session->expires, clock.now() + 12h);
}

TEST_F(SessionsTest, FindsNobodyElse) {
    const auto started = sessions_.start("anna", 7);
    for (const std::string& id : {std::string(), std::string("x"), started.id + "x",
                                  started.id.substr(1), started.session.csrf}) {
        EXPECT_FALSE(sessions_.find(id));
    }
}

TEST_F(SessionsTest, GivesEachLoginItsOwnSecrets) {
    const auto first = sessions_.start("anna", 7);
    const auto second = sessions_.start("anna", 7);
    EXPECT_NE(first.id, second.id);
    EXPECT_NE(first.session.csrf, second.session.csrf);
    EXPECT_NE(first.session.csrf, first.id);
}

TEST_F(SessionsTest, EndsAfterAnHourWithoutARequest) {
    const auto started = sessions_.start("anna", 7);
    clock.advance(1h - 1ms);
    EXPECT_TRUE(sessions_.find(started.id));
    clock.advance(1h - 1ms);
    EXPECT_TRUE(sessions_.find(started.id));
    clock.advance(1h);
    EXPECT_FALSE(sessions_.find(started.id));
    sessions_.sweep();
    EXPECT_EQ(sessions_.size(), 0U);
}

TEST_F(SessionsTest, EndsAfterTwelveHoursHoweverBusy) {
    const auto started = sessions_.start("anna", 7);
    for (int i = 0; i < 23; ++i) {
        clock.advance(30min);
        EXPECT_TRUE(sessions_.find(started.id)) << i;
    }
    clock.advance(30min);
    EXPECT_FALSE(sessions_.find(started.id));
}

TEST_F(SessionsTest, EndsOneSessionOnly) {
    const auto first = sessions_.start("anna", 7);
    const auto second = sessions_.start("anna", 7);
    sessions_.end(first.id);
    EXPECT_FALSE(sessions_.find(first.id));
    EXPECT_TRUE(sessions_.find(second.id));
    EXPECT_NO_THROW(sessions_.end("unknown"));
}

TEST_F(SessionsTest, EndsAllOfAUserButTheOneThatIsKept) {
    const auto first = sessions_.start("anna", 7);
    const auto second = sessions_.start("anna", 7);
    const auto other = sessions_.start("ben", 8);
    sessions_.endAll("anna", first.id, 9);
    EXPECT_EQ(sessions_.find(first.id)->credential, 9U);
    EXPECT_FALSE(sessions_.find(second.id));
    EXPECT_EQ(sessions_.find(other.id)->credential, 8U);
    sessions_.endAll("anna");
    EXPECT_FALSE(sessions_.find(first.id));
    EXPECT_TRUE(sessions_.find(other.id));
}

TEST_F(SessionsTest, KeepsNoSessionOfAnotherUser) {
    const auto anna = sessions_.start("anna", 7);
    const auto ben = sessions_.start("ben", 8);
    sessions_.endAll("anna", ben.id, 9);
    EXPECT_FALSE(sessions_.find(anna.id));
    EXPECT_EQ(sessions_.find(ben.id)->credential, 8U);
}

TEST_F(SessionsTest, EndsTheUsersLongestIdleOneWhenThereAreTooMany) {
    const auto other = sessions_.start("ben", 8);
    const auto used = sessions_.start("anna", 7);
    const auto idle = sessions_.start("anna", 7);
    for (std::size_t i = 2; i < Sessions::kPerUser; ++i) {
        clock.advance(1ms);
        sessions_.start("anna", 7);
    }
    static_cast<void>(sessions_.find(used.id));
    clock.advance(1ms);
    sessions_.start("anna", 7);
    EXPECT_EQ(sessions_.size(), Sessions::kPerUser + 1);
    EXPECT_FALSE(sessions_.find(idle.id));
    EXPECT_TRUE(sessions_.find(used.id));
    EXPECT_TRUE(sessions_.find(other.id));
}

TEST_F(SessionsTest, ForgetsThoseThatHaveEndedWhenANewOneStarts) {
    for (int i = 0; i < 5; ++i) sessions_.start("anna", 7);
    clock.advance(1h);
    sessions_.start("ben", 8);
    EXPECT_EQ(sessions_.size(), 1U);
}

TEST_F(SessionsTest, GoesOnAfterARestart) {
    const auto started = sessions_.start("anna", 0xFEDCBA9876543210);
    const auto found = again().find(started.id);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->user, "anna");
    EXPECT_EQ(found->credential, 0xFEDCBA9876543210);
    EXPECT_EQ(found->csrf, started.session.csrf);
    EXPECT_EQ(found->expires, started.session.expires);
    EXPECT_FALSE(again().find(started.session.csrf));
}

TEST_F(SessionsTest, HasAnotherHourAfterARestartAndNoMoreThanTwelveInAll) {
    const auto started = sessions_.start("anna", 7);
    clock.advance(11h);
    Sessions later = again();
    clock.advance(1h - 1ms);
    EXPECT_TRUE(later.find(started.id));
    clock.advance(1ms);
    EXPECT_FALSE(later.find(started.id));
    EXPECT_FALSE(again().find(started.id));
    again().sweep();
    EXPECT_EQ(rows(), 0);
}

TEST_F(SessionsTest, StaysEndedAfterARestart) {
    const auto ended = sessions_.start("anna", 7);
    const auto kept = sessions_.start("anna", 7);
    const auto other = sessions_.start("anna", 7);
    sessions_.end(ended.id);
    sessions_.endAll("anna", kept.id, 9);
    Sessions later = again();
    EXPECT_FALSE(later.find(ended.id));
    EXPECT_FALSE(later.find(other.id));
    EXPECT_EQ(later.find(kept.id)->credential, 9U);
    EXPECT_EQ(rows(), 1);
    clock.advance(1h);
    later.sweep();
    EXPECT_EQ(rows(), 0);
}

TEST_F(SessionsTest, KeepsNoSecretInTheFile) {
    const auto started = sessions_.start("anna", 7);
    file.read([&](sqlite::Database& database) {
        sqlite::Statement row(database, "select digest || user || csrf from session");
        ASSERT_TRUE(row.step());
        const std::string all(row.text(0));
        EXPECT_EQ(all.find(started.id), std::string::npos);
        EXPECT_EQ(all.find(started.session.csrf), std::string::npos);
    });
}

TEST_F(SessionsTest, WritesNothingForARequest) {
    const auto started = sessions_.start("anna", 7);
    refuseChanges();
    EXPECT_TRUE(sessions_.find(started.id));
    sessions_.end("unknown");
    sessions_.sweep();
    EXPECT_THAT(log.lines(), ::testing::IsEmpty());
}

TEST_F(SessionsTest, WithoutADiskLivesInMemoryAndRemovesLater) {
    const auto before = sessions_.start("anna", 7);
    refuseChanges();
    const auto during = sessions_.start("anna", 7);
    EXPECT_TRUE(sessions_.find(during.id));
    sessions_.end(before.id);
    EXPECT_FALSE(sessions_.find(before.id));
    refuseChanges(false);
    EXPECT_FALSE(again().find(during.id));
    sessions_.sweep();
    EXPECT_FALSE(again().find(before.id));
    EXPECT_EQ(rows(), 0);
}

TEST_F(SessionsTest, OfAnotherKeyAreForgotten) {
    sessions_.start("anna", 7);
    const Vault other(directory.path() / "other");
    Sessions later(file, other, clock);
    EXPECT_EQ(later.size(), 0U);
    later.sweep();
    EXPECT_EQ(rows(), 0);
}

TEST(SessionCookieTest, IsForTheBrowserOnly) {
    EXPECT_EQ(sessionCookie("abc", true),
              "runnel_session=abc; Path=/; HttpOnly; SameSite=Strict; Secure");
    EXPECT_EQ(sessionCookie("abc", false), "runnel_session=abc; Path=/; HttpOnly; SameSite=Strict");
    EXPECT_EQ(endedSessionCookie(true),
              "runnel_session=; Path=/; HttpOnly; SameSite=Strict; Secure; Max-Age=0");
}

TEST(SessionCookieTest, IsFoundAmongOthers) {
    EXPECT_EQ(sessionIdIn("runnel_session=abc"), "abc");
    EXPECT_EQ(sessionIdIn("a=b; runnel_session=abc; c=d"), "abc");
    EXPECT_EQ(sessionIdIn("a=b;runnel_session=abc "), "abc");
    EXPECT_EQ(sessionIdIn("runnel_session=a=b"), "a=b");
    EXPECT_EQ(sessionIdIn("runnel_session=first; runnel_session=second"), "first");
}

TEST(SessionCookieTest, IsNotFoundWhereItIsNot) {
    for (const char* header :
         {"", ";", ";;", "=", "runnel_session", "xrunnel_session=abc", "runnel_sessionx=abc",
          "a=runnel_session=abc", "RUNNEL_SESSION=abc", "runnel_session=", "runnel_session =abc"}) {
        EXPECT_EQ(sessionIdIn(header), "") << header;
    }
}

}  // namespace
}  // namespace runnel::admin
