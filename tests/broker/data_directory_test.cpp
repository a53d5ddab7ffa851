// SPDX-License-Identifier: Apache-2.0
#include "broker/data_directory.h"

#include <gmock/gmock.h>

#include <fstream>

#include "base/config_error.h"
#include "tests/support/temporary_directory.h"

namespace runnel::test {
namespace {

using ::testing::HasSubstr;

std::string complaintAbout(const std::filesystem::path& path) {
    try {
        const DataDirectory directory(path);
        return "";
    } catch (const ConfigError& error) {
        return error.what();
    }
}

TEST(DataDirectoryTest, MakesItAndWhatIsAbove) {
    const TemporaryDirectory directory;
    const DataDirectory data(directory.path() / "a" / "b");
    EXPECT_TRUE(std::filesystem::is_directory(directory.path() / "a" / "b"));
}

TEST(DataDirectoryTest, RefusesASecondBroker) {
    const TemporaryDirectory directory;
    const DataDirectory first(directory.path());
    EXPECT_THAT(complaintAbout(directory.path()), HasSubstr("another runneld uses it"));
}

TEST(DataDirectoryTest, IsFreeAgainAfterwards) {
    const TemporaryDirectory directory;
    { const DataDirectory first(directory.path()); }
    EXPECT_EQ(complaintAbout(directory.path()), "");
}

TEST(DataDirectoryTest, NamesTheFileThatIsInItsPlace) {
    const TemporaryDirectory directory;
    const std::filesystem::path file = directory.path() / "file";
    std::ofstream(file) << "x";
    EXPECT_THAT(complaintAbout(file / "data"), HasSubstr(file.string()));
}

}  // namespace
}  // namespace runnel::test
