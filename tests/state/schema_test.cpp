// SPDX-License-Identifier: Apache-2.0
#include "state/schema.h"

#include <array>

#include "base/config_error.h"
#include "tests/state/state_fixture.h"

namespace runnel::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class SchemaTest : public ::testing::Test {
  protected:
    static std::string complaint(sqlite::Database& database,
                                 std::span<const std::string_view> steps = schema::steps()) {
        try {
            schema::upgrade(database, steps);
        } catch (const ConfigError& error) {
            return error.what();
        }
        return "";
    }

    TemporaryDirectory directory_;
    sqlite::Database database_{directory_.path() / "state.db"};
};

TEST_F(SchemaTest, MarksANewFileAsOursInVersion1) {
    schema::upgrade(database_, schema::steps());
    EXPECT_EQ(database_.number("pragma application_id"), schema::kApplicationId);
    EXPECT_EQ(database_.number("pragma user_version"), 1);
}

TEST_F(SchemaTest, TakesEachStepOnce) {
    const std::array<std::string_view, 3> steps{"create table a (x); insert into a values (1);",
                                                "create table b (x);", "insert into a values (2);"};
    schema::upgrade(database_, std::span(steps).first(1));
    schema::upgrade(database_, std::span(steps).first(2));
    schema::upgrade(database_, std::span(steps).first(2));
    schema::upgrade(database_, steps);
    EXPECT_EQ(database_.number("pragma user_version"), 3);
    EXPECT_EQ(database_.number("select count(*) from a"), 2);
}

TEST_F(SchemaTest, LeavesTheFileAsItIsWhenAStepFails) {
    const std::array<std::string_view, 2> steps{"create table a (x);", "create nonsense"};
    schema::upgrade(database_, std::span(steps).first(1));
    EXPECT_THROW(schema::upgrade(database_, steps), sqlite::Failure);
    EXPECT_EQ(database_.number("pragma user_version"), 1);
}

TEST_F(SchemaTest, RefusesWhatANewerRunnelWrote) {
    schema::upgrade(database_, schema::steps());
    database_.run("pragma user_version=99");
    EXPECT_THAT(complaint(database_),
                AllOf(HasSubstr("state.db has format version 99, this runnel knows versions up "
                                "to 1"),
                      HasSubstr("install the newer runnel")));
    EXPECT_EQ(database_.number("pragma user_version"), 99);
}

TEST_F(SchemaTest, RefusesWhatAnotherProgramMade) {
    database_.run("create table theirs (x)");
    EXPECT_THAT(complaint(database_), HasSubstr("was made by another program"));
    database_.run("drop table theirs; pragma application_id=5");
    EXPECT_THAT(complaint(database_), HasSubstr("found application id 5"));
}

}  // namespace
}  // namespace runnel::test
