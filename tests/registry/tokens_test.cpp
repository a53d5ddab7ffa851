// SPDX-License-Identifier: Apache-2.0
#include "registry/tokens.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <set>

#include "tests/registry/registry_world.h"
#include "tests/support/cpu_time.h"

namespace runnel {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

const std::string kCloud = "70B3D57ED0000001/cloud", kErp = "70B3D57ED0000001/erp";
const std::string kOne = "a-token-of-sixteen", kTwo = "another-of-sixteen";

/// Streams "cloud" and "erp" run as 7 and 8.
class TokensTest : public ::testing::Test {
  protected:
    TokensTest() { assign(); }
    void assign() {
        world_.tokens->assign(kCloud, 7);
        world_.tokens->assign(kErp, 8);
    }
    void restart() {
        world_.reopen();
        assign();
    }
    Tokens& tokens() { return *world_.tokens; }
    Status type(const std::string& stream, const std::vector<std::string>& texts) {
        std::vector<TokenSpec> specs;
        for (const std::string& text : texts) specs.push_back(typedToken(text));
        return tokens().setTyped(stream, specs);
    }
    std::uint64_t add(const std::string& stream, TokenSpec spec = {}) {
        return tokens().add(stream, std::move(spec))->id;
    }
    /// The number of the stream that it opens; 0: none.
    std::uint64_t opens(const std::string& token) {
        const auto holder = tokens().find(token);
        return holder ? holder->stream : 0;
    }
    static TokenSpec expiringIn(std::chrono::seconds time, const ManualClock& clock) {
        TokenSpec spec;
        spec.expires = clock.now() + time;
        return spec;
    }
    std::vector<std::uint64_t> takeExpired() {
        std::vector<std::uint64_t> ids;
        for (const Tokens::Expired& one : tokens().takeExpired()) ids.push_back(one.token);
        return ids;
    }

