// SPDX-License-Identifier: Apache-2.0
#include "admin/time_text.h"

#include <gtest/gtest.h>

namespace runnel::admin {
namespace {

std::string again(std::string_view text) {
    const auto instant = parseTime(text);
    return instant ? timeText(*instant) : "none";
}

TEST(TimeTextTest, ReadsWhatItWrites) {
    for (const char* text : {"1970-01-01T00:00:00.000Z", "2026-11-22T20:31:50.123Z",
                             "2024-02-29T23:59:59.999Z", "9999-12-31T23:59:59.999Z"}) {
        EXPECT_EQ(again(text), text);
    }
    EXPECT_EQ(parseTime("1970-01-01T00:00:01.5Z")->time_since_epoch().count(), 1500);
}

TEST(TimeTextTest, UnderstandsTheOtherSpellings) {
    EXPECT_EQ(again("2026-11-22T20:31:50Z"), "2026-11-22T20:31:50.000Z");
    EXPECT_EQ(again("2026-11-22t20:31:50.1234567891234z"), "2026-11-22T20:31:50.123Z");
    EXPECT_EQ(again("2026-11-22 22:01:50+01:30"), "2026-11-22T20:31:50.000Z");
    EXPECT_EQ(again("2026-12-31T22:00:00-05:00"), "2027-01-01T03:00:00.000Z");
    EXPECT_EQ(again("2016-12-31T23:59:60Z"), "2017-01-01T00:00:00.000Z");
}

TEST(TimeTextTest, RefusesWhatIsNoTime) {
    for (const char* text :
         {"", "2026", "2026-11-22", "2026-11-22T20:31:50", "2026-11-22T20:31Z",
          "2026-13-22T20:31:50Z", "2025-02-29T20:31:50Z", "2026-00-01T20:31:50Z",
          "2026-11-22T24:00:00Z", "2026-11-22T20:60:00Z", "2026-11-22T20:31:61Z",
          "2026-11-22T20:31:50.Z", "2026-11-22T20:31:50Zx", "2026-11-22T20:31:50+1:00",
          "1969-12-31T23:59:59Z", "1970-01-01T00:00:00+01:00", "-026-11-22T20:31:50Z",
          "2026-11-22T20:31:50+25:00", "2026-11-22T20:31:50.-1Z"}) {
        EXPECT_EQ(again(text), "none") << text;
    }
}

}  // namespace
}  // namespace runnel::admin
