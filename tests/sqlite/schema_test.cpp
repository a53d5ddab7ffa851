// SPDX-License-Identifier: Apache-2.0
#include "sqlite/schema.h"

#include <gmock/gmock.h>

#include <array>
#include <fstream>

#include "tests/support/temporary_directory.h"

namespace runnel::sqlite {
namespace {

using ::testing::HasSubstr;

constexpr std::array kFirst{"create table book(title text)"};
constexpr std::array kBoth{kFirst[0],
                           "alter table book add pages integer; update book set pages=7"};
constexpr std::array kBroken{kFirst[0], "create table pen(colour text); no sql at all"};
constexpr Schema kOld{42, kFirst};
constexpr Schema kNew{42, kBoth};
constexpr Schema kWrong{42, kBroken};

class SchemaTest : public ::testing::Test {
  protected:
    void make(const Schema& schema) {
        Database database(file_);
        upgrade(database, schema);
        database.run("insert into book(title) values('Moby Dick')");
    }
    std::int64_t number(const std::string& sql) { return Database(file_).number(sql); }

    TemporaryDirectory directory_;
    std::filesystem::path file_ = directory_.path() / "test.db";
};

TEST_F(SchemaTest, MakesANewFile) {
    inspect(file_, kNew);
    EXPECT_FALSE(std::filesystem::exists(file_)) << "looking makes nothing";
    make(kNew);
    inspect(file_, kNew);
    EXPECT_EQ(number("pragma application_id"), 42);
    EXPECT_EQ(number("pragma user_version"), 2);
}

TEST_F(SchemaTest, TakesAnOldFileToTheNewestVersion) {
    make(kOld);
    inspect(file_, kNew);
    Database database(file_);
    upgrade(database, kNew);
    EXPECT_EQ(database.number("pragma user_version"), 2);
    EXPECT_EQ(database.number("select pages from book"), 7);
    upgrade(database, kNew);
    EXPECT_EQ(database.number("select count(*) from book"), 1) << "nothing is done twice";
}

TEST_F(SchemaTest, LeavesTheOldVersionWhenAStepFails) {
    make(kOld);
    {
        Database database(file_);
        EXPECT_THROW(upgrade(database, kWrong), Failure);
    }
    EXPECT_EQ(number("pragma user_version"), 1);
    EXPECT_EQ(number("select count(*) from sqlite_master where name='pen'"), 0);
}

TEST_F(SchemaTest, RefusesALaterVersion) {
    make(kNew);
    try {
        inspect(file_, kOld);
        FAIL() << "it was taken";
    } catch (const NewerVersion& error) {
        EXPECT_THAT(error.what(), HasSubstr("has version 2, this runneld knows up to 1"));
    }
}

TEST_F(SchemaTest, RefusesAnotherProgramsFile) {
    make({7, kFirst});
    try {
        inspect(file_, kNew);
        FAIL() << "it was taken";
    } catch (const Failure& failure) {
        EXPECT_TRUE(failure.isDamage());
        EXPECT_THAT(failure.what(), HasSubstr("application_id is 7, expected 42"));
    }
}

TEST_F(SchemaTest, TakesAFileWhoseMakingWasInterrupted) {
    std::ofstream(file_).flush();
    EXPECT_NO_THROW(inspect(file_, kNew)) << "empty";
    { const Database withoutTables(file_); }
    EXPECT_NO_THROW(inspect(file_, kNew)) << "without tables";
}

TEST_F(SchemaTest, FindsAFileThatWasCutOff) {
    make(kNew);
    Database database(file_);
    database.run("insert into book(title) values(zeroblob(100000))");
    EXPECT_NO_THROW(checkSize(database));
    std::filesystem::resize_file(file_, std::filesystem::file_size(file_) - 4096);
    EXPECT_THROW(checkSize(database), Failure);
}

}  // namespace
}  // namespace runnel::sqlite
