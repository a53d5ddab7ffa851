// SPDX-License-Identifier: Apache-2.0
#include "mqtt/outgoing.h"

#include <gtest/gtest.h>

#include <deque>
#include <random>
#include <string>

namespace runnel::mqtt {
namespace {

TEST(OutgoingTest, GivesIdsInOrderFromOne) {
    Outgoing outgoing{3};
    EXPECT_EQ(outgoing.add(100), 1);
    EXPECT_EQ(outgoing.add(200), 2);
    EXPECT_EQ(outgoing.size(), 2U);
    EXPECT_EQ(outgoing.room(), 1U);
    EXPECT_EQ(outgoing.at(1).packetId, 2);
    EXPECT_EQ(outgoing.at(1).token, 200U);
}

TEST(OutgoingTest, GivesEachTokenOnce) {
    Outgoing outgoing{3};
    outgoing.add(100);
    outgoing.add(200);
    EXPECT_EQ(outgoing.acknowledged(2), 200U);
    EXPECT_FALSE(outgoing.acknowledged(2));
    EXPECT_EQ(outgoing.acknowledged(1), 100U);
    EXPECT_FALSE(outgoing.acknowledged(1));
    EXPECT_EQ(outgoing.size(), 0U);
}

TEST(OutgoingTest, DoesNotKnowIdsThatItDidNotGive) {
    Outgoing outgoing{3};
    EXPECT_FALSE(outgoing.acknowledged(1));
    outgoing.add(100);
    for (const std::uint16_t id : {0, 2, 3, 65'535}) EXPECT_FALSE(outgoing.acknowledged(id)) << id;
    EXPECT_EQ(outgoing.size(), 1U);
}

TEST(OutgoingTest, AnEntryCountsUntilAllBeforeItAreAcknowledged) {
    Outgoing outgoing{2};
    outgoing.add(100);
    outgoing.add(200);
    EXPECT_EQ(outgoing.acknowledged(2), 200U);
    EXPECT_EQ(outgoing.room(), 0U);
    EXPECT_EQ(outgoing.at(1).token, 0U);
    EXPECT_EQ(outgoing.acknowledged(1), 100U);
    EXPECT_EQ(outgoing.room(), 2U);
}

TEST(OutgoingTest, ASmallerLimitKeepsWhatIsOnItsWay) {
    Outgoing outgoing{3};
    outgoing.add(100);
    outgoing.add(200);
    outgoing.setLimit(1);
    EXPECT_EQ(outgoing.size(), 2U);
    EXPECT_EQ(outgoing.room(), 0U);
    EXPECT_EQ(outgoing.acknowledged(1), 100U);
    EXPECT_EQ(outgoing.room(), 0U);
    EXPECT_EQ(outgoing.acknowledged(2), 200U);
    EXPECT_EQ(outgoing.room(), 1U);
}

TEST(OutgoingTest, GoesOnWithOneAfter65535) {
    Outgoing outgoing{65'534};
    for (unsigned i = 1; i <= 65'533; ++i) {
        ASSERT_EQ(outgoing.add(i), i);
        ASSERT_EQ(outgoing.acknowledged(static_cast<std::uint16_t>(i)), i);
    }
    EXPECT_EQ(outgoing.add(1), 65'534);
    EXPECT_EQ(outgoing.add(2), 65'535);
    EXPECT_EQ(outgoing.add(3), 1);
    EXPECT_EQ(outgoing.at(2).packetId, 1);
    EXPECT_EQ(outgoing.acknowledged(1), 3U);
    EXPECT_EQ(outgoing.acknowledged(65'535), 2U);
    EXPECT_EQ(outgoing.acknowledged(65'534), 1U);
    EXPECT_EQ(outgoing.add(4), 2);
}

TEST(OutgoingTest, AFullWindowKnowsEachOfItsIdsAtEveryPlace) {
    Outgoing outgoing{65'534};
    for (unsigned i = 0; i < 40'000; ++i) outgoing.acknowledged(outgoing.add(1));
    for (unsigned i = 1; i <= 65'534; ++i) outgoing.add(i);
    EXPECT_EQ(outgoing.room(), 0U);
    for (std::size_t place = outgoing.size(); place-- > 0;) {
        const Outgoing::Entry entry = outgoing.at(place);
        ASSERT_EQ(entry.token, place + 1);
        ASSERT_EQ(outgoing.acknowledged(entry.packetId), entry.token);
    }
    EXPECT_EQ(outgoing.size(), 0U);
}

TEST(OutgoingTest, DoesAsItsModelThroughAnyOrderOfEvents) {
    const unsigned seed = std::random_device{}();
    RecordProperty("seed", std::to_string(seed));
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random{seed};
    Outgoing outgoing{50};
    std::deque<Outgoing::Entry> model;
    std::uint16_t nextId = 1;
    for (unsigned i = 1; i <= 300'000; ++i) {
        if (outgoing.room() > 0 && random() % 2 == 0) {
            ASSERT_EQ(outgoing.add(i), nextId);
            model.push_back({nextId, i});
            nextId = nextId == 65'535 ? 1 : static_cast<std::uint16_t>(nextId + 1);
        } else if (!model.empty()) {
            Outgoing::Entry& entry = model[random() % model.size()];
            const auto token = outgoing.acknowledged(entry.packetId);
            ASSERT_EQ(token.value_or(0), entry.token);
            entry.token = 0;
        }
        while (!model.empty() && model.front().token == 0) model.pop_front();
        ASSERT_EQ(outgoing.size(), model.size());
        ASSERT_EQ(outgoing.room(), 50 - model.size());
    }
}

}  // namespace
}  // namespace runnel::mqtt
