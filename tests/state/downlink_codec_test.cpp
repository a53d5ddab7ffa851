// SPDX-License-Identifier: Apache-2.0
#include "state/downlink_codec.h"

#include <random>

#include "tests/state/state_fixture.h"

namespace runnel::test {
namespace {

std::span<const std::uint8_t> bytes(const std::string& body) {
    return {reinterpret_cast<const std::uint8_t*>(body.data()), body.size()};
}

TEST(DownlinkCodecTest, TellsAbsentFromZero) {
    DownlinkRecord record = downlinkRecord("id");
    EXPECT_FALSE(decodeDownlink(bytes(encodeDownlink(record)))->downlink.application);
    EXPECT_FALSE(decodeDownlink(bytes(encodeDownlink(record)))->downlink.expires);
    record.downlink.application = Eui{0};
    record.downlink.expires = Instant{};
    EXPECT_EQ(decodeDownlink(bytes(encodeDownlink(record)))->downlink.application, Eui{0});
    EXPECT_EQ(decodeDownlink(bytes(encodeDownlink(record)))->downlink.expires, Instant{});
}

TEST(DownlinkCodecTest, SkipsFieldsOfLaterVersions) {
    std::string body = encodeDownlink(downlinkRecord("id"));
    body += "\xA0\x06\x01";          // field 100, varint 1
    body += "\xAA\x06\x02\x68\x69";  // field 101, two bytes
    const auto record = decodeDownlink(bytes(body));
    ASSERT_TRUE(record);
    EXPECT_EQ(record->senderId, "sender's id");
}

TEST(DownlinkCodecTest, RefusesWhatNamesNoStream) {
    EXPECT_FALSE(decodeDownlink({}));
}

TEST(DownlinkCodecTest, SurvivesAnyBytes) {
    const auto seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    const std::string whole = encodeDownlink(downlinkRecord("id"));
    for (std::size_t size = 0; size < whole.size(); ++size) {
        static_cast<void>(decodeDownlink(bytes(whole.substr(0, size))));
    }
    for (int i = 0; i < 20'000; ++i) {
        std::string body = whole;
        for (int changes = 0; changes < 3; ++changes) {
            body[random() % body.size()] = static_cast<char>(random());
        }
        static_cast<void>(decodeDownlink(bytes(body)));
    }
}

}  // namespace
}  // namespace runnel::test
