// SPDX-License-Identifier: Apache-2.0
#include "journal/memory_journal.h"

#include <gmock/gmock.h>

namespace runnel {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr Eui kApplication{1};
constexpr Scope kWholeApplication{Scope::Level::Application, kApplication};

std::shared_ptr<Message> messageOf(Eui application, Eui device, int second = 0) {
    auto message = std::make_shared<Message>();
    message->application = application;
    message->device = device;
    message->brokerTime = Instant(std::chrono::seconds(second));
    return message;
}

std::vector<Position> positions(const Journal::Slice& slice) {
    std::vector<Position> list;
    for (const MessagePtr& message : slice.messages) list.push_back(message->position);
    return list;
}

void append(Journal& journal, std::vector<std::shared_ptr<Message>> batch) {
    ASSERT_TRUE(journal.append(batch));
}

TEST(MemoryJournalTest, GivesPositionsBehindTheStart) {
    MemoryJournal journal(1000);
    EXPECT_EQ(journal.head(), 1000U);
    EXPECT_EQ(journal.oldest(), 1001U);
    const auto first = messageOf(kApplication, Eui{1});
    const auto second = messageOf(kApplication, Eui{1});
    append(journal, {first, second});
    EXPECT_EQ(first->position, 1001U);
    EXPECT_EQ(second->position, 1002U);
    EXPECT_EQ(journal.head(), 1002U);
    EXPECT_EQ(journal.oldest(), 1001U);
}

TEST(MemoryJournalTest, ReadsTheMessagesOfAScope) {
    MemoryJournal journal(0);
    const auto heard = messageOf(Eui{2}, Eui{20});
    heard->receptions.push_back({.gateway = Eui{7}, .rssiDbm = 0, .snrDb = 0, .time = {}});
    append(journal, {messageOf(kApplication, Eui{10}), heard, messageOf(kApplication, Eui{11}),
                     messageOf(kApplication, Eui{10})});
    EXPECT_THAT(positions(*journal.read({0, kWholeApplication, 10})), ElementsAre(1, 3, 4));
    EXPECT_THAT(positions(*journal.read({0, Scope{Scope::Level::Device, Eui{10}}, 10})),
                ElementsAre(1, 4));
    EXPECT_THAT(positions(*journal.read({0, Scope{Scope::Level::Gateway, Eui{7}}, 10})),
                ElementsAre(2));
    EXPECT_THAT(positions(*journal.read({1, kWholeApplication, 10})), ElementsAre(3, 4));
}

TEST(MemoryJournalTest, TellsHowFarItHasLooked) {
    MemoryJournal journal(0);
    append(journal, {messageOf(kApplication, Eui{1}), messageOf(Eui{2}, Eui{2}),
                     messageOf(kApplication, Eui{1}), messageOf(Eui{2}, Eui{2})});
    const auto full = journal.read({0, kWholeApplication, 1});
    EXPECT_THAT(positions(*full), ElementsAre(1));
    EXPECT_EQ(full->through, 2U) << "the next of the scope is at 3";
    const auto rest = journal.read({2, kWholeApplication, 1});
    EXPECT_THAT(positions(*rest), ElementsAre(3));
    EXPECT_EQ(rest->through, 4U) << "nothing more: the head";
    const auto nothing = journal.read({4, kWholeApplication, 1});
    EXPECT_THAT(nothing->messages, IsEmpty());
    EXPECT_EQ(nothing->through, 4U);
    EXPECT_EQ(journal.read({9, kWholeApplication, 1})->through, 9U) << "never back";
}

TEST(MemoryJournalTest, ReadsEverythingWithoutAScope) {
    MemoryJournal journal(0);
    append(journal, {messageOf(kApplication, Eui{1}), messageOf(Eui{2}, Eui{2})});
    EXPECT_THAT(positions(*journal.read({0, std::nullopt, 10})), ElementsAre(1, 2));
}

TEST(MemoryJournalTest, LetsGoOfWhatIsAboveItsCapacityWhenToldSo) {
    MemoryJournal journal(0, 3);
    for (int i = 0; i < 3; ++i) append(journal, {messageOf(kApplication, Eui{1})});
    EXPECT_EQ(journal.due({}), std::nullopt);
    for (int i = 0; i < 2; ++i) append(journal, {messageOf(kApplication, Eui{1})});
    EXPECT_EQ(journal.oldest(), 1U) << "append removes nothing";
    ASSERT_EQ(journal.due({}), 2U);
    ASSERT_TRUE(journal.trim(2));
    EXPECT_EQ(journal.oldest(), 3U);
    EXPECT_EQ(journal.head(), 5U);
    EXPECT_THAT(positions(*journal.read({0, kWholeApplication, 10})), ElementsAre(3, 4, 5));
    EXPECT_EQ(journal.due({}), std::nullopt);
}

TEST(MemoryJournalTest, LetsGoInSlices) {
    MemoryJournal journal(0, 1);
    std::vector<std::shared_ptr<Message>> batch;
    for (std::size_t i = 0; i < Journal::kMaxSlice + 2; ++i) {
        batch.push_back(messageOf(kApplication, Eui{1}));
    }
    append(journal, batch);
    ASSERT_EQ(journal.due({}), Journal::kMaxSlice);
    ASSERT_TRUE(journal.trim(Journal::kMaxSlice));
    EXPECT_EQ(journal.due({}), Journal::kMaxSlice + 1);
}

TEST(MemoryJournalTest, KeepsItsOriginWhateverIsTrimmed) {
    MemoryJournal journal(100);
    append(journal, {messageOf(kApplication, Eui{1}), messageOf(kApplication, Eui{1})});
    ASSERT_TRUE(journal.trim(102));
    EXPECT_EQ(journal.origin(), 100U);
    EXPECT_EQ(journal.oldest(), 103U);
    EXPECT_EQ(journal.head(), 102U) << "an empty journal knows its head";
}

TEST(MemoryJournalTest, BeginsAboveTheOldHeadWhenReplaced) {
    MemoryJournal journal(100);
    append(journal, {messageOf(kApplication, Eui{1}), messageOf(kApplication, Eui{1})});
    EXPECT_FALSE(journal.isDamaged());
    ASSERT_TRUE(journal.replace());
    EXPECT_EQ(journal.head(), 102U);
    EXPECT_EQ(journal.oldest(), 103U);
    EXPECT_EQ(journal.origin(), 102U);
    const auto next = messageOf(kApplication, Eui{1});
    append(journal, {next});
    EXPECT_EQ(next->position, 103U);
}

TEST(MemoryJournalTest, FindsThePositionBeforeATime) {
    MemoryJournal journal(100);
    const auto at = [&](int second) {
        return journal.before(Instant(std::chrono::seconds(second)));
    };
    EXPECT_EQ(at(5), 100U);
    append(journal, {messageOf(kApplication, Eui{1}, 10), messageOf(kApplication, Eui{1}, 20),
                     messageOf(kApplication, Eui{1}, 20), messageOf(kApplication, Eui{1}, 30)});
    EXPECT_EQ(at(5), 100U);
    EXPECT_EQ(at(10), 100U);
    EXPECT_EQ(at(11), 101U);
    EXPECT_EQ(at(20), 101U);
    EXPECT_EQ(at(30), 103U);
    EXPECT_EQ(at(31), 104U) << "the head";
}

}  // namespace
}  // namespace runnel
