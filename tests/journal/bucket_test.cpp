// SPDX-License-Identifier: Apache-2.0
#include "journal/bucket.h"

#include <gmock/gmock.h>

#include "tests/journal/messages.h"

namespace runnel {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::uint64_t kBucket = 7;

std::span<const std::uint8_t> bytesOf(const Postings& postings) {
    return {reinterpret_cast<const std::uint8_t*>(postings.data()),
            postings.size() * sizeof(Postings::value_type)};
}

MessagePtr messageAt(Position position, Eui device, int second) {
    auto message = test::uplinkAt(Instant(std::chrono::seconds(second)), Eui{1}, device);
    message->position = position;
    return message;
}

TEST(ScopeKeyTest, IsAsFormatMdSays) {
    EXPECT_EQ(keyOf({Scope::Level::Application, Eui{0}}), 0xE220A8397B1DCDAFU >> 10);
    EXPECT_NE(keyOf({Scope::Level::Application, Eui{5}}), keyOf({Scope::Level::Device, Eui{5}}));
    EXPECT_LT(keyOf({Scope::Level::Gateway, Eui{~0ULL}}), ScopeKey{1} << 54);
}

TEST(BucketTest, FindsTheMessagesOfAScope) {
    const Position first = firstOf(kBucket);
    const std::vector<MessagePtr> messages{messageAt(first, Eui{10}, 30),
                                           messageAt(first + 1, Eui{20}, 10),
                                           messageAt(first + 1023, Eui{10}, 20)};
    const BucketIndex index = indexOf(kBucket, messages);
    EXPECT_EQ(index.summary.number, kBucket);
    EXPECT_EQ(index.summary.earliest, Instant(std::chrono::seconds(10)));
    EXPECT_EQ(index.summary.latest, Instant(std::chrono::seconds(30)));
    const auto bytes = bytesOf(index.postings);
    const ScopeKey device = keyOf({Scope::Level::Device, Eui{10}});
    EXPECT_THAT(positionsOf(device, first, bytes), ElementsAre(first, first + 1023));
    EXPECT_THAT(positionsOf(device, first + 1, bytes), ElementsAre(first + 1023));
    EXPECT_THAT(positionsOf(keyOf({Scope::Level::Application, Eui{1}}), first, bytes),
                ElementsAre(first, first + 1, first + 1023));
    EXPECT_THAT(positionsOf(keyOf({Scope::Level::Device, Eui{11}}), first, bytes), IsEmpty());
    EXPECT_THAT(positionsOf(device, first, {}), IsEmpty());
}

TEST(BucketTest, NamesAGatewayThatIsInAMessageTwiceOnce) {
    auto message = test::uplinkAt({});
    message->position = firstOf(kBucket);
    message->receptions.resize(2, {.gateway = Eui{3}, .rssiDbm = 0, .snrDb = 0, .time = {}});
    const std::vector<MessagePtr> messages{message};
    EXPECT_EQ(indexOf(kBucket, messages).postings.size(), 3U);
}

TEST(KeyFilterTest, KnowsItsKeysAndFewOthers) {
    std::mt19937_64 random(test::printedSeed());
    for (const std::size_t size : {1U, 10U, 1000U, 4096U}) {
        std::vector<ScopeKey> keys(size);
        for (ScopeKey& key : keys) key = random() >> 10;
        const auto filter = KeyFilter::fromBytes(KeyFilter(keys).bytes());
        ASSERT_TRUE(filter);
        for (const ScopeKey key : keys) ASSERT_TRUE(filter->mayContain(key));
        int wrong = 0;
        for (int i = 0; i < 10'000; ++i) wrong += filter->mayContain(random() >> 10) ? 1 : 0;
        EXPECT_LT(wrong, 400) << "of 10,000, with " << size << " keys";
        EXPECT_LE(filter->bytes().size(), size * 10 / 8 + 64);
    }
}

TEST(KeyFilterTest, IsNotMadeOfAnyBytes) {
    EXPECT_FALSE(KeyFilter::fromBytes({}));
    EXPECT_FALSE(KeyFilter::fromBytes(std::vector<std::uint8_t>(63)));
}

}  // namespace
}  // namespace runnel
