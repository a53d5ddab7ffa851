// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <fstream>

#include "base/config_error.h"
#include "tests/journal/journal_files.h"

namespace runnel {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::size_t kMessages = 20'000;

class JournalDamageTest : public test::JournalTest {
  protected:
    /// A closed journal of 20,000 messages, more than half of them on disk only.
    JournalDamageTest() {
        open();
        for (std::size_t i = 0; i < kMessages; i += 1000) appendMany(1000);
        head_ = journal_->head();
        journal_.reset();
    }

    void overwrite(std::uint64_t offset, const std::string& bytes) {
        std::fstream file(settings_.file, std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(static_cast<std::streamoff>(offset));
        file << bytes;
    }
    void change(const std::string& sql) { sqlite::Database(settings_.file).run(sql); }

    std::vector<std::filesystem::path> movedAside() const {
        std::vector<std::filesystem::path> found;
        for (const auto& entry : std::filesystem::directory_iterator(directory_.path())) {
            const std::string name = entry.path().filename().string();
            if (name.starts_with("journal.db.damaged-")) found.push_back(entry.path());
        }
        return found;
    }

    /// Opens the file, which must be moved aside for this reason; the new one has to work.
    void expectReplacedAtStart(const std::string& reason) {
        clock_.advance(std::chrono::hours(1));
        open();
        EXPECT_THAT(
            log_.lines(),
            ElementsAre(AllOf(HasSubstr("journal.db"), HasSubstr(reason), HasSubstr("was moved to"),
                              HasSubstr("damaged-"), HasSubstr("told of the gap"))));
        EXPECT_EQ(movedAside().size(), 1U);
        EXPECT_FALSE(journal_->isDamaged());
        EXPECT_GT(journal_->origin(), head_);
        EXPECT_EQ(journal_->oldest(), journal_->head() + 1);
        appendMany(5);
        EXPECT_EQ(test::readAll(*journal_, std::nullopt).size(), 5U);
    }

    Position head_ = 0;
};

TEST_F(JournalDamageTest, WhatIsNoDatabaseIsReplaced) {
    std::ofstream(settings_.file) << "Dear diary, today I was overwritten by an editor.";
    expectReplacedAtStart("file is not a database");
}

TEST_F(JournalDamageTest, RubbishAtTheBeginningIsReplaced) {
    overwrite(0, std::string(4096, 'x'));
    expectReplacedAtStart("file is not a database");
}

TEST_F(JournalDamageTest, AFileThatWasCutOffIsReplaced) {
    const auto size = std::filesystem::file_size(settings_.file);
    std::filesystem::resize_file(settings_.file, size / 2 / 4096 * 4096);
    expectReplacedAtStart("malformed");
}

TEST_F(JournalDamageTest, AnotherProgramsDatabaseIsReplaced) {
    change("pragma application_id=7");
    expectReplacedAtStart("belongs to another program: application_id is 7");
    sqlite::Database old(movedAside().at(0));
    EXPECT_EQ(old.number("select count(*) from message"), 20'000) << "it is moved as it was";
}

TEST_F(JournalDamageTest, ALaterVersionIsLeftAsItIs) {
    change("pragma user_version=2");
    const auto written = std::filesystem::last_write_time(settings_.file);
    try {
        open();
        FAIL() << "it was opened";
    } catch (const ConfigError& error) {
        EXPECT_THAT(error.what(), AllOf(HasSubstr("journal.db has version 2"),
                                        HasSubstr("knows up to 1"), HasSubstr("later runneld")));
    }
    EXPECT_THAT(movedAside(), IsEmpty());
    EXPECT_EQ(std::filesystem::last_write_time(settings_.file), written);
}

TEST_F(JournalDamageTest, AMissingBucketRowIsFoundAtStart) {
    change("delete from bucket where number=(select min(number)+3 from bucket)");
    expectReplacedAtStart("follows");
}

TEST_F(JournalDamageTest, TheMissingNewestBucketRowIsFoundAtStart) {
    change("delete from bucket where number=(select max(number) from bucket)");
    expectReplacedAtStart("rows of buckets are missing");
}

TEST_F(JournalDamageTest, AWrongFilterIsFoundAtStart) {
    change("update bucket set filter=zeroblob(64)");
    expectReplacedAtStart("filter of bucket");
}

TEST_F(JournalDamageTest, AnUnreadableNewMessageIsFoundAtStart) {
    change("update message set body=zeroblob(10) where position=" + std::to_string(head_));
    expectReplacedAtStart("message " + std::to_string(head_) + " has a wrong checksum");
}

TEST_F(JournalDamageTest, AMissingNewMessageIsFoundAtStart) {
    change("delete from message where position=" + std::to_string(head_ - 5));
    expectReplacedAtStart("message " + std::to_string(head_ - 5) + " is missing");
}

TEST_F(JournalDamageTest, AnOlderCopyIsReplaced) {
    settings_.minimumStart = head_ + 1'000'000;
    expectReplacedAtStart("is an older copy");
}

TEST_F(JournalDamageTest, AMessageThatIsWrongIsFoundByItsReader) {
    const Position wrong = kOrigin + 500;
    change("update message set body=zeroblob(10) where position=" + std::to_string(wrong));
    open();
    EXPECT_FALSE(journal_->isDamaged());
    EXPECT_TRUE(journal_->read({kOrigin, std::nullopt, 100})) << "in front of it";
    const auto slice = journal_->read({kOrigin, std::nullopt, 1000});
    ASSERT_FALSE(slice);
    EXPECT_THAT(slice.error().reason, AllOf(HasSubstr("journal.db"), HasSubstr("wrong checksum"),
                                            HasSubstr(std::to_string(wrong))));
    EXPECT_TRUE(journal_->isDamaged());
    EXPECT_FALSE(journal_->read({kOrigin, std::nullopt, 1000}));
    EXPECT_FALSE(journal_->append(test::Batch{test::uplinkAt(kTime)}));
    EXPECT_EQ(journal_->due(clock_.now() + std::chrono::days(100)), std::nullopt);
}

TEST_F(JournalDamageTest, AMissingMessageIsFoundByItsReader) {
    const Position missing = kOrigin + 500;
    change("delete from message where position=" + std::to_string(missing));
    open();
    const auto slice = journal_->read({kOrigin, Scope{Scope::Level::Device, Eui{1}}, 1000});
    ASSERT_FALSE(slice);
    EXPECT_THAT(slice.error().reason, HasSubstr(std::to_string(missing) + " is missing"));
    EXPECT_TRUE(journal_->isDamaged());
}

TEST_F(JournalDamageTest, WrongPostingsAreFoundByTheirReader) {
    change("update bucket set postings=zeroblob(8192)");
    open();
    EXPECT_TRUE(journal_->read({kOrigin, std::nullopt, 10})) << "nobody needs them";
    EXPECT_FALSE(journal_->read({kOrigin, Scope{Scope::Level::Device, Eui{1}}, 10}));
    EXPECT_TRUE(journal_->isDamaged());
}

TEST_F(JournalDamageTest, RubbishInTheMiddleIsFoundByItsReader) {
    const auto size = std::filesystem::file_size(settings_.file);
    overwrite(size / 4, std::string(8 * 4096, '\xA5'));
    open();
    Position after = kOrigin;
    while (after < journal_->head()) {
        const auto slice = journal_->read({after, std::nullopt, 256});
        if (!slice) break;
        after = slice->through;
    }
    EXPECT_LT(after, journal_->head());
    EXPECT_TRUE(journal_->isDamaged());
}

TEST_F(JournalDamageTest, IsReplacedByOneWhosePositionsGoOnGrowing) {
    change("update message set body=zeroblob(10) where position=" + std::to_string(kOrigin + 1));
    open();
    clock_.advance(-std::chrono::hours(24 * 365));
    ASSERT_FALSE(journal_->read({kOrigin, std::nullopt, 10}));
    const Status status = journal_->replace();
    ASSERT_TRUE(status) << status.error().reason;
    EXPECT_THAT(log_.lines(),
                ElementsAre(AllOf(HasSubstr("wrong checksum"), HasSubstr("was moved to"))));
    EXPECT_FALSE(journal_->isDamaged());
    EXPECT_EQ(journal_->origin(), head_) << "not the clock's, which is behind";
    EXPECT_EQ(journal_->oldest(), head_ + 1);
    appendMany(2000);
    EXPECT_EQ(journal_->head(), head_ + 2000);
    EXPECT_EQ(test::readAll(*journal_, Scope{Scope::Level::Device, Eui{1}}).size(), 2000U);
    sqlite::Database old(movedAside().at(0));
    EXPECT_EQ(old.number("select count(*) from message"), 20'000);
    open();
    EXPECT_EQ(test::readAll(*journal_, std::nullopt).size(), 2000U);
}

TEST_F(JournalDamageTest, TwoOfTheSameSecondHaveNamesOfTheirOwn) {
    for (int i = 0; i < 2; ++i) {
        std::ofstream(settings_.file) << "no database";
        open();
        journal_.reset();
    }
    EXPECT_EQ(movedAside().size(), 2U);
}

}  // namespace
}  // namespace runnel
