// SPDX-License-Identifier: Apache-2.0
#include "registry/registry_file.h"

#include <gmock/gmock.h>

#include <fstream>

#include "base/config_error.h"
#include "tests/support/recording_log.h"
#include "tests/support/temporary_directory.h"

namespace runnel {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

void addGateway(sqlite::Database& database, int eui) {
    sqlite::Statement insert(database, "insert into gateway(eui, name) values(?, 'one')");
    insert.bind(1, eui).run();
}

class RegistryFileTest : public ::testing::Test {
  protected:
    static std::int64_t gateways(const RegistryFile& registry) {
        return registry.read([](sqlite::Database& database) {
            return database.number("select count(*) from gateway");
        });
    }
    std::string complaint() {
        try {
            const RegistryFile registry(file_, log_);
        } catch (const ConfigError& error) {
            return error.what();
        }
        return "";
    }
    std::string content() const {
        std::ifstream in(file_, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }

    TemporaryDirectory directory_;
    std::filesystem::path file_ = directory_.path() / "registry.db";
    RecordingLog log_;
};

TEST_F(RegistryFileTest, MarksANewFileAsOursInVersion3ForItsOwnerOnly) {
    const RegistryFile registry(file_, log_);
    registry.read([](sqlite::Database& database) {
        EXPECT_EQ(database.number("pragma application_id"), 0x726E6C52);
        EXPECT_EQ(database.number("pragma user_version"), 3);
    });
    using std::filesystem::perms;
    EXPECT_EQ(std::filesystem::status(file_).permissions(), perms::owner_read | perms::owner_write);
}

TEST_F(RegistryFileTest, KeepsWhatWasChangedOverARestart) {
    {
        RegistryFile registry(file_, log_);
        registry.change([](sqlite::Database& database) { addGateway(database, 7); });
    }
    const RegistryFile again(file_, log_);
    EXPECT_EQ(gateways(again), 1);
    EXPECT_THAT(log_.lines(), IsEmpty());
}

TEST_F(RegistryFileTest, UpgradesAFileOfVersion1) {
    static_cast<void>(RegistryFile(file_, log_));
    sqlite::Database(file_).run(
        "drop table template; alter table application drop column template;"
        "drop table session; alter table user drop column must_change; pragma user_version = 1;"
        "insert into user values('anna', 'scrypt', 2, '', 5, 6)");
    const RegistryFile registry(file_, log_);
    registry.read([](sqlite::Database& database) {
        EXPECT_EQ(database.number("pragma user_version"), 3);
        EXPECT_EQ(database.number("select count(*) from session"), 0);
        EXPECT_EQ(database.number("select created from user where must_change = 0"), 5);
    });
}

TEST_F(RegistryFileTest, HandsBackWhatAChangeReturns) {
    RegistryFile registry(file_, log_);
    const std::string given = registry.change([](sqlite::Database& database) {
        addGateway(database, 7);
        return std::string("given");
    });
    EXPECT_EQ(given, "given");
    EXPECT_EQ(gateways(registry), 1);
}

TEST_F(RegistryFileTest, LeavesNothingOfAChangeThatThrows) {
    RegistryFile registry(file_, log_);
    const auto change = [&] {
        registry.change([](sqlite::Database& database) {
            addGateway(database, 7);
            throw std::logic_error("no");
        });
    };
    EXPECT_THROW(change(), std::logic_error);
    EXPECT_EQ(gateways(registry), 0);
    registry.change([](sqlite::Database& database) { addGateway(database, 8); });
    EXPECT_EQ(gateways(registry), 1);
}

TEST_F(RegistryFileTest, SaysWhatSqliteRefusesAndThatNothingWasChanged) {
    RegistryFile registry(file_, log_);
    const auto change = [&] {
        registry.change([](sqlite::Database& database) {
            addGateway(database, 7);
            addGateway(database, 7);
        });
    };
    EXPECT_THROW(
        {
            try {
                change();
            } catch (const RegistryError& error) {
                EXPECT_THAT(error.what(),
                            AllOf(HasSubstr(file_.string()), HasSubstr("nothing was changed")));
                throw;
            }
        },
        RegistryError);
    EXPECT_EQ(gateways(registry), 0);
    EXPECT_THAT(log_.lines(),
                ElementsAre(AllOf(HasSubstr("registry: "), HasSubstr("nothing was changed"))));
}

TEST_F(RegistryFileTest, FinishesAFileWhoseMakingWasInterrupted) {
    static_cast<void>(sqlite::Database(file_));
    const RegistryFile registry(file_, log_);
    EXPECT_EQ(gateways(registry), 0);
}

TEST_F(RegistryFileTest, RefusesANewerVersionAndLeavesItAsItIs) {
    static_cast<void>(RegistryFile(file_, log_));
    sqlite::Database(file_).run("pragma user_version=9");
    const std::string before = content();
    EXPECT_THAT(complaint(), AllOf(HasSubstr(file_.string()), HasSubstr("has version 9"),
                                   HasSubstr("later runneld")));
    EXPECT_EQ(content(), before);
}

TEST_F(RegistryFileTest, RefusesADamagedFileWithAdviceAndLeavesItAsItIs) {
    const std::string nonsense(8192, 'n');
    std::ofstream(file_, std::ios::binary) << nonsense;
    EXPECT_THAT(complaint(), AllOf(HasSubstr(file_.string()), HasSubstr("restore it from a backup"),
                                   HasSubstr("move it away")));
    EXPECT_EQ(content(), nonsense);
}

TEST_F(RegistryFileTest, RefusesAFileThatWasCutOff) {
    {
        RegistryFile registry(file_, log_);
        registry.change([](sqlite::Database& database) {
            for (int eui = 1; eui <= 1000; ++eui) addGateway(database, eui);
        });
    }
    std::filesystem::resize_file(file_, 2 * 4096);
    EXPECT_THAT(complaint(), AllOf(HasSubstr(file_.string()), HasSubstr("backup")));
    EXPECT_EQ(std::filesystem::file_size(file_), 2U * 4096);
}

TEST_F(RegistryFileTest, RefusesAnotherProgramsFile) {
    sqlite::Database(file_).run("pragma application_id=7; create table other (x)");
    EXPECT_THAT(complaint(), HasSubstr("belongs to another program"));
}

TEST_F(RegistryFileTest, SaysWhichDirectoryCannotBeUsed) {
    file_ = directory_.path() / "missing" / "registry.db";
    EXPECT_THAT(complaint(), HasSubstr(file_.string()));
}

}  // namespace
}  // namespace runnel