    RegistryWorld world_;
};

TEST_F(TokensTest, FindsTheStreamOfAToken) {
    ASSERT_TRUE(type(kCloud, {kOne, kTwo}));
    EXPECT_EQ(opens(kOne), 7U);
    EXPECT_EQ(opens(kTwo), 7U);
    EXPECT_NE(tokens().find(kOne)->token, tokens().find(kTwo)->token)
        << "a stream's tokens have their own numbers";
}

TEST_F(TokensTest, FindsNothingElse) {
    EXPECT_FALSE(tokens().find(""));
    ASSERT_TRUE(type(kCloud, {kOne}));
    for (const std::string& wrong : {std::string(), kOne.substr(1), "A" + kOne.substr(1),
                                     kOne + std::string(1, '\0'), kOne + " "}) {
        EXPECT_FALSE(tokens().find(wrong)) << wrong;
    }
}

TEST_F(TokensTest, OpensNothingWhileTheStreamDoesNotRun) {
    const std::uint64_t id = add(kCloud, typedToken(kOne));
    tokens().assign(kCloud, 0);
    EXPECT_FALSE(tokens().find(kOne));
    tokens().assign(kCloud, 9);
    EXPECT_EQ(opens(kOne), 9U);
    EXPECT_EQ(tokens().find(kOne)->token, id) << "sessions know it by its number";
}

TEST_F(TokensTest, LetsATokenOpenOneStreamOnly) {
    ASSERT_TRUE(type(kCloud, {kOne}));
    EXPECT_FALSE(type(kErp, {kTwo, kOne}));
    EXPECT_EQ(opens(kOne), 7U);
    EXPECT_EQ(opens(kTwo), 0U) << "nothing has changed";
    EXPECT_FALSE(tokens().add(kErp, typedToken(kOne)));
    EXPECT_TRUE(tokens().isTaken(kOne, kErp));
    EXPECT_FALSE(tokens().isTaken(kOne, kCloud));
    EXPECT_FALSE(tokens().isTakenByApi(kOne, kErp)) << "a file has it";
    add(kErp, typedToken(kTwo));
    EXPECT_TRUE(tokens().isTakenByApi(kTwo, kCloud));
    EXPECT_FALSE(type(kCloud, {kTwo}));
    EXPECT_EQ(opens(kOne), 7U) << "nothing has changed";
}

TEST_F(TokensTest, SaysWhetherATokenIsAnothersOrTheStreamsOwnAlready) {
    add(kCloud, typedToken(kOne));
    const auto another = tokens().add(kErp, typedToken(kOne));
    ASSERT_FALSE(another);
    EXPECT_EQ(another.error().field, "token");
    EXPECT_THAT(another.error().reason, HasSubstr("another stream's"));
    const auto own = tokens().add(kCloud, typedToken(kOne));
    ASSERT_FALSE(own);
    EXPECT_THAT(own.error().reason, HasSubstr("this stream has it already"));
    EXPECT_THAT(own.error().reason, Not(HasSubstr(kOne)));
}

TEST_F(TokensTest, ATypedTokenThatStaysKeepsItsNumber) {
    ASSERT_TRUE(type(kCloud, {kOne}));
    const std::uint64_t number = tokens().find(kOne)->token;
    ASSERT_TRUE(type(kCloud, {kTwo, kOne}));
    EXPECT_EQ(tokens().find(kOne)->token, number);
    ASSERT_TRUE(type(kCloud, {kTwo}));
    EXPECT_EQ(opens(kOne), 0U);
    EXPECT_FALSE(tokens().allows({.token = number}));
}

TEST_F(TokensTest, ATypedTokenMayMoveToAnotherStream) {
    ASSERT_TRUE(type(kCloud, {kOne}));
    const std::uint64_t before = tokens().find(kOne)->token;
    ASSERT_TRUE(type(kCloud, {}));
    ASSERT_TRUE(type(kErp, {kOne}));
    EXPECT_EQ(opens(kOne), 8U);
    EXPECT_NE(tokens().find(kOne)->token, before) << "sessions of the other stream end";
    EXPECT_FALSE(tokens().allows({.token = before}));
}

TEST_F(TokensTest, TypedTokensOpenBesideMadeOnesAndLeaveThemAlone) {
    const std::uint64_t made = add(kCloud);
    ASSERT_TRUE(type(kCloud, {kOne}));
    EXPECT_THAT(tokens().list(kCloud), SizeIs(2));
    EXPECT_EQ(tokens().get(made)->origin, Origin::Api);
    EXPECT_EQ(tokens().get(tokens().find(kOne)->token)->origin, Origin::File);
    ASSERT_TRUE(type(kCloud, {}));
    EXPECT_EQ(opens(tokens().text(made)), 7U);
    EXPECT_EQ(world_.number("select count(*) from token"), 1) << "typed ones are in files";
}

TEST_F(TokensTest, WhatAFileTypesOfTheApisTokensStaysTheApis) {
    const std::uint64_t id = add(kCloud, typedToken(kOne));
    ASSERT_TRUE(type(kCloud, {kOne}));
    EXPECT_EQ(tokens().find(kOne)->token, id);
    EXPECT_THAT(tokens().list(kCloud), SizeIs(1));
    ASSERT_TRUE(type(kCloud, {}));
    EXPECT_EQ(tokens().find(kOne)->token, id);
}

TEST_F(TokensTest, MakesATokenForStreamsThatHaveNoneOfTheirOwn) {
    const std::vector<std::string> both{kCloud, kErp};
    EXPECT_THAT(tokens().makeMissing(both), ElementsAre(kCloud, kErp));
    EXPECT_THAT(tokens().makeMissing(both), IsEmpty());
    const auto made = tokens().list(kCloud);
    ASSERT_THAT(made, SizeIs(1));
    const std::string text = tokens().text(made[0].id);
    EXPECT_THAT(text, ::testing::MatchesRegex("[-_A-Za-z0-9]+"));
    EXPECT_THAT(text, SizeIs(43));
    EXPECT_EQ(opens(text), 7U);
    EXPECT_NE(text, tokens().text(tokens().list(kErp)[0].id));
}

TEST_F(TokensTest, MakesATokenForAStreamWhoseTypedOnesAreAboutToGo) {
    ASSERT_TRUE(type(kCloud, {kOne}));
    const std::vector<std::string> cloud{kCloud};
    EXPECT_THAT(tokens().makeMissing(cloud), ElementsAre(kCloud));
    ASSERT_TRUE(type(kCloud, {}));
    EXPECT_THAT(tokens().list(kCloud), SizeIs(1));
}

TEST_F(TokensTest, KeepsMadeAndAddedTokensOverARestart) {
    TokenSpec spec = typedToken(kOne);
    spec.label = "for the gate";
    spec.maySend = false;
    spec.expires = world_.clock.now() + std::chrono::hours(1);
    const std::uint64_t added = add(kCloud, spec), made = add(kErp);
    const std::string text = tokens().text(made);
    ASSERT_TRUE(type(kErp, {kTwo}));
    restart();
    EXPECT_EQ(tokens().find(kOne)->token, added);
    EXPECT_EQ(opens(text), 8U);
    EXPECT_EQ(opens(kTwo), 0U) << "typed ones come from their file";
    const Tokens::Entry entry = *tokens().get(added);
    EXPECT_EQ(entry.stream, kCloud);
    EXPECT_EQ(entry.spec.label, "for the gate");
    EXPECT_TRUE(entry.spec.mayReceive);
    EXPECT_FALSE(entry.spec.maySend);
    EXPECT_EQ(entry.spec.expires, spec.expires);
    EXPECT_EQ(entry.created, world_.clock.now());
    EXPECT_EQ(entry.origin, Origin::Api);
    EXPECT_EQ(tokens().text(added), kOne);
}

TEST_F(TokensTest, IsNowhereInClearOnTheDisk) {
    add(kCloud, typedToken(kOne));
    const std::string made = tokens().text(add(kCloud));
    ASSERT_TRUE(type(kCloud, {kTwo}));
    for (const std::string& text : {kOne, kTwo, made}) {
        EXPECT_THAT(world_.onDisk(), Not(HasSubstr(text)));
    }
}

TEST_F(TokensTest, OpenNothingUnderAnotherKeyFile) {
    const std::uint64_t id = add(kCloud, typedToken(kOne));
    std::filesystem::remove(world_.directory.path() / "key");
    restart();
    EXPECT_FALSE(tokens().find(kOne));
    EXPECT_EQ(tokens().text(id), "");
    EXPECT_THAT(tokens().list(kCloud), SizeIs(1)) << "it can be seen and removed";
    tokens().remove(id);
    EXPECT_EQ(add(kCloud, typedToken(kOne)), id + 1) << "numbers are never given twice";
}

TEST_F(TokensTest, ASealedTokenIsOfNoUseInAnothersRow) {
    const std::uint64_t one = add(kCloud), two = add(kErp);
    world_.file->change([&](sqlite::Database& database) {
        sqlite::Statement(database,
                          "update token set sealed = (select sealed from token where id = ?) "
                          "where id = ?")
            .bind(1, static_cast<std::int64_t>(one))
            .bind(2, static_cast<std::int64_t>(two))
            .run();
    });
    EXPECT_EQ(tokens().text(two), "");
}

TEST_F(TokensTest, GrantsWhatItsScopesSay) {
    TokenSpec listener = typedToken(kOne), sender = typedToken(kTwo);
    listener.maySend = false;
    sender.mayReceive = false;
    add(kCloud, listener);
    const std::vector<TokenSpec> typed{sender};
    ASSERT_TRUE(tokens().setTyped(kCloud, typed));
    EXPECT_TRUE(tokens().find(kOne)->mayReceive);
    EXPECT_FALSE(tokens().find(kOne)->maySend);
    EXPECT_FALSE(tokens().find(kTwo)->mayReceive);
    EXPECT_TRUE(tokens().find(kTwo)->maySend);
}

TEST_F(TokensTest, AllowsAGrantAsLongAsItsTokenDoes) {
    const std::uint64_t id = add(kCloud);
    const Tokens::Holder both{.token = id, .stream = 7, .mayReceive = true, .maySend = true};
    const Tokens::Holder up{.token = id, .stream = 7, .mayReceive = true, .maySend = false};
    EXPECT_TRUE(tokens().allows(both));
    TokenSpec narrow;
    narrow.maySend = false;
    tokens().change(id, narrow);
    EXPECT_FALSE(tokens().allows(both)) << "it was granted before the change";
    EXPECT_TRUE(tokens().allows(up));
    tokens().remove(id);
    EXPECT_FALSE(tokens().allows(up));
    EXPECT_TRUE(tokens().allows({.token = 0, .mayReceive = true, .maySend = true}))
        << "a session that its protocol opened itself";
}

TEST_F(TokensTest, ChangesAreDurableAndKeepTheTokenItself) {
    const std::uint64_t id = add(kCloud, typedToken(kOne));
    TokenSpec spec = typedToken("is not looked at");
    spec.label = "gate";
    spec.mayReceive = false;
    spec.expires = world_.clock.now() + std::chrono::hours(1);
    tokens().change(id, spec);
    for (const bool isRestarted : {false, true}) {
        if (isRestarted) restart();
        EXPECT_EQ(tokens().text(id), kOne);
        EXPECT_EQ(tokens().get(id)->spec.label, "gate");
        EXPECT_EQ(tokens().get(id)->spec.expires, spec.expires);
        EXPECT_FALSE(tokens().find(kOne)->mayReceive);
    }
}

TEST_F(TokensTest, RemovesOneTokenForGood) {
    const std::uint64_t one = add(kCloud, typedToken(kOne));
    add(kCloud, typedToken(kTwo));
    tokens().remove(one);
    for (const bool isRestarted : {false, true}) {
        if (isRestarted) restart();
        EXPECT_FALSE(tokens().find(kOne));
        EXPECT_FALSE(tokens().get(one));
        EXPECT_EQ(opens(kTwo), 7U);
    }
}

TEST_F(TokensTest, ForgetsTheTokensOfOneStreamOnly) {
    add(kCloud, typedToken(kOne));
    ASSERT_TRUE(type(kErp, {kTwo}));
    tokens().forgetAll(kCloud);
    EXPECT_FALSE(tokens().find(kOne));
    EXPECT_THAT(tokens().list(kCloud), IsEmpty());
    EXPECT_EQ(opens(kTwo), 8U);
    ASSERT_TRUE(type(kErp, {kOne})) << "it is nobody's any more";
    EXPECT_EQ(opens(kOne), 8U);
}

TEST_F(TokensTest, ATokenExpiresOnTheMillisecond) {
    const std::uint64_t id = add(kCloud, [&] {
        TokenSpec spec = typedToken(kOne);
        spec.expires = world_.clock.now() + std::chrono::seconds(5);
        return spec;
    }());
    world_.clock.advance(std::chrono::milliseconds(4999));
    EXPECT_EQ(opens(kOne), 7U);
    EXPECT_TRUE(tokens().allows({.token = id}));
    EXPECT_THAT(takeExpired(), IsEmpty());
    world_.clock.advance(std::chrono::milliseconds(1));
    EXPECT_EQ(opens(kOne), 0U);
    EXPECT_FALSE(tokens().allows({.token = id}));
    EXPECT_THAT(takeExpired(), ElementsAre(id));
    EXPECT_THAT(takeExpired(), IsEmpty()) << "once";
    EXPECT_TRUE(tokens().get(id)) << "it can still be seen";
}

TEST_F(TokensTest, TellsWhichStreamsSessionsAnExpiredTokenOpened) {
    add(kErp, expiringIn(std::chrono::seconds(1), world_.clock));
    world_.clock.advance(std::chrono::seconds(1));
    const auto expired = tokens().takeExpired();
    ASSERT_THAT(expired, SizeIs(1));
    EXPECT_EQ(expired[0].stream, 8U);
}

TEST_F(TokensTest, AnExpiredTokenThatIsGivenMoreTimeOpensAgainAndExpiresAgain) {
    const std::uint64_t id = add(kCloud, expiringIn(std::chrono::seconds(1), world_.clock));
    const std::string text = tokens().text(id);
    world_.clock.advance(std::chrono::seconds(2));
    EXPECT_THAT(takeExpired(), ElementsAre(id));
    tokens().change(id, expiringIn(std::chrono::seconds(1), world_.clock));
    EXPECT_EQ(opens(text), 7U);
    tokens().change(id, expiringIn(std::chrono::seconds(5), world_.clock));
    world_.clock.advance(std::chrono::seconds(2));
    EXPECT_THAT(takeExpired(), IsEmpty());
    tokens().change(id, {});
    world_.clock.advance(std::chrono::hours(1000));
    EXPECT_EQ(opens(text), 7U) << "it does not expire any more";
}

TEST_F(TokensTest, RemovedTokensDoNotExpire) {
    tokens().remove(add(kCloud, expiringIn(std::chrono::seconds(1), world_.clock)));
    add(kErp, expiringIn(std::chrono::seconds(1), world_.clock));
    tokens().forgetAll(kErp);
    world_.clock.advance(std::chrono::seconds(2));
    EXPECT_THAT(takeExpired(), IsEmpty());
}

TEST_F(TokensTest, SavesWhenATokenWasUsedLast) {
    const std::uint64_t id = add(kCloud, typedToken(kOne));
    EXPECT_EQ(tokens().get(id)->lastUsed, std::nullopt);
    world_.clock.advance(std::chrono::seconds(10));
    static_cast<void>(tokens().find(kOne));
    const Instant used = world_.clock.now();
    EXPECT_EQ(tokens().get(id)->lastUsed, used);
    tokens().saveUsed();
    restart();
    EXPECT_EQ(tokens().get(id)->lastUsed, used);
}

TEST_F(TokensTest, SavesTheNextTimeWhatCouldNotBeSaved) {
    const std::uint64_t id = add(kCloud, typedToken(kOne));
    static_cast<void>(tokens().find(kOne));
    world_.fail("update on token");
    EXPECT_THROW(tokens().saveUsed(), RegistryError);
    world_.heal();
    tokens().saveUsed();
    restart();
    EXPECT_EQ(tokens().get(id)->lastUsed, world_.clock.now());
}

TEST_F(TokensTest, SavesNothingOfTokensThatWentOrAreTyped) {
    ASSERT_TRUE(type(kCloud, {kOne}));
    const std::uint64_t id = add(kErp, typedToken(kTwo));
    static_cast<void>(tokens().find(kOne));
    static_cast<void>(tokens().find(kTwo));
    tokens().remove(id);
    world_.fail("update on token");
    EXPECT_NO_THROW(tokens().saveUsed());
}

TEST_F(TokensTest, ADiskThatFailsChangesNothing) {
    const std::uint64_t id = add(kCloud, typedToken(kOne));
    world_.fail("insert on token");
    EXPECT_THROW(add(kErp, typedToken(kTwo)), RegistryError);
    const std::vector<std::string> erp{kErp};
    EXPECT_THROW(tokens().makeMissing(erp), RegistryError);
    EXPECT_THAT(tokens().list(kErp), IsEmpty());
    EXPECT_FALSE(tokens().isTaken(kTwo, kCloud));
    world_.heal();
    world_.fail("update on token");
    TokenSpec narrow;
    narrow.maySend = false;
    EXPECT_THROW(tokens().change(id, narrow), RegistryError);
    EXPECT_TRUE(tokens().find(kOne)->maySend);
    world_.heal();
    world_.fail("delete on token");
    EXPECT_THROW(tokens().remove(id), RegistryError);
    EXPECT_EQ(opens(kOne), 7U);
}

TEST_F(TokensTest, AreFoundAsFastAmong20000AsAmong1000) {
    const auto fill = [&](std::size_t count) {
        std::vector<std::string> streams;
        for (std::size_t i = 0; i < count; ++i) streams.push_back("s/" + std::to_string(i));
        static_cast<void>(tokens().makeMissing(streams));
    };
    const auto timeOfFinds = [&] {
        const std::string text = tokens().text(tokens().list("s/500")[0].id);
        tokens().assign("s/500", 500);
        auto best = std::chrono::nanoseconds::max();
        for (int round = 0; round < 20; ++round) {
            const auto start = test::cpuTime();
            for (int i = 0; i < 200; ++i) {
                static_cast<void>(tokens().find(text));
                static_cast<void>(tokens().find("no-token-of-anybody"));
            }
            best = std::min(best, test::cpuTime() - start);
        }
        return std::chrono::duration<double>(best).count();
    };
    fill(1000);
    const double few = timeOfFinds();
    fill(20'000);
    EXPECT_LT(timeOfFinds() / few, 4);
}

}  // namespace
}  // namespace runnel
