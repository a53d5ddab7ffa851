// SPDX-License-Identifier: Apache-2.0
#include "tests/state/state_fixture.h"

namespace runnel::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class DeadLettersTest : public ::testing::Test, public StateBench {
  protected:
    void save(const State::Changes& changes) { ASSERT_TRUE(state->begin(changes, {}, {})); }
    std::vector<std::string> reasons(const std::string& stream, std::uint64_t after = 0,
                                     std::size_t max = 100) {
        const auto letters = *state->deadLetters(stream, after, max);
        std::vector<std::string> found;
        found.reserve(letters.size());
        for (const DeadLetter& letter : letters) {
            found.push_back(letter.reason);
        }
        return found;
    }
};

TEST_F(DeadLettersTest, KeepsACopyOfTheMessage) {
    DeadLetter letter = deadLetter("a", "HTTP 410");
    letter.time = Instant(std::chrono::milliseconds(5000));
    save({.deadLetters = {letter}});
    open();
    const auto letters = state->deadLetters("a", 0, 10);
    ASSERT_TRUE(letters);
    ASSERT_THAT(*letters, SizeIs(1));
    const DeadLetter& saved = letters->front();
    EXPECT_GT(saved.id, 0U);
    EXPECT_EQ(saved.stream, "a");
    EXPECT_EQ(saved.reason, "HTTP 410");
    EXPECT_EQ(saved.time, letter.time);
    EXPECT_EQ(saved.message->position, 42U);
    EXPECT_EQ(saved.message->device, Eui{0xFEDC});
    EXPECT_EQ(saved.message->text, "words of HTTP 410");
}

TEST_F(DeadLettersTest, ListsAStreamsOwnInPages) {
    save({.deadLetters = {deadLetter("a", "1"), deadLetter("b", "2"), deadLetter("a", "3"),
                          deadLetter("a", "4")}});
    EXPECT_THAT(reasons("a", 0, 2), ElementsAre("1", "3"));
    const std::uint64_t last = state->deadLetters("a", 0, 2)->back().id;
    EXPECT_THAT(reasons("a", last), ElementsAre("4"));
    EXPECT_THAT(reasons("nobody"), IsEmpty());
    EXPECT_EQ(*state->countDeadLetters("a"), 3U);
    EXPECT_EQ(*state->countDeadLetters("b"), 1U);
}

TEST_F(DeadLettersTest, RemovesTheResentAndTheUnwanted) {
    save({.deadLetters = {deadLetter("a", "1"), deadLetter("a", "2"), deadLetter("a", "3")}});
    const auto letters = *state->deadLetters("a", 0, 10);
    start();
    collectNext({.resent = {letters[0].id}});
    state->removeDeadLetter(letters[2].id);
    state->stop();
    EXPECT_THAT(reasons("a"), ElementsAre("2"));
}

TEST_F(DeadLettersTest, NeverGivesAnIdTwice) {
    save({.deadLetters = {deadLetter("a", "1")}});
    const std::uint64_t first = state->deadLetters("a", 0, 1)->front().id;
    save({.resent = {first}});
    open();
    save({.deadLetters = {deadLetter("a", "2")}});
    EXPECT_GT(state->deadLetters("a", 0, 1)->front().id, first);
}

TEST_F(DeadLettersTest, LetsTheOldestGoAndSaysSo) {
    save({.deadLetters = std::vector(State::kMaxDeadLetters, deadLetter("a", "old"))});
    EXPECT_THAT(log.lines(), IsEmpty());
    save({.deadLetters = {deadLetter("a", "new"), deadLetter("a", "newest"),
                          deadLetter("b", "other")}});
    EXPECT_EQ(*state->countDeadLetters("a"), State::kMaxDeadLetters);
    EXPECT_EQ(*state->countDeadLetters("b"), 1U);
    const auto all = *state->deadLetters("a", 0, State::kMaxDeadLetters);
    EXPECT_EQ(all.front().id, 3U);
    EXPECT_EQ(all.back().reason, "newest");
    EXPECT_THAT(log.lines(), ElementsAre(HasSubstr("stream a has more than 10000 dead letters: "
                                                   "removed the oldest 2")));
}

TEST_F(DeadLettersTest, TellsOncePerMinuteThatTheOldestGo) {
    save({.deadLetters = std::vector(State::kMaxDeadLetters + 1, deadLetter("a", "old"))});
    for (int i = 0; i < 3; ++i) save({.deadLetters = {deadLetter("a", "new")}});
    EXPECT_THAT(log.lines(), SizeIs(1));
    clock.advance(std::chrono::minutes(1));
    save({.deadLetters = {deadLetter("a", "new")}});
    EXPECT_THAT(log.lines(), ElementsAre(HasSubstr("the oldest 1"), HasSubstr("the oldest 4")));
}

TEST_F(DeadLettersTest, LeavesOutOneThatCannotBeReadAndSaysSo) {
    save({.deadLetters = {deadLetter("a", "1"), deadLetter("a", "2")}});
    sqlite::Database(file).run("update dead_letter set message = x'00' where reason = '1'");
    EXPECT_THAT(reasons("a"), ElementsAre("2"));
    EXPECT_THAT(log.lines(), ElementsAre(HasSubstr("dead letter 1 of stream a is left out")));
}

}  // namespace
}  // namespace runnel::test
