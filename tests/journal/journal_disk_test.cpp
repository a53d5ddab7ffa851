// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <iostream>

#include "base/config_error.h"
#include "tests/journal/journal_files.h"

namespace runnel {
namespace {

using ::testing::AllOf;
using ::testing::ExitedWithCode;
using ::testing::HasSubstr;

constexpr uid_t kNobody = 65534;

/// What a disk does that has no room or may not be written; in a child process, whose limits and
/// user are its own.
class JournalDiskTest : public test::JournalTest {
  protected:
    JournalDiskTest() { GTEST_FLAG_SET(death_test_style, "fast"); }

    /// No file may become larger: as a full disk, but for this process only.
    static void limitFiles(rlim_t bytes) {
        std::signal(SIGXFSZ, SIG_IGN);
        rlimit limit{};
        ::getrlimit(RLIMIT_FSIZE, &limit);
        limit.rlim_cur = bytes;
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    /// Ends the child; what is wrong is on its standard error.
    [[noreturn]] static void end() {
        const auto* result = ::testing::UnitTest::GetInstance()->current_test_info()->result();
        for (int i = 0; i < result->total_part_count(); ++i) {
            const auto& part = result->GetTestPartResult(i);
            if (part.failed()) std::cerr << part.line_number() << ": " << part.message() << "\n";
        }
        std::_Exit(result->Failed() ? EXIT_FAILURE : EXIT_SUCCESS);
    }

    void fillUpAndRecover() {
        open();
        appendMany(2000);
        limitFiles(std::filesystem::file_size(settings_.file.string() + "-wal") + 20'000);
        test::Batch refused;
        for (int i = 0; i < 3000; ++i) refused.push_back(test::uplinkAt(kTime));
        const Position head = journal_->head();
        const Status status = journal_->append(refused);
        EXPECT_FALSE(status);
        if (!status) {
            EXPECT_THAT(status.error().reason,
                        AllOf(HasSubstr("cannot append"), HasSubstr("journal.db"),
                              HasSubstr("disk"), HasSubstr("limits")));
        }
        EXPECT_FALSE(journal_->isDamaged());
        EXPECT_EQ(journal_->head(), head);
        EXPECT_EQ(test::readAll(*journal_, std::nullopt).size(), 2000U);
        EXPECT_FALSE(journal_->append(refused)) << "still full";
        limitFiles(RLIM_INFINITY);
        append(refused);
        EXPECT_EQ(refused.front()->position, head + 1);
        open();
        EXPECT_EQ(test::readAll(*journal_, Scope{Scope::Level::Device, Eui{1}}).size(), 5000U);
        EXPECT_TRUE(log_.lines().empty());
    }

    /// As a user who may read the file and do with its directory what these rights say.
    void openAsReader(int directoryRights) {
        open();
        journal_.reset();
        std::filesystem::permissions(settings_.file, std::filesystem::perms(0444));
        std::filesystem::permissions(directory_.path(), std::filesystem::perms(directoryRights));
        EXPECT_TRUE(::geteuid() != 0 || ::seteuid(kNobody) == 0);
        EXPECT_THAT(openingFails(), AllOf(HasSubstr("journal.db"), HasSubstr("writable")));
        EXPECT_TRUE(log_.lines().empty()) << log_.lines().front();
        end();
    }

    /// The ConfigError's text; "" if there was none.
    std::string openingFails() {
        try {
            open();
        } catch (const ConfigError& error) {
            return error.what();
        }
        return "";
    }
};

TEST_F(JournalDiskTest, AppendsAgainWhenAFullDiskHasRoom) {
    EXPECT_EXIT((fillUpAndRecover(), end()), ExitedWithCode(EXIT_SUCCESS), "");
}

TEST_F(JournalDiskTest, AFullDiskAtStartIsNoDamage) {
    const auto start = [&] {
        open();
        appendMany(100);
        journal_.reset();
        limitFiles(0);
        EXPECT_THAT(openingFails(), AllOf(HasSubstr("journal.db"), HasSubstr("disk")));
        limitFiles(RLIM_INFINITY);
        open();
        EXPECT_EQ(test::readAll(*journal_, std::nullopt).size(), 100U);
        EXPECT_TRUE(log_.lines().empty());
        end();
    };
    EXPECT_EXIT(start(), ExitedWithCode(EXIT_SUCCESS), "");
}

TEST_F(JournalDiskTest, AMissingDirectoryIsNamed) {
    settings_.file = directory_.path() / "absent" / "journal.db";
    EXPECT_THAT(openingFails(), AllOf(HasSubstr("absent/journal.db"), HasSubstr("unable to open"),
                                      HasSubstr("directory exists")));
}

TEST_F(JournalDiskTest, AReadOnlyDirectoryIsNoDamage) {
    EXPECT_EXIT(openAsReader(0555), ExitedWithCode(EXIT_SUCCESS), "");
    std::filesystem::permissions(directory_.path(), std::filesystem::perms(0755));
}

TEST_F(JournalDiskTest, AReadOnlyFileIsNoDamage) {
    EXPECT_EXIT(openAsReader(0777), ExitedWithCode(EXIT_SUCCESS), "");
}

}  // namespace
}  // namespace runnel
