// SPDX-License-Identifier: Apache-2.0
#include "registry/vault.h"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <set>

#include "base/config_error.h"
#include "tests/support/temporary_directory.h"

namespace runnel {
namespace {

using std::filesystem::perms;
using ::testing::AllOf;
using ::testing::HasSubstr;

class VaultTest : public ::testing::Test {
  protected:
    void write(std::string_view content, mode_t mode = 0600) const {
        std::ofstream(file_, std::ios::binary) << content;
        ASSERT_EQ(::chmod(file_.c_str(), mode), 0);
    }
    std::string content() const {
        std::ifstream in(file_, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    std::string complaint() const {
        try {
            const Vault vault(file_);
        } catch (const ConfigError& error) {
            return error.what();
        }
        return "";
    }

    TemporaryDirectory directory_;
    std::filesystem::path file_ = directory_.path() / "key";
};

TEST_F(VaultTest, MakesAKeyThatOnlyItsOwnerMayRead) {
    const mode_t mask = ::umask(0);
    const Vault vault(file_);
    ::umask(mask);
    EXPECT_EQ(std::filesystem::file_size(file_), 32U);
    EXPECT_EQ(std::filesystem::status(file_).permissions(), perms::owner_read | perms::owner_write);
    EXPECT_FALSE(std::filesystem::exists(directory_.path() / "key.new"));
}

TEST_F(VaultTest, MakesAnotherKeyEachTime) {
    const Vault first(file_);
    const Vault second(directory_.path() / "other");
    EXPECT_NE(first.digest("a secret"), second.digest("a secret"));
    EXPECT_FALSE(second.open(first.seal("text", "here"), "here"));
}

TEST_F(VaultTest, KeepsItsKeyOverARestart) {
    const Vault first(file_);
    const auto sealed = first.seal("text", "here");
    const std::string key = content();
    const Vault second(file_);
    EXPECT_EQ(second.open(sealed, "here"), "text");
    EXPECT_EQ(second.digest("a secret"), first.digest("a secret"));
    EXPECT_EQ(content(), key);
}

TEST_F(VaultTest, ReplacesWhatACrashLeftOver) {
    std::ofstream(directory_.path() / "key.new") << "half";
    const Vault vault(file_);
    EXPECT_EQ(std::filesystem::file_size(file_), 32U);
    EXPECT_FALSE(std::filesystem::exists(directory_.path() / "key.new"));
}

TEST_F(VaultTest, RefusesAKeyOfAnotherSizeAndLeavesItAsItIs) {
    for (const std::size_t size : {std::size_t{0}, std::size_t{31}, std::size_t{33}}) {
        write(std::string(size, 'k'));
        EXPECT_THAT(complaint(), AllOf(HasSubstr(file_.string()),
                                       HasSubstr(std::to_string(size) + " bytes, expected 32"),
                                       HasSubstr("backup")));
        EXPECT_EQ(content(), std::string(size, 'k'));
    }
}

TEST_F(VaultTest, RefusesAKeyThatOthersMayUse) {
    for (const mode_t mode : {0640, 0604, 0620, 0601}) {
        write(std::string(32, 'k'), mode);
        EXPECT_THAT(complaint(), AllOf(HasSubstr(file_.string()), HasSubstr("chmod 600"))) << mode;
    }
    write(std::string(32, 'k'), 0400);
    EXPECT_EQ(complaint(), "");
}

TEST_F(VaultTest, RefusesWhatIsNoRegularFile) {
    std::filesystem::create_directory(file_);
    EXPECT_THAT(complaint(), HasSubstr("is not a regular file"));
    std::filesystem::remove(file_);
    ASSERT_EQ(::mkfifo(file_.c_str(), 0600), 0);
    EXPECT_THAT(complaint(), HasSubstr("is not a regular file"));
}

TEST_F(VaultTest, SaysWhichFileCannotBeMade) {
    file_ = directory_.path() / "missing" / "key";
    EXPECT_THAT(complaint(), AllOf(HasSubstr(file_.string()), HasSubstr("No such file"),
                                   HasSubstr("has to be writable")));
}

TEST_F(VaultTest, OpensWhatItSealed) {
    const Vault vault(file_);
    for (const std::string& text :
         {std::string(), std::string("t"), std::string("a\0b", 3), std::string(100'000, 'x')}) {
        EXPECT_EQ(vault.open(vault.seal(text, "here"), "here"), text);
        EXPECT_EQ(vault.open(vault.seal(text, ""), ""), text);
    }
}

TEST_F(VaultTest, HidesTheTextAndSealsItInAnotherWayEachTime) {
    const Vault vault(file_);
    const auto sealed = vault.seal("a text to be hidden", "here");
    const std::string bytes(sealed.begin(), sealed.end());
    EXPECT_THAT(bytes, ::testing::Not(HasSubstr("hidden")));
    std::set<Vault::Sealed> all;
    for (int i = 0; i < 100; ++i) all.insert(vault.seal("a text to be hidden", "here"));
    EXPECT_EQ(all.size(), 100U);
}

TEST_F(VaultTest, OpensNothingForAnotherContext) {
    const Vault vault(file_);
    const auto sealed = vault.seal("text", "stream a");
    EXPECT_FALSE(vault.open(sealed, "stream b"));
    EXPECT_FALSE(vault.open(sealed, ""));
    EXPECT_FALSE(vault.open(sealed, "stream a "));
}

TEST_F(VaultTest, OpensNothingThatWasChangedInAnyBit) {
    const Vault vault(file_);
    const auto sealed = vault.seal("text", "here");
    for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
        auto changed = sealed;
        changed[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
        EXPECT_FALSE(vault.open(changed, "here")) << "bit " << bit;
    }
}

TEST_F(VaultTest, OpensNothingThatWasCutOrPutTogether) {
    const Vault vault(file_);
    const auto sealed = vault.seal("text", "here");
    for (std::size_t size = 0; size < sealed.size(); ++size) {
        EXPECT_FALSE(vault.open(std::span(sealed).first(size), "here")) << size;
    }
    auto longer = sealed;
    longer.push_back(0);
    EXPECT_FALSE(vault.open(longer, "here"));
}

TEST_F(VaultTest, GivesEachSecretADigestOfItsOwn) {
    const Vault vault(file_);
    EXPECT_EQ(vault.digest("secret"), vault.digest("secret"));
    EXPECT_NE(vault.digest("secret"), vault.digest("secret "));
    EXPECT_NE(vault.digest(""), vault.digest(std::string_view("\0", 1)));
    EXPECT_NE(vault.digest(""), Vault::Digest{});
}

TEST_F(VaultTest, DerivesItsKeysAsRfc5869And2104Say) {
    write(std::string(32, '\x0b'));
    const Vault vault(file_);
    // hmac(hkdf(32 * 0x0b, no salt, "runnel hashing 1"), "a secret"), by another implementation.
    const Vault::Digest expected{0x0c, 0xf6, 0xa8, 0xcb, 0xf6, 0xef, 0xbc, 0x1a, 0x49, 0xd3, 0x6b,
                                 0xb9, 0x19, 0x0b, 0x68, 0x0d, 0x4c, 0xfb, 0x65, 0x88, 0xd3, 0x75,
                                 0xea, 0xee, 0x78, 0xa2, 0xe8, 0x3c, 0xa2, 0xcb, 0x32, 0xd7};
    EXPECT_EQ(vault.digest("a secret"), expected);
}

TEST_F(VaultTest, MakesSecretsOf43CharactersThatAUrlCanHold) {
    std::set<std::string> all;
    std::set<char> characters;
    for (int i = 0; i < 500; ++i) {
        const std::string secret = makeSecret();
        EXPECT_THAT(secret, ::testing::MatchesRegex("[A-Za-z0-9_-]{43}"));
        all.insert(secret);
        characters.insert(secret.begin(), secret.end());
    }
    EXPECT_EQ(all.size(), 500U);
    EXPECT_EQ(characters.size(), 64U);
}

}  // namespace
}  // namespace runnel
