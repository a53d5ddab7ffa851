// SPDX-License-Identifier: Apache-2.0
#include "sqlite/database.h"

#include <gmock/gmock.h>

#include <fstream>

#include "tests/support/temporary_directory.h"

namespace runnel::sqlite {
namespace {

using ::testing::HasSubstr;

class DatabaseTest : public ::testing::Test {
  protected:
    TemporaryDirectory directory_;
    std::filesystem::path file_ = directory_.path() / "test.db";
};

TEST_F(DatabaseTest, IsReadableByItsOwnerOnly) {
    const Database database(file_);
    EXPECT_EQ(std::filesystem::status(file_).permissions() & std::filesystem::perms(0777),
              std::filesystem::perms(0600));
}

TEST_F(DatabaseTest, KeepsNumbersTextsAndBlobs) {
    Database database(file_);
    database.run("create table t(n integer, s text, b blob)");
    Statement insert(database, "insert into t values(?,?,?)");
    const std::vector<std::uint8_t> blob{0, 1, 255};
    insert.bind(1, -5).bind(2, std::string_view("a\0b", 3)).bind(3, blob).run();
    insert.bind(1, 0).bind(2, std::string_view()).bind(3, std::span<const std::uint8_t>()).run();
    Statement select(database, "select n, s, b from t order by n");
    ASSERT_TRUE(select.step());
    EXPECT_EQ(select.integer(0), -5);
    EXPECT_EQ(select.text(1), std::string_view("a\0b", 3));
    EXPECT_TRUE(std::ranges::equal(select.blob(2), blob));
    ASSERT_TRUE(select.step());
    EXPECT_EQ(select.text(1), "");
    EXPECT_TRUE(select.blob(2).empty());
    EXPECT_FALSE(select.step());
    EXPECT_EQ(database.number("select count(*) from t where s is null or b is null"), 0);
}

TEST_F(DatabaseTest, ATransactionIsRolledBackUnlessCommitted) {
    Database database(file_);
    database.run("create table t(n integer)");
    {
        const Transaction transaction(database);
        database.run("insert into t values(1)");
    }
    EXPECT_EQ(database.number("select count(*) from t"), 0);
    Transaction transaction(database);
    database.run("insert into t values(1)");
    transaction.commit();
    EXPECT_EQ(database.number("select count(*) from t"), 1);
}

TEST_F(DatabaseTest, ASnapshotIsOfOneMoment) {
    Database writer(file_);
    writer.run("create table t(n integer)");
    Database reader(file_, Database::ReadOnly{});
    {
        const Snapshot snapshot(reader);
        EXPECT_EQ(reader.number("select count(*) from t"), 0);
        writer.run("insert into t values(1)");
        EXPECT_EQ(reader.number("select count(*) from t"), 0);
    }
    EXPECT_EQ(reader.number("select count(*) from t"), 1);
    EXPECT_THROW(reader.run("insert into t values(2)"), Failure);
}

TEST_F(DatabaseTest, TellsDamageFromWhatMayGoAway) {
    std::ofstream(file_) << "this is certainly not a database, whatever its name says";
    try {
        const Database database(file_);
        FAIL() << "it was opened";
    } catch (const Failure& failure) {
        EXPECT_TRUE(failure.isDamage());
        EXPECT_THAT(failure.what(), HasSubstr("test.db"));
    }
    try {
        const Database database(directory_.path() / "absent" / "test.db");
        FAIL() << "it was opened";
    } catch (const Failure& failure) {
        EXPECT_FALSE(failure.isDamage());
        EXPECT_THAT(std::string(failure.advice()), HasSubstr("directory exists"));
    }
}

TEST_F(DatabaseTest, MovesADamagedFileAsideWithWhatBelongsToIt) {
    std::ofstream(file_) << "1";
    std::ofstream(file_.string() + "-wal") << "2";
    const auto target = moveAside(file_);
    EXPECT_THAT(target.filename().string(), HasSubstr("test.db.damaged-"));
    EXPECT_TRUE(std::filesystem::exists(target));
    EXPECT_TRUE(std::filesystem::exists(target.string() + "-wal"));
    EXPECT_FALSE(std::filesystem::exists(file_));
    EXPECT_FALSE(std::filesystem::exists(file_.string() + "-wal"));
}

}  // namespace
}  // namespace runnel::sqlite
