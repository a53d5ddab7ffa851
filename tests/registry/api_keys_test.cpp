// SPDX-License-Identifier: Apache-2.0
#include "registry/api_keys.h"

#include <thread>

#include "tests/registry/registry_fixture.h"

namespace runnel {
namespace {

using namespace std::chrono_literals;
using test::RegistryFixture;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;

constexpr Eui kApplication{0x70B3D57ED0000001};

class ApiKeysTest : public ::testing::Test, protected RegistryFixture {
  protected:
    std::unique_ptr<ApiKeys> open() { return std::make_unique<ApiKeys>(file, vault_, clock); }
    ApiKeys::Made add(std::string name, std::optional<Instant> expires = std::nullopt) {
        auto made = keys_->add({.name = std::move(name), .rights = {}, .expires = expires});
        EXPECT_TRUE(made);
        return *made;
    }

    const Vault vault_{directory.path() / "key"};
    std::unique_ptr<ApiKeys> keys_ = open();
};

TEST_F(ApiKeysTest, FindsWhoseKeyItIs) {
    const auto made =
        keys_->add({.name = "grafana", .rights = {Role::Operator, {kApplication}}, .expires = {}});
    ASSERT_TRUE(made);
    EXPECT_THAT(made->text, MatchesRegex("rk_[A-Za-z0-9_-]{43}"));
    const auto key = keys_->lookUp(made->text);
    ASSERT_TRUE(key);
    EXPECT_EQ(key->id, made->key.id);
    EXPECT_EQ(key->rights, (Rights{Role::Operator, {kApplication}}));
    EXPECT_EQ(key->principal().name, "key " + std::to_string(key->id) + " (grafana)");
}

TEST_F(ApiKeysTest, FindsNothingElse) {
    const std::string text = add("grafana").text;
    for (const std::string& other :
         {std::string(), std::string("rk_"), text.substr(3), text + "x", " " + text,
          text.substr(0, text.size() - 1), "RK_" + text.substr(3), std::string(46, 'x')}) {
        EXPECT_FALSE(keys_->lookUp(other)) << other;
    }
}

TEST_F(ApiKeysTest, KeepsKeysOverARestartWithoutTheirText) {
    const auto made = add("grafana");
    EXPECT_EQ(number("select count(*) from api_key where instr(name || hex(digest), 'rk_')"), 0);
    keys_ = open();
    EXPECT_EQ(keys_->lookUp(made.text)->name, "grafana");
    EXPECT_EQ(keys_->find(made.key.id)->created, made.key.created);
}

TEST_F(ApiKeysTest, OpensNothingAfterItsExpiry) {
    const std::string text = add("short", clock.now() + 1h).text;
    clock.advance(1h - 1ms);
    EXPECT_TRUE(keys_->lookUp(text));
    clock.advance(1ms);
    EXPECT_FALSE(keys_->lookUp(text));
    keys_ = open();
    EXPECT_FALSE(keys_->lookUp(text));
    EXPECT_THAT(keys_->list(0, 10), ElementsAre(Field(&ApiKey::name, "short")))
        << "it can still be seen and removed";
}

TEST_F(ApiKeysTest, OpensNothingOnceItIsRemoved) {
    const auto made = add("grafana");
    const auto other = add("other");
    EXPECT_TRUE(keys_->remove(made.key.id));
    EXPECT_FALSE(keys_->remove(made.key.id));
    EXPECT_FALSE(keys_->lookUp(made.text));
    EXPECT_TRUE(keys_->lookUp(other.text));
    keys_ = open();
    EXPECT_FALSE(keys_->lookUp(made.text));
    EXPECT_TRUE(keys_->lookUp(other.text));
}

TEST_F(ApiKeysTest, GivesNoNumberTwice) {
    const auto first = add("first").key.id;
    EXPECT_TRUE(keys_->remove(first));
    keys_ = open();
    EXPECT_GT(add("second").key.id, first);
}

TEST_F(ApiKeysTest, SaysWhatIsWrongAboutANewKey) {
    EXPECT_EQ(keys_->add({.name = "", .rights = {}, .expires = {}}).error().field, "name");
    EXPECT_EQ(
        keys_->add({.name = "a", .rights = {Role::Operator, {}}, .expires = {}}).error().field,
        "applications");
    EXPECT_EQ(keys_->add({.name = "a", .rights = {}, .expires = clock.now()}).error().field,
              "expires");
    EXPECT_THAT(keys_->list(0, 10), IsEmpty());
}

TEST_F(ApiKeysTest, ListsInPages) {
    const auto first = add("b").key.id;
    add("a");
    add("c");
    EXPECT_THAT(keys_->list(0, 2),
                ElementsAre(Field(&ApiKey::name, "b"), Field(&ApiKey::name, "a")));
    EXPECT_THAT(keys_->list(first, 2),
                ElementsAre(Field(&ApiKey::name, "a"), Field(&ApiKey::name, "c")));
}

TEST_F(ApiKeysTest, SavesWhenAKeyWasUsedOnlyWhenToldTo) {
    const auto made = add("grafana");
    clock.advance(5min);
    static_cast<void>(keys_->lookUp(made.text));
    EXPECT_EQ(keys_->find(made.key.id)->lastUsed, clock.now());
    EXPECT_EQ(number("select last_used from api_key"), 0);
    keys_->saveUsed();
    keys_ = open();
    EXPECT_EQ(keys_->find(made.key.id)->lastUsed, clock.now());
}

TEST_F(ApiKeysTest, WritesNothingWhenNoKeyWasUsed) {
    const auto made = add("grafana");
    static_cast<void>(keys_->lookUp(made.text));
    keys_->saveUsed();
    refuseChanges();
    EXPECT_NO_THROW(keys_->saveUsed());
}

TEST_F(ApiKeysTest, SavesLaterWhatTheDiskRefused) {
    const auto made = add("grafana");
    static_cast<void>(keys_->lookUp(made.text));
    refuseChanges();
    EXPECT_THROW(keys_->saveUsed(), RegistryError);
    refuseChanges(false);
    keys_->saveUsed();
    keys_ = open();
    EXPECT_EQ(keys_->find(made.key.id)->lastUsed, clock.now());
}

TEST_F(ApiKeysTest, ChangesNothingWhenTheDiskRefuses) {
    const auto made = add("grafana");
    refuseChanges();
    EXPECT_THROW(static_cast<void>(keys_->add({.name = "x", .rights = {}, .expires = {}})),
                 RegistryError);
    EXPECT_THROW(keys_->remove(made.key.id), RegistryError);
    EXPECT_THAT(keys_->list(0, 10), ElementsAre(Field(&ApiKey::name, "grafana")));
    EXPECT_TRUE(keys_->lookUp(made.text));
}

TEST_F(ApiKeysTest, ServesLookUpsWhileKeysComeAndGo) {
    const std::string kept = add("kept").text;
    std::thread changing([&] {
        for (int i = 0; i < 30; ++i) {
            const auto made = add("gone");
            EXPECT_TRUE(keys_->lookUp(made.text));
            keys_->saveUsed();
            EXPECT_TRUE(keys_->remove(made.key.id));
            EXPECT_FALSE(keys_->lookUp(made.text));
        }
    });
    for (int i = 0; i < 300; ++i) {
        EXPECT_TRUE(keys_->lookUp(kept));
        keys_->saveUsed();
    }
    changing.join();
    EXPECT_THAT(keys_->list(0, 10), ElementsAre(Field(&ApiKey::name, "kept")));
}

TEST_F(ApiKeysTest, RefusesAFileWhoseKeysCannotBeRead) {
    add("grafana");
    run("update api_key set digest = x'00'");
    EXPECT_THROW(open(), RegistryError);
    run("update api_key set role = 7");
    EXPECT_THROW(open(), RegistryError);
    EXPECT_THAT(log.lines().back(), HasSubstr("API key 1"));
}

}  // namespace
}  // namespace runnel
