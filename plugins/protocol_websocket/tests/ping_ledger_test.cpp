// SPDX-License-Identifier: Apache-2.0
#include "ping_ledger.h"

#include <gtest/gtest.h>

#include <vector>

#include "write_ledger.h"

namespace runnel::websocket {
namespace {

using namespace std::chrono_literals;

class PingLedgerTest : public testing::Test {
  protected:
    std::optional<std::uint64_t> pong(const PingLedger::Payload& payload) {
        return ledger.pong({payload.data(), payload.size()});
    }
    void send(std::size_t frames, std::size_t bytesEach = 100) {
        for (std::size_t i = 0; i < frames; ++i) ledger.sent(++parcel, 1, bytesEach, now);
    }

    PingLedger ledger{42};
    PingLedger::Time now{100s};
    std::uint64_t parcel = 0;
};

TEST_F(PingLedgerTest, SettlesThroughWhatThePingCovers) {
    send(3);
    const auto first = ledger.ping(now);
    send(2);
    EXPECT_EQ(pong(first), 3U);
    EXPECT_TRUE(ledger.hasUnsettled());
    EXPECT_EQ(pong(ledger.ping(now)), 5U);
    EXPECT_FALSE(ledger.hasUnsettled());
}

TEST_F(PingLedgerTest, LetsALaterPongCoverSkippedPings) {
    send(1);
    const auto first = ledger.ping(now);
    send(1);
    ledger.ping(now);
    send(1);
    const auto third = ledger.ping(now);
    EXPECT_EQ(pong(third), 3U);
    EXPECT_EQ(pong(first), std::nullopt) << "late, already covered";
    EXPECT_EQ(ledger.openPings(), 0U);
}

TEST_F(PingLedgerTest, IgnoresForeignPongs) {
    send(1);
    auto payload = ledger.ping(now);
    EXPECT_EQ(ledger.pong(""), std::nullopt);
    EXPECT_EQ(ledger.pong("0123456789abcdef"), std::nullopt);
    EXPECT_EQ(ledger.pong({payload.data(), 15}), std::nullopt);
    PingLedger other{43};
    other.sent(1, 1, 1, now);
    EXPECT_EQ(pong(other.ping(now)), std::nullopt) << "another session's nonce";
    ++payload[8];
    EXPECT_EQ(pong(payload), std::nullopt) << "a number that was never sent";
    EXPECT_TRUE(ledger.hasUnsettled());
}

TEST_F(PingLedgerTest, AsksForAPingAfterASecondOrAQuarterOfTheWindow) {
    EXPECT_FALSE(ledger.isPingDue(now + 1h)) << "nothing sent";
    send(1);
    EXPECT_FALSE(ledger.isPingDue(now + 999ms));
    EXPECT_TRUE(ledger.isPingDue(now + 1s));
    send(62);
    EXPECT_FALSE(ledger.isPingDue(now));
    send(1);
    EXPECT_TRUE(ledger.isPingDue(now)) << "64 of 256 frames";
    ledger.ping(now);
    EXPECT_FALSE(ledger.isPingDue(now + 5s)) << "all are covered";
    send(1, 10'000);
    EXPECT_TRUE(ledger.isPingDue(now)) << "8 KiB of 64 KiB";
}

TEST_F(PingLedgerTest, OpensTheWindowAsPongsComeBack) {
    EXPECT_EQ(ledger.frameRoom(), 256U);
    EXPECT_EQ(ledger.byteRoom(), 64U * 1024);
    send(256, 256);
    EXPECT_EQ(ledger.frameRoom(), 0U);
    EXPECT_EQ(ledger.byteRoom(), 0U);
    pong(ledger.ping(now));
    EXPECT_EQ(ledger.frameRoom(), 512U);
    for (int round = 0; round < 10; ++round) {
        send(1);
        pong(ledger.ping(now));
    }
    EXPECT_EQ(ledger.frameRoom(), 4096U);
    EXPECT_EQ(ledger.byteRoom(), 1024U * 1024);
    send(511);
    EXPECT_FALSE(ledger.isPingDue(now));
    send(1);
    EXPECT_TRUE(ledger.isPingDue(now));
}

TEST_F(PingLedgerTest, DoesNotGrowForEmptyPings) {
    pong(ledger.ping(now));
    EXPECT_EQ(ledger.frameRoom(), 256U);
}

TEST_F(PingLedgerTest, KeepsAtMostEightPingsOpen) {
    for (std::size_t i = 0; i < PingLedger::kMaxOpen; ++i) {
        send(1);
        EXPECT_TRUE(ledger.isPingDue(now + 1s));
        ledger.ping(now);
    }
    send(100);
    EXPECT_FALSE(ledger.isPingDue(now + 5s));
    EXPECT_TRUE(ledger.isPingDue(now + PingLedger::kRepeat)) << "a client may have dropped PONGs";
    const auto repeated = ledger.ping(now + PingLedger::kRepeat);
    EXPECT_EQ(ledger.openPings(), PingLedger::kMaxOpen);
    EXPECT_EQ(pong(repeated), 108U);
    EXPECT_FALSE(ledger.hasUnsettled());
}

TEST_F(PingLedgerTest, MergesTheOldestPingIntoTheNextOne) {
    std::vector<PingLedger::Payload> pings;
    for (std::size_t i = 0; i < PingLedger::kMaxOpen + 1; ++i) {
        send(1);
        pings.push_back(ledger.ping(now));
    }
    EXPECT_EQ(pong(pings[0]), std::nullopt);
    EXPECT_EQ(pong(pings[1]), 2U);
    EXPECT_EQ(ledger.frameRoom(), 512U - 7);
}

TEST(WriteLedgerTest, SettlesWhatHasBeenWritten) {
    WriteLedger ledger;
    EXPECT_EQ(ledger.written(0), std::nullopt);
    ledger.sent(1, 100);
    ledger.sent(2, 200);
    ledger.sent(3, 300);
    EXPECT_EQ(ledger.written(99), std::nullopt);
    EXPECT_EQ(ledger.written(250), 1U) << "late, never early";
    EXPECT_TRUE(ledger.hasUnsettled());
    EXPECT_EQ(ledger.written(299), std::nullopt);
    EXPECT_EQ(ledger.written(300), 3U);
    EXPECT_FALSE(ledger.hasUnsettled());
    EXPECT_EQ(ledger.written(300), std::nullopt);
}

}  // namespace
}  // namespace runnel::websocket
