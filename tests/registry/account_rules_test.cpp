// SPDX-License-Identifier: Apache-2.0
#include "registry/account_rules.h"

#include <gmock/gmock.h>

#include "sqlite/database.h"

namespace runnel {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr Eui kFirst{1}, kSecond{0x70B3D57ED0000001};

TEST(AccountRulesTest, TakesNamesThatAUrlCanHold) {
    for (const char* name : {"a", "7", "anna", "anna.b-c_d", "anna@example.org"}) {
        EXPECT_FALSE(userNameComplaint(name)) << name;
    }
    EXPECT_FALSE(userNameComplaint(std::string(64, 'a')));
}

TEST(AccountRulesTest, RefusesOtherNames) {
    for (const char* name : {"", ".", "..", "-a", "_a", "@a", "Anna", "a b", "a/b", "a\tb", "ä"}) {
        const auto wrong = userNameComplaint(name);
        ASSERT_TRUE(wrong) << name;
        EXPECT_EQ(wrong->field, "name");
    }
    EXPECT_TRUE(userNameComplaint(std::string(65, 'a')));
    EXPECT_TRUE(userNameComplaint(std::string("a\0b", 3)));
}

TEST(AccountRulesTest, TakesAnyPrintableNameForAKey) {
    EXPECT_FALSE(keyNameComplaint("Grafana (Büro 7)"));
    EXPECT_TRUE(keyNameComplaint(""));
    EXPECT_TRUE(keyNameComplaint("a\nb"));
    EXPECT_TRUE(keyNameComplaint(std::string(65, 'a')));
}

TEST(AccountRulesTest, TakesPasswordsOf12To256Characters) {
    EXPECT_FALSE(passwordComplaint("twelve chars"));
    EXPECT_FALSE(passwordComplaint(std::string(256, 'x')));
    EXPECT_FALSE(passwordComplaint("zwölf Zeichen"));
    std::string umlauts;
    for (int i = 0; i < 256; ++i) umlauts += "ä";
    EXPECT_FALSE(passwordComplaint(umlauts)) << "characters count, not bytes";
    EXPECT_TRUE(passwordComplaint("ääääää")) << "twelve bytes are six characters";
    EXPECT_TRUE(passwordComplaint(umlauts + "ä"));
    EXPECT_TRUE(passwordComplaint("with a\ttab in it"));
}

TEST(AccountRulesTest, SaysWhatIsWrongAboutAPasswordWithoutIt) {
    const auto wrong = passwordComplaint("short one");
    ASSERT_TRUE(wrong);
    EXPECT_THAT(wrong->text, AllOf(HasSubstr("12 to 256"), HasSubstr("found 9")));
    EXPECT_THAT(wrong->text, Not(HasSubstr("short")));
}

TEST(AccountRulesTest, WantsApplicationsOfAnOperatorAndNoneOfAnAdmin) {
    EXPECT_FALSE(rightsComplaint({Role::Operator, {kFirst}}));
    EXPECT_FALSE(rightsComplaint({Role::Viewer, {kFirst}}));
    EXPECT_FALSE(rightsComplaint({Role::Viewer, {}}));
    EXPECT_FALSE(rightsComplaint({Role::Admin, {}}));
    EXPECT_EQ(rightsComplaint({Role::Operator, {}})->field, "applications");
    EXPECT_EQ(rightsComplaint({Role::Admin, {kFirst}})->field, "applications");
}

TEST(RightsTest, KnowsTheRolesByName) {
    for (const Role role : {Role::Viewer, Role::Operator, Role::Admin}) {
        EXPECT_EQ(roleNamed(roleName(role)), role);
    }
    EXPECT_EQ(roleName(Role::Operator), "operator");
    EXPECT_FALSE(roleNamed("Admin"));
    EXPECT_FALSE(roleNamed(""));
}

TEST(RightsTest, ReadsWhatItWrites) {
    for (const std::set<Eui>& applications :
         {std::set<Eui>{}, std::set<Eui>{kFirst}, std::set<Eui>{kFirst, kSecond, Eui{~0ULL}}}) {
        const Rights rights = storedRights(1, applicationsText(applications), "user anna");
        EXPECT_EQ(rights, (Rights{Role::Operator, applications}));
    }
    EXPECT_EQ(applicationsText({kSecond, kFirst}), "0000000000000001 70B3D57ED0000001");
}

TEST(RightsTest, ReadsNothingElse) {
    const std::string eui = "70B3D57ED0000001";
    for (const std::string& text :
         {std::string("x"), eui + eui, eui + " 70B3", eui + " " + eui + "x"}) {
        EXPECT_THROW(storedRights(0, text, "user anna"), sqlite::Failure) << text;
    }
    EXPECT_THROW(storedRights(3, "", "user anna"), sqlite::Failure);
    EXPECT_THROW(storedRights(-1, "", "user anna"), sqlite::Failure);
}

}  // namespace
}  // namespace runnel
