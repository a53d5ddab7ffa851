// SPDX-License-Identifier: Apache-2.0
#include "state/schema.h"

#include <array>

#include "state/state_file.h"
#include "tests/state/state_fixture.h"

namespace runnel::test {
namespace {

using ::testing::SizeIs;

class StateSchemaTest : public ::testing::Test {
  protected:
    TemporaryDirectory directory_;
    const std::filesystem::path file_ = directory_.path() / "state.db";
};

TEST_F(StateSchemaTest, MarksANewFileAsOursInVersion1) {
    const StateFile made(file_);
    sqlite::Database database(file_);
    EXPECT_EQ(database.number("pragma application_id"), 0x726E6C53);
    EXPECT_EQ(database.number("pragma user_version"), 1);
}

TEST_F(StateSchemaTest, FinishesAFileWhoseMakingWasInterrupted) {
    static_cast<void>(sqlite::Database(file_));
    const StateFile made(file_);
    EXPECT_EQ(sqlite::Database(file_).number("pragma user_version"), 1);
}

TEST_F(StateSchemaTest, KeepsWhatIsThereWhenALaterVersionAddsToIt) {
    StateFile(file_).put(streamRecord("kept"), true);
    std::vector<const char*> steps(stateSchema().steps.begin(), stateSchema().steps.end());
    steps.push_back("alter table stream add column paused integer not null default 0;");
    {
        sqlite::Database database(file_);
        sqlite::upgrade(database, {stateSchema().applicationId, steps});
    }
    sqlite::Database database(file_);
    EXPECT_EQ(database.number("select count(*) from stream where paused = 0"), 1);
    EXPECT_EQ(database.number("pragma user_version"), 2);
}

}  // namespace
}  // namespace runnel::test
