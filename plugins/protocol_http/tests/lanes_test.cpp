// SPDX-License-Identifier: Apache-2.0
#include "lanes.h"

#include <gmock/gmock.h>

#include <random>

#include "parcels.h"

namespace runnel::http {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr Eui kA{1}, kB{2};
using Texts = std::vector<std::string>;

Texts textsOf(const std::vector<Item>& items) {
    Texts texts;
    for (const Item& item : items) texts.push_back(item.text());
    return texts;
}

class LanesTest : public ::testing::Test {
  protected:
    void add(Texts documents, Eui device = kA) {
        lanes_.add(parcel(++last_, std::move(documents), device));
    }
    Lanes lanes_;
    std::uint64_t last_ = 0;
};

TEST_F(LanesTest, ADevicesNextDocumentWaitsForTheOneBeforeIt) {
    add({"a1"});
    add({"a2"});
    add({"b1"}, kB);
    const auto a1 = lanes_.pick(1);
    EXPECT_THAT(textsOf(a1), ElementsAre("a1"));
    EXPECT_THAT(textsOf(lanes_.pick(1)), ElementsAre("b1"));
    EXPECT_FALSE(lanes_.hasReady());
    lanes_.done(a1);
    EXPECT_THAT(textsOf(lanes_.pick(1)), ElementsAre("a2"));
}

TEST_F(LanesTest, ABatchHasADevicesDocumentsInOrder) {
    add({"a1", "a2"});
    add({"b1"}, kB);
    add({"a3"});
    const auto first = lanes_.pick(10);
    EXPECT_THAT(textsOf(first), ElementsAre("a1", "a2", "a3", "b1"));
    add({"a4"});
    EXPECT_FALSE(lanes_.hasReady());
    lanes_.done(first);
    EXPECT_THAT(textsOf(lanes_.pick(10)), ElementsAre("a4"));
}

TEST_F(LanesTest, ABatchThatIsFullLeavesTheRestOfADeviceBehindIt) {
    add({"a1"});
    add({"a2"});
    add({"a3"});
    const auto first = lanes_.pick(2);
    EXPECT_THAT(textsOf(first), ElementsAre("a1", "a2"));
    EXPECT_THAT(lanes_.pick(2), IsEmpty());
    lanes_.done(first);
    EXPECT_THAT(textsOf(lanes_.pick(2)), ElementsAre("a3"));
}

TEST_F(LanesTest, ARefusedBatchGoesOutOneByOneAndInOrder) {
    add({"a1"});
    add({"a2"});
    add({"b1"}, kB);
    lanes_.alone(lanes_.pick(10));
    add({"a3"});
    Texts all;
    while (lanes_.hasReady()) {
        const auto items = lanes_.pick(10);
        for (const std::string& text : textsOf(items)) all.push_back(text);
        if (items.front().isAlone) {
            EXPECT_EQ(items.size(), 1U);
        }
        lanes_.done(items);
    }
    EXPECT_THAT(all, ElementsAre("a1", "b1", "a2", "a3"));
}

TEST_F(LanesTest, ItKnowsHowMuchItHolds) {
    add({"12345", "67"});
    add({"8"}, kB);
    EXPECT_EQ(lanes_.parcels(), 2U);
    EXPECT_EQ(lanes_.bytes(), 8U);
    const auto items = lanes_.pick(2);
    lanes_.forget(*items.front().held);
    EXPECT_EQ(lanes_.parcels(), 1U);
    EXPECT_EQ(lanes_.bytes(), 1U);
}

TEST_F(LanesTest, WhateverFailsEachDeviceKeepsItsOrderAndNothingIsLost) {
    std::mt19937 random(std::random_device{}());
    const auto seed = random();
    SCOPED_TRACE("seed " + std::to_string(seed));
    random.seed(seed);
    std::vector<Texts> sent(5);
    std::vector<std::vector<Item>> flying;
    std::vector<int> made(5);
    const auto arrive = [&](const std::vector<Item>& items) {
        for (const Item& item : items) sent[item.held->device.value].push_back(item.text());
        lanes_.done(items);
    };
    for (int step = 0; step < 3000; ++step) {
        const auto device = random() % 5;
        switch (random() % 4) {
            case 0:
                add({std::to_string(made[device]++)}, Eui{device});
                break;
            case 1:
                if (lanes_.hasReady()) flying.push_back(lanes_.pick(1 + random() % 4));
                break;
            default:
                if (flying.empty()) break;
                std::swap(flying[random() % flying.size()], flying.back());
                if (flying.back().size() > 1 && random() % 2 == 0) {
                    lanes_.alone(std::move(flying.back()));
                } else {
                    arrive(flying.back());
                }
                flying.pop_back();
        }
    }
    for (const auto& items : flying) arrive(items);
    while (lanes_.hasReady()) arrive(lanes_.pick(3));
    for (std::size_t device = 0; device < 5; ++device) {
        Texts wanted;
        for (int i = 0; i < made[device]; ++i) wanted.push_back(std::to_string(i));
        EXPECT_EQ(sent[device], wanted);
    }
}

}  // namespace
}  // namespace runnel::http
