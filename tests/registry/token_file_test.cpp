// SPDX-License-Identifier: Apache-2.0
#include "registry/token_file.h"

#include <gmock/gmock.h>

#include <fstream>

#include "tests/support/temporary_directory.h"

namespace runnel {
namespace {

using std::filesystem::perms;

class TokenFileTest : public ::testing::Test {
  protected:
    perms mode() const { return std::filesystem::status(file_).permissions(); }

    TemporaryDirectory directory_;
    std::filesystem::path file_ = directory_.path() / "tokens";
};

TEST_F(TokenFileTest, KeepsATokenOverARestart) {
    TokenFile first(file_);
    const auto made = first.get("app/cloud");
    EXPECT_TRUE(made.wasMade);
    EXPECT_FALSE(first.get("app/cloud").wasMade);
    EXPECT_EQ(first.get("app/cloud").token, made.token);
    EXPECT_NE(first.get("app/erp").token, made.token);
    first.save();
    TokenFile second(file_);
    EXPECT_FALSE(second.get("app/cloud").wasMade);
    EXPECT_EQ(second.get("app/cloud").token, made.token);
}

TEST_F(TokenFileTest, IsForTheBrokersEyesOnly) {
    TokenFile tokens(file_);
    tokens.get("app/cloud");
    tokens.save();
    EXPECT_EQ(mode(), perms::owner_read | perms::owner_write);
}

TEST_F(TokenFileTest, TakesRightsBackThatALeftOverFileHad) {
    for (const auto& file : {file_, directory_.path() / "tokens.new"}) {
        std::ofstream(file) << "app/old\tan-old-token-of-16\n";
        std::filesystem::permissions(
            file, perms::owner_read | perms::owner_write | perms::group_read | perms::others_read);
    }
    TokenFile tokens(file_);
    EXPECT_EQ(tokens.get("app/old").token, "an-old-token-of-16");
    tokens.save();
    EXPECT_EQ(mode(), perms::owner_read | perms::owner_write);
    EXPECT_FALSE(std::filesystem::exists(directory_.path() / "tokens.new"));
}

TEST_F(TokenFileTest, SkipsLinesThatAreNone) {
    std::ofstream(file_) << "\nno tab\napp/cloud\tthe-token-of-16-ch\n";
    TokenFile tokens(file_);
    EXPECT_EQ(tokens.get("app/cloud").token, "the-token-of-16-ch");
    EXPECT_TRUE(tokens.get("no tab").wasMade);
}

TEST_F(TokenFileTest, NamesTheFileThatCannotBeWritten) {
    TokenFile tokens(directory_.path() / "missing" / "tokens");
    tokens.get("app/cloud");
    try {
        tokens.save();
        FAIL() << "it cannot have been saved";
    } catch (const std::runtime_error& error) {
        EXPECT_THAT(error.what(), ::testing::HasSubstr("missing/tokens.new"));
        EXPECT_THAT(error.what(), ::testing::HasSubstr("No such file"));
    }
}

}  // namespace
}  // namespace runnel
