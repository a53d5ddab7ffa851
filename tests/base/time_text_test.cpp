// SPDX-License-Identifier: Apache-2.0
#include "base/time_text.h"

#include <gtest/gtest.h>

namespace runnel {
namespace {

using std::chrono::milliseconds;

Instant at(std::int64_t millis) {
    return Instant(milliseconds(millis));
}

TEST(TimeTextTest, WritesUtcWithMilliseconds) {
    EXPECT_EQ(timeText(at(0)), "1970-01-01T00:00:00.000Z");
    EXPECT_EQ(timeText(at(1734964219007)), "2024-12-23T14:30:19.007Z");
}

TEST(TimeTextTest, ReadsWhatItWrites) {
    for (const std::int64_t millis : {std::int64_t{0}, std::int64_t{1734964219007}}) {
        EXPECT_EQ(parseTime(timeText(at(millis))), at(millis));
    }
}

TEST(TimeTextTest, ReadsOffsetsFractionsAndLeapDays) {
    EXPECT_EQ(parseTime("2024-12-23T15:30:19.0079+01:00"), at(1734964219007));
    EXPECT_EQ(parseTime("2024-12-23 14:30:19z"), at(1734964219000));
    EXPECT_EQ(parseTime("2024-12-23T09:00:19.007-05:30"), at(1734964219007));
    EXPECT_TRUE(parseTime("2024-02-29T00:00:00Z"));
}

TEST(TimeTextTest, RefusesWhatIsNoTime) {
    for (const char* text :
         {"", "2024", "2024-12-23", "2024-13-01T00:00:00Z", "2023-02-29T00:00:00Z",
          "2024-12-23T24:00:00Z", "2024-12-23T00:00:00", "2024-12-23T00:00:00Zx",
          "2024-12-23T00:00:00.Z", "2024-12-23T00:00:00+1:00", "2024-12-23T00:00:00+24:00",
          "1969-12-31T23:59:59Z", "-024-12-23T00:00:00Z", "2024-12-23T-1:00:00Z", "now"}) {
        EXPECT_FALSE(parseTime(text)) << text;
    }
}

}  // namespace
}  // namespace runnel
