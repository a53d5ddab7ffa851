// SPDX-License-Identifier: Apache-2.0
#include "delivery/window.h"

#include <gtest/gtest.h>

#include "tests/delivery/delivery_fakes.h"

namespace runnel::test {
namespace {

class WindowTest : public ::testing::Test {
  protected:
    void push(Position position) {
        auto message = std::make_shared<Message>();
        message->position = position;
        window_.push(std::make_shared<const Encoded>(message, use_, View{}));
    }

    FormatUse use_{"format_counter", std::make_unique<CounterFormat>()};
    Window window_;
};

TEST_F(WindowTest, StartsEmptyBehindWhatWasMatched) {
    EXPECT_FALSE(window_.isOpen());
    window_.open(1010, 10);
    EXPECT_TRUE(window_.isOpen());
    EXPECT_EQ(window_.begin(), 11U);
    EXPECT_EQ(window_.end(), 11U);
    EXPECT_EQ(window_.floor(), 1010U);
    EXPECT_EQ(window_.firstBehind(1010), 11U);
}

TEST_F(WindowTest, FindsItemsByOrdinalAndByPosition) {
    window_.open(1010, 10);
    for (const Position position : {1012, 1015, 1020}) push(position);
    EXPECT_EQ(window_.end(), 14U);
    EXPECT_EQ(window_.at(12)->position(), 1015U);
    EXPECT_EQ(window_.firstBehind(1000), 11U);
    EXPECT_EQ(window_.firstBehind(1012), 12U);
    EXPECT_EQ(window_.firstBehind(1014), 12U);
    EXPECT_EQ(window_.firstBehind(1020), 14U);
}

TEST_F(WindowTest, LetsGoOfTheOldest) {
    window_.open(1010, 10);
    for (const Position position : {1012, 1015, 1020}) push(position);
    window_.trim(13);
    EXPECT_EQ(window_.begin(), 13U);
    EXPECT_EQ(window_.size(), 1U);
    EXPECT_EQ(window_.floor(), 1015U) << "what is behind 1015 is all here";
    EXPECT_EQ(window_.firstBehind(1000), 13U);
    EXPECT_EQ(window_.at(13)->position(), 1020U);
    window_.trim(13);
    EXPECT_EQ(window_.size(), 1U);
    window_.trim(99);
    EXPECT_EQ(window_.begin(), 14U) << "never beyond the end";
    EXPECT_EQ(window_.floor(), 1020U);
    push(1030);
    EXPECT_EQ(window_.at(14)->position(), 1030U);
}

TEST_F(WindowTest, StaysRightOverManyRounds) {
    window_.open(0, 0);
    std::uint64_t pushed = 0;
    for (int round = 0; round < 20; ++round) {
        for (int i = 0; i < 300; ++i) push(++pushed * 2);
        if (pushed > 500) window_.trim(pushed - 500);
        EXPECT_EQ(window_.end(), pushed + 1);
        EXPECT_EQ(window_.at(window_.begin())->position(), window_.begin() * 2);
        EXPECT_EQ(window_.at(pushed)->position(), pushed * 2);
        EXPECT_EQ(window_.firstBehind(pushed * 2 - 3), pushed - 1);
    }
    window_.close();
    EXPECT_FALSE(window_.isOpen());
    EXPECT_EQ(window_.size(), 0U);
}

}  // namespace
}  // namespace runnel::test
