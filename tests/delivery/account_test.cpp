// SPDX-License-Identifier: Apache-2.0
#include "delivery/account.h"

#include <gmock/gmock.h>

#include "tests/delivery/delivery_fakes.h"

namespace runnel::test {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

/// The stream starts behind position 1000 and has ten messages, 1001 to 1010.
class AccountTest : public ::testing::Test {
  protected:
    AccountTest() {
        for (Position position = 1001; position <= 1010; ++position) {
            auto message = std::make_shared<Message>();
            message->position = position;
            items_.push_back(std::make_shared<const Encoded>(message, use_, View{}));
        }
        account_.match(items_);
    }
    void pass(const EncodedPtr& item, Outcome outcome = Outcome::Delivered) {
        std::unique_ptr<const std::string> why;
        if (outcome == Outcome::Rejected) why = std::make_unique<const std::string>("too large");
        account_.pass({.item = item,
                       .parcel = 0,
                       .ordinal = 0,
                       .isSettled = true,
                       .outcome = outcome,
                       .why = std::move(why)});
    }
    EncodedPtr notice(const Gap& gap) { return std::make_shared<const Encoded>(gap, use_); }
    const Books& books() const { return account_.books(); }

    FormatUse use_{"format_counter", std::make_unique<CounterFormat>()};
    std::vector<EncodedPtr> items_;
    Account account_{startingBehind(1000)};
};

TEST_F(AccountTest, CountsWhatHasBeenMatched) {
    EXPECT_EQ(books().matched, 10U);
    EXPECT_EQ(books().pending(), 10U);
    EXPECT_EQ(account_.lastMatched(), 1010U);
    EXPECT_EQ(account_.cursor(), 1000U);
}

TEST_F(AccountTest, BooksWhatTheCursorPassesByItsOutcome) {
    pass(items_[0]);
    pass(items_[1], Outcome::Filtered);
    pass(items_[2], Outcome::Rejected);
    pass(items_[3]);
    EXPECT_EQ(account_.cursor(), 1004U);
    EXPECT_EQ(books().settled, 2U);
    EXPECT_EQ(books().filtered, 1U);
    EXPECT_EQ(books().dead, 1U);
    EXPECT_EQ(books().pending(), 6U);
}

TEST_F(AccountTest, CountsNothingForWhatIsBehindTheCursor) {
    account_.lose({1001, 1003, 3, "retention"});
    for (const Outcome outcome : {Outcome::Delivered, Outcome::Filtered, Outcome::Rejected}) {
        pass(items_[1], outcome);
    }
    EXPECT_EQ(account_.cursor(), 1003U);
    EXPECT_EQ(books().done(), 3U);
    EXPECT_THAT(account_.takeDeadLetters(), IsEmpty());
}

TEST_F(AccountTest, KeepsADeadLettersMessageAndReasonUntilItIsTaken) {
    pass(items_[0], Outcome::Rejected);
    const std::vector<DeadLetter> letters = account_.takeDeadLetters();
    ASSERT_THAT(letters, SizeIs(1));
    EXPECT_EQ(letters[0].message, items_[0]->message());
    EXPECT_EQ(letters[0].reason, "too large");
    EXPECT_THAT(account_.takeDeadLetters(), IsEmpty());
    EXPECT_EQ(books().dead, 1U) << "saved or not, it is dead";
}

TEST_F(AccountTest, IsFullUntilDeadLettersAreTaken) {
    Position next = 1011;
    for (std::size_t i = 0; i < Account::kMaxUnsaved; ++i, ++next) {
        EXPECT_FALSE(account_.isFull());
        auto message = std::make_shared<Message>();
        message->position = next;
        pass(std::make_shared<const Encoded>(message, use_, View{}), Outcome::Rejected);
    }
    EXPECT_TRUE(account_.isFull());
    EXPECT_THAT(account_.takeDeadLetters(), SizeIs(Account::kMaxUnsaved));
    EXPECT_FALSE(account_.isFull());
}

TEST_F(AccountTest, MovesThroughAListenersRunByItsOrdinal) {
    pass(items_[0]);
    account_.passThrough(1007, 7);
    EXPECT_EQ(account_.cursor(), 1007U);
    EXPECT_EQ(books().settled, 7U);
    account_.passThrough(1005, 5);
    EXPECT_EQ(account_.cursor(), 1007U) << "never back";
    EXPECT_EQ(books().settled, 7U);
}

TEST_F(AccountTest, ExpiresALossAtOnceAndKeepsTheNoticeUntilItIsSettled) {
    account_.lose({1001, 1004, 4, "retention"});
    EXPECT_EQ(account_.cursor(), 1004U);
    EXPECT_EQ(books().expired, 4U);
    ASSERT_TRUE(account_.gap());
    pass(notice(*account_.gap()));
    EXPECT_FALSE(account_.gap());
    EXPECT_EQ(books().expired, 4U) << "telling does not count again";
    EXPECT_EQ(account_.cursor(), 1004U);
}

TEST_F(AccountTest, MakesOneNoticeOfTwoLosses) {
    account_.lose({1001, 1004, 4, "retention"});
    account_.lose({1005, 1006, 2, "damage"});
    ASSERT_TRUE(account_.gap());
    EXPECT_EQ(account_.gap()->from, 1001U);
    EXPECT_EQ(account_.gap()->to, 1006U);
    EXPECT_EQ(account_.gap()->messages, 6U);
    EXPECT_EQ(account_.gap()->reason, "damage");
    EXPECT_EQ(books().expired, 6U);
    pass(notice({1001, 1004, 4, "retention"}));
    EXPECT_TRUE(account_.gap()) << "an older notice does not tell of all";
}

TEST_F(AccountTest, ExpiresWithANoticeThatTookItsPlaceInABacklog) {
    pass(items_[0]);
    pass(notice({1002, 1006, 5, "retention"}));
    EXPECT_EQ(account_.cursor(), 1006U);
    EXPECT_EQ(books().expired, 5U);
    EXPECT_FALSE(account_.gap()) << "it is told already";
}

TEST_F(AccountTest, GoesOnFromItsRecord) {
    pass(items_[0]);
    pass(items_[1], Outcome::Rejected);
    account_.lose({1003, 1004, 2, "retention"});
    StreamRecord record;
    account_.fill(record);
    Account again(record);
    EXPECT_EQ(again.cursor(), 1004U);
    EXPECT_EQ(again.lastMatched(), 1010U);
    EXPECT_EQ(again.books(), account_.books());
    ASSERT_TRUE(again.gap());
    EXPECT_EQ(again.gap()->messages, 2U);
    EXPECT_THAT(again.takeDeadLetters(), IsEmpty()) << "they are saved on their own";
}

}  // namespace
}  // namespace runnel::test
