// SPDX-License-Identifier: Apache-2.0
#include "registry/audit_log.h"

#include "tests/registry/registry_fixture.h"

namespace runnel {
namespace {

using namespace std::chrono_literals;
using test::RegistryFixture;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Outcome = AuditEntry::Outcome;

class AuditLogTest : public ::testing::Test, protected RegistryFixture {
  protected:
    void append(std::string who, std::string object) {
        AuditEntry entry;
        entry.who = std::move(who);
        entry.object = std::move(object);
        audit_.append(std::move(entry));
    }
    std::vector<std::string> objects(const AuditLog::Filter& filter) const {
        std::vector<std::string> out;
        for (const AuditEntry& entry : audit_.list(filter)) out.push_back(entry.object);
        return out;
    }

    AuditLog audit_{file, clock, 100};
};

TEST_F(AuditLogTest, GivesBackWhatHappened) {
    audit_.append({.who = "user anna",
                   .address = "192.0.2.1",
                   .action = "PUT",
                   .object = "/api/v1/users/ben",
                   .outcome = Outcome::Refused,
                   .detail = "not allowed"});
    const auto entries = audit_.list({});
    ASSERT_THAT(entries, SizeIs(1));
    const AuditEntry& entry = entries.front();
    EXPECT_EQ(entry.time, clock.now());
    EXPECT_EQ(entry.who, "user anna");
    EXPECT_EQ(entry.address, "192.0.2.1");
    EXPECT_EQ(entry.action, "PUT");
    EXPECT_EQ(entry.object, "/api/v1/users/ben");
    EXPECT_EQ(entry.outcome, Outcome::Refused);
    EXPECT_EQ(entry.detail, "not allowed");
}

TEST_F(AuditLogTest, ListsTheNewestFirstInPages) {
    for (const char* object : {"a", "b", "c", "d", "e"}) append("local", object);
    EXPECT_THAT(objects({.max = 2}), ElementsAre("e", "d"));
    const auto page = audit_.list({.max = 2});
    EXPECT_THAT(objects({.before = page.back().id, .max = 2}), ElementsAre("c", "b"));
    EXPECT_THAT(objects({.before = page.back().id - 2, .max = 2}), ElementsAre("a"));
    EXPECT_THAT(objects({.before = 1}), IsEmpty());
}

TEST_F(AuditLogTest, ListsWhatOneDid) {
    append("user anna", "a");
    append("user ben", "b");
    append("user anna", "c");
    EXPECT_THAT(objects({.who = "user anna"}), ElementsAre("c", "a"));
    EXPECT_THAT(objects({.who = "user"}), IsEmpty());
}

TEST_F(AuditLogTest, ListsWhatHappenedToAnObjectAndBelowIt) {
    append("local", "/users");
    append("local", "/users/anna");
    append("local", "/users/anna/password");
    append("local", "/users/annabel");
    append("local", "/users/anna0");
    EXPECT_THAT(objects({.object = "/users/anna"}),
                ElementsAre("/users/anna/password", "/users/anna"));
    EXPECT_THAT(objects({.object = "/users"}), SizeIs(5));
    EXPECT_THAT(objects({.object = "/use"}), IsEmpty());
    EXPECT_THAT(objects({.who = "user ben", .object = "/users"}), IsEmpty());
}

TEST_F(AuditLogTest, TakesFiltersAsTheyAre) {
    append("100%", "/a_b");
    append("x", "/axb");
    EXPECT_THAT(objects({.who = "100%"}), ElementsAre("/a_b"));
    EXPECT_THAT(objects({.object = "/a_b"}), ElementsAre("/a_b"));
    EXPECT_THAT(objects({.who = "' or 1 --"}), IsEmpty());
}

TEST_F(AuditLogTest, KeepsTheNewestEntriesAndCutsInSlices) {
    for (int i = 1; i <= 101; ++i) append("local", std::to_string(i));
    EXPECT_EQ(number("select count(*) from audit"), 101) << "one more is no reason to cut";
    append("local", "102");
    EXPECT_EQ(number("select count(*) from audit"), 100);
    EXPECT_EQ(objects({.max = 1000}).front(), "102");
    EXPECT_EQ(objects({.max = 1000}).back(), "3");
}

TEST_F(AuditLogTest, CutsLongTextsBetweenCharactersAndTakesControlCharactersOut) {
    append(
        "a\nb\x7F"
        "c",
        std::string(511, 'x') + "ä");
    const AuditEntry entry = audit_.list({}).front();
    EXPECT_EQ(entry.who, "a b c");
    EXPECT_EQ(entry.object, std::string(511, 'x'));
    append("local", std::string(510, 'x') + "ää");
    EXPECT_EQ(audit_.list({}).front().object, std::string(510, 'x') + "ä");
}

TEST_F(AuditLogTest, KeepsEverythingOverARestart) {
    append("local", "a");
    const AuditLog again(file, clock);
    EXPECT_THAT(again.list({}), SizeIs(1));
}

TEST_F(AuditLogTest, SaysWhenTheDiskRefuses) {
    refuseChanges();
    EXPECT_THROW(append("local", "a"), RegistryError);
    EXPECT_THAT(audit_.list({}), IsEmpty());
}

}  // namespace
}  // namespace runnel
