// SPDX-License-Identifier: Apache-2.0
#include "admin/search.h"

#include <gtest/gtest.h>

namespace runnel::admin {
namespace {

constexpr Eui kEui{0x70B3D57ED0000A01};

TEST(SearchTest, FindsAPartOfANameInAnyCase) {
    for (const char* text : {"bay 2", "BAY", "y 24", "Bay 24"}) {
        EXPECT_TRUE(Search(text).isIn("Parking Bay 24")) << text;
    }
    for (const char* text : {"bay 25", "Bay  24", "Parking Bay 24 "}) {
        EXPECT_FALSE(Search(text).isIn("Parking Bay 24")) << text;
    }
    EXPECT_FALSE(Search("a").isIn(""));
}

TEST(SearchTest, FindsAPartOfAnEuiInAnyForm) {
    for (const char* text :
         {"70B3D57ED0000A01", "70b3", "0a01", "70-B3-D5", "D5:7E", "7ed00", "a0"}) {
        EXPECT_TRUE(Search(text).isIn(kEui)) << text;
    }
    for (const char* text : {"70B4", "70B3D57ED0000A010", "7 0", "x70", "-", ":", "-:-"}) {
        EXPECT_FALSE(Search(text).isIn(kEui)) << text;
    }
}

TEST(SearchTest, FindsEitherOfThem) {
    EXPECT_TRUE(Search("70b3").isIn(kEui, "Bay"));
    EXPECT_TRUE(Search("bay").isIn(kEui, "Bay"));
    EXPECT_FALSE(Search("cloud").isIn(kEui, "Bay"));
}

TEST(SearchTest, FindsEverythingWithNothing) {
    EXPECT_TRUE(Search("").isIn(""));
    EXPECT_TRUE(Search("").isIn(kEui));
}

}  // namespace
}  // namespace runnel::admin
