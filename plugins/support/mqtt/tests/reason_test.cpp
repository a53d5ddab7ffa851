// SPDX-License-Identifier: Apache-2.0
#include "mqtt/reason.h"

#include <gtest/gtest.h>

#include <set>
#include <string_view>

#include "mqtt/packet.h"

namespace runnel::mqtt {
namespace {

int allowedIn(PacketType type) {
    int count = 0;
    for (unsigned value = 0; value < 256; ++value) {
        if (isAllowed(static_cast<Reason>(value), type)) ++count;
    }
    return count;
}

TEST(ReasonTest, EveryReasonOfTheStandardHasItsOwnText) {
    std::set<std::string_view> texts;
    for (unsigned value = 0; value < 256; ++value) texts.insert(text(static_cast<Reason>(value)));
    EXPECT_EQ(texts.size(), 43U + 1U);
    EXPECT_EQ(text(Reason::NotAuthorized), "not authorized");
    EXPECT_EQ(text(static_cast<Reason>(0x03)), "unknown reason");
    EXPECT_EQ(text(static_cast<Reason>(0xFF)), "unknown reason");
}

TEST(ReasonTest, EachPacketHasAsManyReasonsAsTheStandardLists) {
    EXPECT_EQ(allowedIn(PacketType::Connack), 22);
    EXPECT_EQ(allowedIn(PacketType::Puback), 9);
    EXPECT_EQ(allowedIn(PacketType::Pubrec), 9);
    EXPECT_EQ(allowedIn(PacketType::Pubrel), 2);
    EXPECT_EQ(allowedIn(PacketType::Pubcomp), 2);
    EXPECT_EQ(allowedIn(PacketType::Suback), 12);
    EXPECT_EQ(allowedIn(PacketType::Unsuback), 7);
    EXPECT_EQ(allowedIn(PacketType::Disconnect), 30);
    EXPECT_EQ(allowedIn(PacketType::Auth), 3);
    EXPECT_EQ(allowedIn(PacketType::Publish), 0);
}

TEST(ReasonTest, ReturnCodesOf311KeepTheirMeaning) {
    for (std::uint8_t code = 0; code <= 5; ++code) EXPECT_EQ(returnCode(reasonOf(code)), code);
    EXPECT_EQ(reasonOf(5), Reason::NotAuthorized);
    EXPECT_EQ(reasonOf(6), Reason::UnspecifiedError);
    EXPECT_EQ(reasonOf(255), Reason::UnspecifiedError);
}

TEST(ReasonTest, EveryFailureIsARefusalIn311) {
    for (unsigned value = 0; value < 256; ++value) {
        const auto reason = static_cast<Reason>(value);
        EXPECT_EQ(returnCode(reason) != 0, isFailure(reason)) << value;
        EXPECT_LE(returnCode(reason), 5);
    }
    EXPECT_EQ(returnCode(Reason::Banned), 5);
    EXPECT_EQ(returnCode(Reason::ServerBusy), 3);
}

}  // namespace
}  // namespace runnel::mqtt
