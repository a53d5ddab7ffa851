// SPDX-License-Identifier: Apache-2.0
#include "journal/sqlite_journal.h"

#include <gmock/gmock.h>

#include "journal/memory_journal.h"
#include "tests/journal/journal_files.h"

namespace runnel {
namespace {

using test::Batch;
using test::positions;
using test::readAll;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class SqliteJournalTest : public test::JournalTest {
  protected:
    SqliteJournalTest() { open(); }
};

TEST_F(SqliteJournalTest, BeginsAtUnixMicroseconds) {
    EXPECT_EQ(journal_->head(), 1'700'000'000'000'000U);
    EXPECT_EQ(journal_->origin(), journal_->head());
    EXPECT_EQ(journal_->oldest(), journal_->head() + 1);
    const auto first = test::uplinkAt(kTime);
    append({first});
    EXPECT_EQ(first->position, 1'700'000'000'000'001U);
    EXPECT_EQ(journal_->head(), first->position);
    EXPECT_THAT(log_.lines(), IsEmpty());
}

TEST_F(SqliteJournalTest, BeginsAboveTheMinimum) {
    JournalSettings above = settings_;
    above.file = directory_.path() / "other.db";
    above.minimumStart = 1'800'000'000'000'000;
    const SqliteJournal other(above, clock_, log_);
    EXPECT_EQ(other.head(), 1'800'000'000'000'000U);
}

TEST_F(SqliteJournalTest, KeepsEveryMemberOverAReopening) {
    auto message = std::make_shared<Message>(test::fullMessage());
    append({message});
    open();
    const auto all = readAll(*journal_, std::nullopt);
    ASSERT_EQ(all.size(), 1U);
    test::expectEqual(*all[0], *message);
    EXPECT_EQ(journal_->origin(), 1'700'000'000'000'000U);
}

TEST_F(SqliteJournalTest, GoesOnWithItsPositionsAfterAReopening) {
    appendMany(3);
    const Position head = journal_->head();
    clock_.advance(std::chrono::hours(1));
    open();
    EXPECT_EQ(journal_->head(), head);
    appendMany(1);
    EXPECT_EQ(journal_->head(), head + 1);
    EXPECT_EQ(readAll(*journal_, std::nullopt).size(), 4U);
}

TEST_F(SqliteJournalTest, TellsHowFarItHasLooked) {
    const Position before = journal_->head();
    append({test::uplinkAt(kTime, Eui{1}), test::uplinkAt(kTime, Eui{2}),
            test::uplinkAt(kTime, Eui{1}), test::uplinkAt(kTime, Eui{2})});
    const Scope scope{Scope::Level::Application, Eui{1}};
    const auto full = journal_->read({before, scope, 1});
    EXPECT_THAT(positions(full->messages), ElementsAre(before + 1));
    EXPECT_EQ(full->through, before + 2) << "the next of the scope is the third";
    const auto rest = journal_->read({before + 2, scope, 1});
    EXPECT_THAT(positions(rest->messages), ElementsAre(before + 3));
    EXPECT_EQ(rest->through, before + 4) << "nothing more: the head";
    EXPECT_EQ(journal_->read({before + 9, scope, 1})->through, before + 9) << "never back";
}

TEST_F(SqliteJournalTest, TakesABatchThatCompletesSeveralBuckets) {
    appendMany(5000);
    EXPECT_EQ(readAll(*journal_, std::nullopt).size(), 5000U);
    open();
    EXPECT_EQ(readAll(*journal_, std::nullopt).size(), 5000U);
}

/// Small scopes, large ones, and such as are not there.
std::vector<std::optional<Scope>> scopes() {
    std::vector<std::optional<Scope>> list{std::nullopt};
    for (const std::uint64_t eui : {0U, 1U, 2U, 7U, 19U, 60U, 99U, 149U, 5000U}) {
        for (const auto level :
             {Scope::Level::Application, Scope::Level::Device, Scope::Level::Gateway}) {
            list.push_back(Scope{level, Eui{eui}});
        }
    }
    return list;
}

void compare(const Journal& journal, const Journal& oracle) {
    ASSERT_EQ(journal.head(), oracle.head());
    ASSERT_EQ(journal.oldest(), oracle.oldest());
    for (const auto& scope : scopes()) {
        for (const std::size_t maxMessages : {7, 256, 4096}) {
            const auto found = readAll(journal, scope, maxMessages);
            const auto expected = readAll(oracle, scope, maxMessages);
            ASSERT_EQ(positions(found), positions(expected))
                << "level " << static_cast<int>(scope ? scope->level : Scope::Level{}) << " EUI "
                << (scope ? scope->eui.value : 0) << " by " << maxMessages;
        }
    }
}

TEST_F(SqliteJournalTest, ReadsWhatANaiveOneReads) {
    std::mt19937_64 random(test::printedSeed());
    MemoryJournal oracle(journal_->head());
    for (int round = 0; round < 4; ++round) {
        // Round 0 has everything in memory, round 3 most of it on disk.
        for (int i = 0; i < 16; ++i) {
            Batch batch(random() % 500 + 1);
            for (auto& message : batch) message = test::randomUplink(random, 1 + round);
            append(batch);
            ASSERT_TRUE(oracle.append(batch));
        }
        compare(*journal_, oracle);
        open();
        compare(*journal_, oracle);
        while (round == 2 && oracle.oldest() < oracle.head() - 9000) {
            const Position through = oracle.oldest() + random() % 3000;
            ASSERT_TRUE(journal_->trim(through));
            ASSERT_TRUE(oracle.trim(through));
        }
    }
}

TEST_F(SqliteJournalTest, GetsFurtherOverALongStretchWithoutAMatch) {
    append({test::uplinkAt(kTime, Eui{2}, Eui{2})});
    for (int i = 0; i < 20; ++i) appendMany(1024);
    append({test::uplinkAt(kTime, Eui{2}, Eui{2})});
    open();
    const Scope rare{Scope::Level::Device, Eui{2}};
    EXPECT_EQ(readAll(*journal_, rare).size(), 2U);
    EXPECT_THAT(readAll(*journal_, Scope{Scope::Level::Device, Eui{3}}), IsEmpty());
}

TEST_F(SqliteJournalTest, ReadsSoManyBucketsAtOnceAndNoMore) {
    constexpr std::size_t kBuckets = 80;
    for (std::size_t i = 0; i < kBuckets; ++i) {
        append({test::uplinkAt(kTime, Eui{2}, Eui{2})});
        appendMany(kBucketSize - 1);
    }
    const Scope rare{Scope::Level::Device, Eui{2}};
    const auto slice = journal_->read({0, rare, 1000});
    ASSERT_TRUE(slice);
    EXPECT_EQ(slice->messages.size(), 64U);
    EXPECT_GE(slice->through, slice->messages.back()->position);
    EXPECT_LT(slice->through, slice->messages.back()->position + kBucketSize + 1);
    EXPECT_EQ(readAll(*journal_, rare).size(), kBuckets);
}

TEST_F(SqliteJournalTest, ReadsAcrossTheEndOfMemory) {
    appendMany(Recent::kMaxSegments * kBucketSize + 3000);
    const Position after = journal_->head() - Recent::kMaxSegments * kBucketSize - 10;
    const auto slice = journal_->read({after, std::nullopt, 4096});
    ASSERT_TRUE(slice);
    ASSERT_EQ(slice->messages.size(), 4096U);
    EXPECT_EQ(slice->messages.front()->position, after + 1);
    EXPECT_EQ(slice->messages.back()->position, after + 4096);
}

TEST_F(SqliteJournalTest, FindsThePositionBeforeATime) {
    const Position origin = journal_->origin();
    EXPECT_EQ(journal_->before(kTime), origin);
    for (int i = 0; i < 12; ++i) {
        Batch batch;
        for (int j = 0; j < 1000; ++j) {
            batch.push_back(test::uplinkAt(kTime + std::chrono::seconds(1000 * i + j)));
        }
        append(batch);
    }
    for (const bool isReopened : {false, true}) {
        if (isReopened) open();
        EXPECT_EQ(journal_->before(kTime - std::chrono::hours(1)), origin);
        EXPECT_EQ(journal_->before(kTime), origin);
        for (const int second : {1, 500, 1023, 1024, 1025, 2500, 9000, 11'999}) {
            EXPECT_EQ(journal_->before(kTime + std::chrono::seconds(second)), origin + second);
            EXPECT_EQ(journal_->before(kTime + std::chrono::milliseconds(1000 * second - 1)),
                      origin + second);
        }
        EXPECT_EQ(journal_->before(kTime + std::chrono::seconds(12'000)), journal_->head());
    }
}

TEST_F(SqliteJournalTest, WritesAndTrimsWhileSomebodyReadsForLong) {
    for (int i = 0; i < 12; ++i) appendMany(1000);
    sqlite::Database reader(settings_.file, sqlite::Database::ReadOnly{});
    const Position oldest = journal_->oldest();
    {
        const sqlite::Snapshot snapshot(reader);
        EXPECT_EQ(reader.number("select count(*) from message"), 12'000);
        appendMany(1000);
        ASSERT_TRUE(journal_->trim(oldest + 999));
        EXPECT_EQ(reader.number("select count(*) from message"), 12'000);
        EXPECT_EQ(readAll(*journal_, std::nullopt).size(), 12'000U);
    }
    EXPECT_EQ(reader.number("select min(position) from message"), oldest + 1000);
    EXPECT_FALSE(journal_->isDamaged());
}

TEST_F(SqliteJournalTest, HasWhatWasCommittedAfterAKill) {
    appendMany(3000);
    const std::filesystem::path copy = directory_.path() / "copy.db";
    std::filesystem::copy_file(settings_.file, copy);
    std::filesystem::copy_file(settings_.file.string() + "-wal", copy.string() + "-wal");
    JournalSettings copied = settings_;
    copied.file = copy;
    SqliteJournal other(copied, clock_, log_);
    EXPECT_EQ(other.head(), journal_->head());
    EXPECT_EQ(readAll(other, std::nullopt).size(), 3000U);
    EXPECT_THAT(log_.lines(), IsEmpty());
}

}  // namespace
}  // namespace runnel
