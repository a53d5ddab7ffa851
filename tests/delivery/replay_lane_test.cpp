// SPDX-License-Identifier: Apache-2.0
#include "delivery/replay_lane.h"

#include <gmock/gmock.h>

#include "tests/delivery/delivery_fakes.h"

namespace runnel::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Dead letter n is the message at position 100 + n.
class ReplayLaneTest : public ::testing::Test {
  protected:
    bool add(std::uint64_t id) {
        DeadLetter letter;
        letter.id = id;
        auto message = std::make_shared<Message>();
        message->position = 100 + id;
        letter.message = std::move(message);
        return lane_.add(std::make_shared<const Encoded>(letter.message, use_, View{},
                                                         Again{Again::Why::DeadLetter, letter.id}));
    }
    /// Takes the first `count`; their parcels go on at `nextParcel_`.
    void take(std::size_t count, std::optional<Outcome> settledAs = {}) {
        std::vector<InFlight::Entry> entries;
        for (std::size_t i = 0; i < count; ++i) {
            entries.push_back({.item = lane_.waiting()[i],
                               .parcel = nextParcel_++,
                               .ordinal = 0,
                               .isSettled = settledAs.has_value(),
                               .outcome = settledAs.value_or(Outcome{}),
                               .why = nullptr});
        }
        lane_.take(entries);
    }
    std::vector<std::uint64_t> waiting() const {
        std::vector<std::uint64_t> ids;
        for (const EncodedPtr& item : lane_.waiting()) ids.push_back(item->deadLetter());
        return ids;
    }

    FormatUse use_{"format_counter", std::make_unique<CounterFormat>()};
    ReplayLane lane_;
    std::uint64_t nextParcel_ = 1;
};

TEST_F(ReplayLaneTest, KeepsTheOrderInWhichTheyWereAsked) {
    for (const std::uint64_t id : {5, 3, 9}) EXPECT_TRUE(add(id));
    EXPECT_THAT(waiting(), ElementsAre(5, 3, 9));
    take(2);
    EXPECT_THAT(waiting(), ElementsAre(9));
}

TEST_F(ReplayLaneTest, SendsOneThatIsOnItsWayOnlyOnce) {
    add(1);
    add(2);
    take(1);
    EXPECT_TRUE(add(1)) << "in flight";
    EXPECT_TRUE(add(2)) << "waiting";
    EXPECT_THAT(waiting(), ElementsAre(2));
    lane_.settle(1, Outcome::Delivered);
    EXPECT_TRUE(add(1)) << "has arrived: this is another request";
    EXPECT_THAT(waiting(), ElementsAre(2, 1));
}

TEST_F(ReplayLaneTest, HasRoomForSoManyWaitingAndInFlight) {
    for (std::uint64_t id = 1; id <= ReplayLane::kMax; ++id) EXPECT_TRUE(add(id));
    EXPECT_FALSE(add(1000));
    take(10);
    EXPECT_FALSE(add(1000));
    EXPECT_TRUE(add(7)) << "this one has its place already";
    lane_.settle(3, Outcome::Rejected);
    EXPECT_TRUE(add(1000));
}

TEST_F(ReplayLaneTest, NamesThoseThatArrivedOnce) {
    for (const std::uint64_t id : {1, 2, 3, 4}) add(id);
    take(4);
    lane_.settle(2, Outcome::Delivered);
    lane_.settle(3, Outcome::Filtered);
    lane_.settle(4, Outcome::Rejected);
    lane_.settle(2, Outcome::Delivered);
    EXPECT_THAT(lane_.takeArrived(), ElementsAre(2, 3));
    EXPECT_THAT(lane_.takeArrived(), IsEmpty());
    lane_.settleThrough(9);
    EXPECT_THAT(lane_.takeArrived(), ElementsAre(1)) << "4 was refused and is done with";
}

TEST_F(ReplayLaneTest, SettlesThroughAParcelAndAtAPosition) {
    for (const std::uint64_t id : {1, 2, 3, 4}) add(id);
    take(4);
    lane_.settleThrough(2);
    EXPECT_THAT(lane_.takeArrived(), ElementsAre(1, 2));
    lane_.settleAt(104);
    EXPECT_THAT(lane_.takeArrived(), ElementsAre(4)) << "exactly this one";
    lane_.settleAt(999);
    EXPECT_THAT(lane_.takeArrived(), IsEmpty());
}

TEST_F(ReplayLaneTest, GivesBackInOrderWhatTheHolderDidNotSettle) {
    for (const std::uint64_t id : {1, 2, 3, 4}) add(id);
    take(3);
    lane_.settle(2, Outcome::Delivered);
    lane_.giveBack();
    EXPECT_THAT(waiting(), ElementsAre(1, 3, 4));
    lane_.settleThrough(3);
    EXPECT_THAT(lane_.takeArrived(), ElementsAre(2)) << "the former holder's parcels are forgotten";
}

TEST_F(ReplayLaneTest, IsDoneWithWhatIsSettledWhenItIsTaken) {
    for (const std::uint64_t id : {1, 2, 3}) add(id);
    take(1, Outcome::Filtered);
    take(1, Outcome::Rejected);
    lane_.giveBack();
    EXPECT_THAT(waiting(), ElementsAre(3));
    EXPECT_THAT(lane_.takeArrived(), ElementsAre(1));
}

}  // namespace
}  // namespace runnel::test
