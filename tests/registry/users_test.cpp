// SPDX-License-Identifier: Apache-2.0
#include "registry/users.h"

#include <fstream>
#include <thread>

#include "tests/registry/registry_fixture.h"

namespace runnel {
namespace {

using namespace std::chrono_literals;
using std::filesystem::perms;
using test::RegistryFixture;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using Why = AccountError::Why;

constexpr Eui kApplication{0x70B3D57ED0000001};
constexpr const char* kPassword = "correct horse battery";
constexpr const char* kOther = "another password";
constexpr const char* kHome = "192.0.2.1";
constexpr const char* kAway = "198.51.100.66";

class UsersTest : public ::testing::Test, protected RegistryFixture {
  protected:
    std::unique_ptr<Users> open() { return std::make_unique<Users>(file, passwords_, clock); }
    void add(std::string_view name, Rights rights = {}) {
        const auto added = users_->add(name, std::move(rights), kPassword);
        ASSERT_TRUE(added) << added.error().text;
    }
    bool mayLogIn(std::string_view name, std::string_view password,
                  std::string_view address = kHome) {
        return static_cast<bool>(users_->login(name, password, address));
    }

    Passwords passwords_{{.iterations = 16, .blockSize = 1, .parallel = 1}};
    const std::filesystem::path passwordFile_ = directory.path() / "admin-password";
    std::unique_ptr<Users> users_ = open();
};

TEST_F(UsersTest, AddsSomebodyWhoMayLogIn) {
    add("anna", {Role::Operator, {kApplication}});
    const auto user = users_->login("anna", kPassword, kHome);
    ASSERT_TRUE(user);
    EXPECT_EQ(user->name, "anna");
    EXPECT_EQ(user->rights, (Rights{Role::Operator, {kApplication}}));
    EXPECT_EQ(user->created, clock.now());
    EXPECT_EQ(user->principal().name, "user anna");
    EXPECT_TRUE(user->principal().mayChange(kApplication));
}

TEST_F(UsersTest, LetsNobodyElseIn) {
    add("anna");
    EXPECT_FALSE(mayLogIn("anna", kOther));
    EXPECT_FALSE(mayLogIn("anna", ""));
    EXPECT_FALSE(mayLogIn("ann", kPassword));
    EXPECT_FALSE(mayLogIn("", kPassword));
    EXPECT_FALSE(mayLogIn("Anna", kPassword));
    EXPECT_FALSE(mayLogIn(std::string(1'000'000, 'a'), kPassword));
}

TEST_F(UsersTest, KeepsEverythingOverARestart) {
    add("anna", {Role::Operator, {kApplication}});
    clock.advance(1h);
    ASSERT_TRUE(mayLogIn("anna", kPassword));
    const auto before = *users_->find("anna");
    users_ = open();
    const auto after = users_->find("anna");
    ASSERT_TRUE(after);
    EXPECT_EQ(after->rights, before.rights);
    EXPECT_EQ(after->created, before.created);
    EXPECT_EQ(after->lastLogin, clock.now());
    EXPECT_TRUE(mayLogIn("anna", kPassword));
}

TEST_F(UsersTest, KeepsNoPassword) {
    add("anna");
    file.read([](sqlite::Database& database) {
        sqlite::Statement row(database, "select password from user");
        ASSERT_TRUE(row.step());
        EXPECT_THAT(std::string(row.text(0)), AllOf(HasSubstr("scrypt$"), Not(HasSubstr("horse"))));
    });
}

TEST_F(UsersTest, SaysWhatIsWrongAboutANewUser) {
    add("anna");
    EXPECT_EQ(users_->add("anna", {}, kPassword).error().why, Why::Taken);
    EXPECT_EQ(users_->add("An na", {}, kPassword).error().field, "name");
    EXPECT_EQ(users_->add("ben", {Role::Operator, {}}, kPassword).error().field, "applications");
    const AccountError error = users_->add("ben", {}, "too short").error();
    EXPECT_EQ(error.why, Why::Wrong);
    EXPECT_EQ(error.field, "password");
    EXPECT_THAT(error.text, Not(HasSubstr("too short")));
    EXPECT_FALSE(users_->find("ben"));
}

TEST_F(UsersTest, ListsByNameInPages) {
    for (const char* name : {"carl", "anna", "ben"}) add(name);
    EXPECT_THAT(users_->list("", 2),
                ElementsAre(Field(&User::name, "anna"), Field(&User::name, "ben")));
    EXPECT_THAT(users_->list("ben", 2), ElementsAre(Field(&User::name, "carl")));
    EXPECT_THAT(users_->list("carl", 2), IsEmpty());
}

TEST_F(UsersTest, ChangesRightsAndKeepsThePassword) {
    add("anna");
    const auto credential = users_->find("anna")->credential;
    ASSERT_TRUE(users_->change("anna", {Role::Admin, {}}));
    EXPECT_EQ(users_->find("anna")->rights.role, Role::Admin);
    EXPECT_EQ(users_->find("anna")->credential, credential);
    EXPECT_TRUE(mayLogIn("anna", kPassword));
    EXPECT_EQ(users_->change("nobody", {}).error().why, Why::Missing);
    EXPECT_EQ(users_->change("anna", {Role::Operator, {}}).error().field, "applications");
    users_ = open();
    EXPECT_EQ(users_->find("anna")->rights.role, Role::Admin);
}

TEST_F(UsersTest, TakesANewPasswordInsteadOfTheOldOne) {
    add("anna");
    const auto credential = users_->find("anna")->credential;
    ASSERT_TRUE(users_->setPassword("anna", kOther));
    EXPECT_FALSE(mayLogIn("anna", kPassword));
    EXPECT_TRUE(mayLogIn("anna", kOther));
    EXPECT_NE(users_->find("anna")->credential, credential);
    EXPECT_EQ(users_->setPassword("anna", "short").error().field, "password");
    EXPECT_EQ(users_->setPassword("nobody", kOther).error().why, Why::Missing);
}

TEST_F(UsersTest, KnowsAPasswordAgainAfterARestart) {
    add("anna");
    add("ben");
    const auto credential = users_->find("anna")->credential;
    EXPECT_NE(credential, users_->find("ben")->credential);
    users_ = open();
    EXPECT_EQ(users_->find("anna")->credential, credential);
    ASSERT_TRUE(users_->setPassword("anna", kPassword));
    EXPECT_NE(users_->find("anna")->credential, credential) << "the same, but given anew";
}

TEST_F(UsersTest, RemembersWhoHasAPasswordThatTheBrokerMade) {
    const auto isMade = [&](const char* name) { return users_->find(name)->mustChangePassword; };
    add("anna");
    ASSERT_TRUE(users_->add("ben", {}, kPassword, true));
    users_ = open();
    EXPECT_FALSE(isMade("anna"));
    EXPECT_TRUE(isMade("ben"));
    ASSERT_TRUE(mayLogIn("ben", kPassword));
    ASSERT_TRUE(users_->change("ben", {Role::Admin, {}}));
    EXPECT_TRUE(isMade("ben"));
    ASSERT_TRUE(users_->setPassword("ben", kOther));
    users_ = open();
    EXPECT_FALSE(isMade("ben"));
}

TEST_F(UsersTest, RemovesSomebodyForGood) {
    add("anna");
    const auto credential = users_->find("anna")->credential;
    ASSERT_TRUE(users_->remove("anna"));
    EXPECT_FALSE(users_->find("anna"));
    EXPECT_FALSE(mayLogIn("anna", kPassword));
    EXPECT_EQ(users_->remove("anna").error().why, Why::Missing);
    add("anna");
    EXPECT_NE(users_->find("anna")->credential, credential) << "another account of that name";
    ASSERT_TRUE(users_->remove("anna"));
    users_ = open();
    EXPECT_FALSE(users_->find("anna"));
}

TEST_F(UsersTest, KeepsTheLastAdmin) {
    add("anna", {Role::Admin, {}});
    add("ben", {Role::Admin, {}});
    ASSERT_TRUE(users_->remove("ben"));
    const AccountError removed = users_->remove("anna").error();
    EXPECT_EQ(removed.why, Why::LastAdmin);
    EXPECT_THAT(removed.text, AllOf(HasSubstr("anna"), HasSubstr("make another one first")));
    EXPECT_EQ(users_->change("anna", {}).error().why, Why::LastAdmin);
    EXPECT_TRUE(users_->change("anna", {Role::Admin, {}}));
    add("carl", {Role::Admin, {}});
    EXPECT_TRUE(users_->change("anna", {}));
}

TEST_F(UsersTest, KeepsOneAdminWhenManyAreRemovedAtOnce) {
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i) add("admin" + std::to_string(i), {Role::Admin, {}});
    for (int i = 0; i < 8; ++i) {
        threads.emplace_back(
            [&, i] { static_cast<void>(users_->remove("admin" + std::to_string(i))); });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_THAT(users_->list("", 100), ElementsAre(Field(&User::rights, Rights{Role::Admin, {}})));
}

TEST_F(UsersTest, ServesLoginsWhileAccountsChange) {
    add("anna", {Role::Admin, {}});
    add("ben");
    std::thread changing([&] {
        for (int i = 0; i < 20; ++i) {
            EXPECT_TRUE(users_->change("ben", {Role::Viewer, {kApplication}}));
            EXPECT_TRUE(users_->setPassword("ben", kOther));
            EXPECT_TRUE(users_->remove("ben"));
            EXPECT_TRUE(users_->add("ben", {}, kPassword));
        }
    });
    for (int i = 0; i < 20; ++i) {
        EXPECT_TRUE(mayLogIn("anna", kPassword));
        static_cast<void>(mayLogIn("ben", kPassword, "192.0.2." + std::to_string(i)));
        EXPECT_THAT(users_->list("", 10), ::testing::SizeIs(::testing::Ge(1U)));
    }
    changing.join();
    EXPECT_TRUE(mayLogIn("ben", kPassword));
}

TEST_F(UsersTest, LocksOutAfterFiveWrongPasswordsButNotFromElsewhere) {
    add("anna");
    for (int i = 0; i < 5; ++i) {
        EXPECT_EQ(users_->login("anna", kOther, kAway).error().why, LoginFailure::Why::Wrong);
    }
    const LoginFailure locked = users_->login("anna", kPassword, kAway).error();
    EXPECT_EQ(locked.why, LoginFailure::Why::Locked);
    EXPECT_EQ(locked.retryAfter, 900s);
    EXPECT_TRUE(users_->find("anna")->isLocked);
    EXPECT_TRUE(users_->list("", 1).front().isLocked);
    EXPECT_TRUE(mayLogIn("anna", kPassword, kHome));
    clock.advance(15min);
    EXPECT_FALSE(users_->find("anna")->isLocked);
    EXPECT_TRUE(mayLogIn("anna", kPassword, kAway));
}

TEST_F(UsersTest, LocksNamesThatNobodyHasInTheSameWay) {
    for (const char* name : {"nobody", "No Body"}) {
        for (int i = 0; i < 5; ++i) {
            EXPECT_EQ(users_->login(name, kOther, kAway).error().why, LoginFailure::Why::Wrong);
        }
        EXPECT_EQ(users_->login(name, kOther, kAway).error().why, LoginFailure::Why::Locked);
    }
}

TEST_F(UsersTest, TellsTheAuditLogWhetherThereIsSuchAUser) {
    add("anna");
    EXPECT_TRUE(users_->login("anna", kOther, kAway).error().isKnown);
    EXPECT_FALSE(users_->login("ben", kOther, kAway).error().isKnown);
}

TEST_F(UsersTest, UnlocksWithANewPassword) {
    add("anna");
    for (int i = 0; i < 6; ++i) EXPECT_FALSE(mayLogIn("anna", kOther, kAway));
    ASSERT_TRUE(users_->setPassword("anna", "a third password"));
    EXPECT_TRUE(mayLogIn("anna", "a third password", kAway));
}

TEST_F(UsersTest, ProvesWhoItIsWithoutBeingALogin) {
    add("anna");
    EXPECT_TRUE(users_->verify("anna", kPassword, kHome));
    EXPECT_FALSE(users_->find("anna")->lastLogin);
    for (int i = 0; i < 5; ++i) EXPECT_FALSE(users_->verify("anna", kOther, kHome));
    EXPECT_EQ(users_->verify("anna", kPassword, kHome).error().why, LoginFailure::Why::Locked);
}

TEST_F(UsersTest, LetsInWhenTheDiskIsFull) {
    add("anna");
    refuseChanges();
    EXPECT_TRUE(mayLogIn("anna", kPassword));
    EXPECT_THROW(static_cast<void>(users_->setPassword("anna", kOther)), RegistryError);
    EXPECT_THROW(static_cast<void>(users_->add("ben", {}, kPassword)), RegistryError);
    EXPECT_THROW(static_cast<void>(users_->change("anna", {Role::Admin, {}})), RegistryError);
    EXPECT_THROW(static_cast<void>(users_->remove("anna")), RegistryError);
    refuseChanges(false);
    EXPECT_TRUE(mayLogIn("anna", kPassword)) << "nothing was changed";
    EXPECT_EQ(users_->find("anna")->rights.role, Role::Viewer);
    EXPECT_FALSE(users_->find("ben"));
    for (const std::string& line : log.lines()) {
        EXPECT_THAT(line, AllOf(Not(HasSubstr(kPassword)), Not(HasSubstr(kOther))));
    }
}

TEST_F(UsersTest, RefusesAFileWhoseRightsCannotBeRead) {
    add("anna");
    run("update user set applications = 'all'");
    EXPECT_THROW(open(), RegistryError);
    EXPECT_THAT(log.lines(), ElementsAre(HasSubstr("the rights of user anna cannot be read")));
}

TEST_F(UsersTest, MakesAnAdminAtTheFirstStart) {
    const auto password = users_->ensureAdmin(passwordFile_);
    ASSERT_TRUE(password);
    EXPECT_THAT(*password, ::testing::MatchesRegex("[A-Za-z0-9_-]{20}"));
    const auto user = users_->login("admin", *password, kHome);
    ASSERT_TRUE(user);
    EXPECT_TRUE(user->principal().isAdmin());
    EXPECT_TRUE(user->mustChangePassword);
    std::ifstream in(passwordFile_);
    std::string line;
    std::getline(in, line);
    EXPECT_EQ(line, *password);
    EXPECT_EQ(std::filesystem::status(passwordFile_).permissions(),
              perms::owner_read | perms::owner_write);
}

TEST_F(UsersTest, MakesNoAdminWhenThereIsAnybody) {
    add("anna");
    EXPECT_FALSE(users_->ensureAdmin(passwordFile_));
    EXPECT_FALSE(std::filesystem::exists(passwordFile_));
    EXPECT_FALSE(users_->find("admin"));
}

TEST_F(UsersTest, KeepsTheFirstPasswordsFileUntilItIsChanged) {
    static_cast<void>(users_->ensureAdmin(passwordFile_));
    add("anna", {Role::Admin, {}});
    ASSERT_TRUE(users_->setPassword("anna", kOther));
    users_ = open();
    EXPECT_FALSE(users_->ensureAdmin(passwordFile_));
    EXPECT_TRUE(std::filesystem::exists(passwordFile_));
    ASSERT_TRUE(users_->setPassword("admin", kOther));
    EXPECT_FALSE(std::filesystem::exists(passwordFile_));
}

TEST_F(UsersTest, RemovesTheFirstPasswordsFileWithTheAdmin) {
    static_cast<void>(users_->ensureAdmin(passwordFile_));
    add("anna", {Role::Admin, {}});
    ASSERT_TRUE(users_->remove("admin"));
    EXPECT_FALSE(std::filesystem::exists(passwordFile_));
}

TEST_F(UsersTest, MakesAnotherPasswordWhenTheFirstStartWasInterrupted) {
    std::ofstream(passwordFile_) << "left over\n";
    const auto password = users_->ensureAdmin(passwordFile_);
    ASSERT_TRUE(password);
    EXPECT_TRUE(mayLogIn("admin", *password));
}

TEST_F(UsersTest, SaysWhichFileTheFirstPasswordCannotBeWrittenTo) {
    const auto place = directory.path() / "missing" / "admin-password";
    try {
        static_cast<void>(users_->ensureAdmin(place));
        FAIL() << "it was written";
    } catch (const std::runtime_error& error) {
        EXPECT_THAT(error.what(), HasSubstr(place.string()));
    }
    EXPECT_FALSE(users_->find("admin")) << "nobody would know its password";
}

}  // namespace
}  // namespace runnel
