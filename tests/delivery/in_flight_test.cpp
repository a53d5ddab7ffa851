// SPDX-License-Identifier: Apache-2.0
#include "delivery/in_flight.h"

#include <gtest/gtest.h>

#include "tests/delivery/delivery_fakes.h"

namespace runnel::test {
namespace {

/// Parcel n carries the message at position 10 * n.
class InFlightTest : public ::testing::Test {
  protected:
    void push(std::uint64_t parcel) {
        auto message = std::make_shared<Message>();
        message->position = 10 * parcel;
        inFlight_.push({.item = std::make_shared<const Encoded>(message, use_, View{}),
                        .parcel = parcel,
                        .ordinal = parcel,
                        .isSettled = false,
                        .outcome = {},
                        .why = {}});
    }
    /// Pops what is settled; returns how many.
    int popSettled() {
        int count = 0;
        for (; inFlight_.settledFront() != nullptr; ++count) inFlight_.pop();
        return count;
    }

    FormatUse use_{"format_counter", std::make_unique<CounterFormat>()};
    InFlight inFlight_;
};

TEST_F(InFlightTest, GivesSettledOnesFromTheFrontOnly) {
    for (const std::uint64_t parcel : {1, 2, 5}) push(parcel);
    EXPECT_EQ(inFlight_.settledFront(), nullptr);
    inFlight_.settle(2, Outcome::Delivered, "");
    EXPECT_EQ(popSettled(), 0);
    inFlight_.settle(1, Outcome::Rejected, "too large");
    ASSERT_NE(inFlight_.settledFront(), nullptr);
    EXPECT_EQ(inFlight_.settledFront()->outcome, Outcome::Rejected);
    ASSERT_NE(inFlight_.settledFront()->why, nullptr);
    EXPECT_EQ(*inFlight_.settledFront()->why, "too large");
    EXPECT_EQ(popSettled(), 2);
    EXPECT_EQ(inFlight_.size(), 1U);
}

TEST_F(InFlightTest, KeepsTheFirstWord) {
    push(1);
    inFlight_.settle(1, Outcome::Rejected, "first");
    inFlight_.settle(1, Outcome::Delivered, "second");
    inFlight_.settleThrough(1);
    inFlight_.settleUpTo(10);
    EXPECT_EQ(inFlight_.settledFront()->outcome, Outcome::Rejected);
    EXPECT_EQ(*inFlight_.settledFront()->why, "first");
}

TEST_F(InFlightTest, LeavesUnknownParcelsAlone) {
    for (const std::uint64_t parcel : {2, 4}) push(parcel);
    for (const std::uint64_t parcel : {0, 1, 3, 5}) {
        inFlight_.settle(parcel, Outcome::Delivered, "");
    }
    EXPECT_EQ(popSettled(), 0);
    inFlight_.settleThrough(3);
    EXPECT_EQ(popSettled(), 1) << "an unknown id still tells what came before it";
    inFlight_.settle(2, Outcome::Delivered, "");
    EXPECT_EQ(inFlight_.size(), 1U);
}

TEST_F(InFlightTest, SettlesUpToAPosition) {
    for (const std::uint64_t parcel : {1, 2, 3}) push(parcel);
    inFlight_.settleUpTo(25);
    EXPECT_EQ(popSettled(), 2);
    ASSERT_EQ(inFlight_.entries().size(), 1U);
    EXPECT_EQ(inFlight_.entries()[0].parcel, 3U);
}

TEST_F(InFlightTest, StaysRightWhileItGivesMemoryBack) {
    std::uint64_t pushed = 0;
    std::uint64_t popped = 0;
    for (int round = 0; round < 50; ++round) {
        for (int i = 0; i < 40; ++i) push(++pushed);
        inFlight_.settleThrough(pushed - 7);
        popped += static_cast<std::uint64_t>(popSettled());
        EXPECT_EQ(popped, pushed - 7);
        EXPECT_EQ(inFlight_.size(), 7U);
        EXPECT_EQ(inFlight_.entries().front().parcel, pushed - 6);
        EXPECT_EQ(inFlight_.entries().back().parcel, pushed);
    }
    inFlight_.settleThrough(pushed);
    EXPECT_EQ(popSettled(), 7);
    EXPECT_TRUE(inFlight_.empty());
    push(++pushed);
    inFlight_.clear();
    EXPECT_TRUE(inFlight_.empty());
}

}  // namespace
}  // namespace runnel::test
