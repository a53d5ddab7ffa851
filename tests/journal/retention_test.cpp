// SPDX-License-Identifier: Apache-2.0
#include "journal/retention.h"

#include "tests/journal/journal_files.h"

namespace runnel {
namespace {

using namespace std::chrono_literals;

class RetentionTest : public test::JournalTest {
  protected:
    RetentionTest() { settings_.retention.age = 24h; }

    Instant now() const { return clock_.now(); }
    /// Trims until nothing is due; every slice is within its bound. Returns how many there were.
    int trimAll() {
        int slices = 0;
        while (const auto through = journal_->due(now())) {
            EXPECT_GE(*through, journal_->oldest());
            EXPECT_LE(*through, journal_->head());
            EXPECT_LE(*through - journal_->oldest() + 1, Journal::kMaxSlice);
            EXPECT_TRUE(journal_->trim(*through));
            EXPECT_EQ(journal_->oldest(), *through + 1);
            ++slices;
        }
        return slices;
    }
};

TEST_F(RetentionTest, LetsNothingGoThatIsYoung) {
    open();
    EXPECT_EQ(journal_->due(now()), std::nullopt) << "empty";
    appendMany(3000, now());
    clock_.advance(24h);
    clock_.advance(-1ms);
    EXPECT_EQ(trimAll(), 0);
    EXPECT_EQ(journal_->oldest(), kOrigin + 1);
}

TEST_F(RetentionTest, LetsOldBucketsGoInSlices) {
    open();
    for (int i = 0; i < 20; ++i) appendMany(1024, now());
    const Position old = journal_->head();
    clock_.advance(12h);
    appendMany(2000, now());
    clock_.advance(13h);
    EXPECT_GE(trimAll(), 4);
    EXPECT_EQ(journal_->oldest(), old + 1) << "also the part of a bucket that is old";
    EXPECT_EQ(test::readAll(*journal_, std::nullopt).size(), 2000U);
    open();
    EXPECT_EQ(journal_->oldest(), old + 1);
    EXPECT_EQ(test::readAll(*journal_, std::nullopt).size(), 2000U);
    EXPECT_EQ(test::readAll(*journal_, Scope{Scope::Level::Device, Eui{1}}).size(), 2000U);
}

TEST_F(RetentionTest, LetsSingleOldMessagesGoAtASiteWithFew) {
    open();
    appendMany(1, now());
    clock_.advance(12h);
    appendMany(1, now());
    clock_.advance(12h + 5min);
    EXPECT_EQ(trimAll(), 0) << "less than a 64th overdue";
    clock_.advance(1h);
    EXPECT_EQ(trimAll(), 1);
    EXPECT_EQ(journal_->oldest(), kOrigin + 2);
    clock_.advance(24h);
    EXPECT_EQ(trimAll(), 1);
    EXPECT_EQ(journal_->oldest(), journal_->head() + 1) << "empty";
}

TEST_F(RetentionTest, AnEmptyJournalKnowsItsHeadAfterAReopening) {
    open();
    appendMany(1500, now());
    const Position head = journal_->head();
    clock_.advance(48h);
    EXPECT_GE(trimAll(), 1);
    open();
    EXPECT_EQ(journal_->head(), head);
    EXPECT_EQ(journal_->oldest(), head + 1);
    appendMany(3000, now());
    EXPECT_EQ(journal_->head(), head + 3000);
    EXPECT_EQ(test::readAll(*journal_, Scope{Scope::Level::Device, Eui{1}}).size(), 3000U);
    open();
    EXPECT_EQ(test::readAll(*journal_, Scope{Scope::Level::Device, Eui{1}}).size(), 3000U);
}

TEST_F(RetentionTest, LooksOnceASecondAndAfterEachBucket) {
    open();
    appendMany(10, now() - 48h);
    EXPECT_EQ(journal_->due(now()), journal_->head()) << "the first look";
    ASSERT_TRUE(journal_->trim(journal_->head()));
    EXPECT_EQ(journal_->due(now()), std::nullopt);
    appendMany(10, now() - 48h);
    EXPECT_EQ(journal_->due(now()), std::nullopt) << "within the same second";
    clock_.advance(1s);
    EXPECT_EQ(journal_->due(now()), journal_->head());
    ASSERT_TRUE(journal_->trim(journal_->head()));
    EXPECT_EQ(journal_->due(now()), std::nullopt);
    appendMany(1024, now() - 48h);
    EXPECT_NE(journal_->due(now()), std::nullopt) << "a bucket was completed";
}

TEST_F(RetentionTest, KeepsItsSize) {
    settings_.retention.bytes = 2U << 20;
    open();
    for (int i = 0; i < 60; ++i) {
        appendMany(1024, now());
        if (i > 40) trimAll();
    }
    trimAll();
    const Position kept = journal_->head() - journal_->oldest() + 1;
    EXPECT_GT(kept, 10'000U);
    EXPECT_LT(kept, 40'000U);
    journal_.reset();
    EXPECT_GT(std::filesystem::file_size(settings_.file), settings_.retention.bytes);
    open();
    EXPECT_EQ(journal_->due(now()), std::nullopt) << "the file stays large, its pages are free";
    EXPECT_EQ(test::readAll(*journal_, std::nullopt).size(), kept);
}

TEST_F(RetentionTest, ForgetsTheFiltersOfWhatIsGone) {
    open();
    for (int i = 0; i < 20; ++i) appendMany(1024, now());
    clock_.advance(48h);
    trimAll();
    EXPECT_TRUE(test::readAll(*journal_, Scope{Scope::Level::Device, Eui{1}}).empty());
    const auto slice = journal_->read({0, std::nullopt, 10});
    ASSERT_TRUE(slice);
    EXPECT_EQ(slice->through, journal_->head());
}

}  // namespace
}  // namespace runnel
