// SPDX-License-Identifier: Apache-2.0
#include "registry/login_guard.h"

#include <gmock/gmock.h>

#include "tests/support/manual_clock.h"

namespace runnel {
namespace {

using namespace std::chrono_literals;

class LoginGuardTest : public ::testing::Test {
  protected:
    bool isLetIn(std::string_view user, std::string_view address) {
        return !guard_.begin(user, address);
    }
    void fail(std::string_view user, std::string_view address, int times) {
        for (int i = 0; i < times; ++i) static_cast<void>(guard_.begin(user, address));
    }

    ManualClock clock_;
    LoginGuard guard_{clock_};
};

TEST_F(LoginGuardTest, LocksAUserOutAfterFiveWrongPasswords) {
    for (int i = 0; i < LoginGuard::kPerUser; ++i) EXPECT_TRUE(isLetIn("anna", "192.0.2.1")) << i;
    EXPECT_FALSE(isLetIn("anna", "192.0.2.1"));
    EXPECT_TRUE(guard_.isLocked("anna"));
}

TEST_F(LoginGuardTest, DoesNotLetAStrangerLockAnybodyOutFromAnotherAddress) {
    fail("admin", "192.0.2.66", 100);
    EXPECT_TRUE(isLetIn("admin", "192.0.2.1"));
}

TEST_F(LoginGuardTest, LocksOneUserOnlyAtFirst) {
    fail("anna", "192.0.2.1", 5);
    EXPECT_TRUE(isLetIn("ben", "192.0.2.1"));
    EXPECT_FALSE(guard_.isLocked("ben"));
}

TEST_F(LoginGuardTest, LocksAnAddressThatTriesManyNames) {
    for (int i = 0; i < LoginGuard::kPerAddress; ++i) {
        EXPECT_TRUE(isLetIn("user" + std::to_string(i), "192.0.2.1"));
    }
    EXPECT_FALSE(isLetIn("somebody", "192.0.2.1"));
    EXPECT_TRUE(isLetIn("somebody", "192.0.2.2"));
}

TEST_F(LoginGuardTest, SaysHowLongToWait) {
    fail("anna", "192.0.2.1", 5);
    EXPECT_EQ(guard_.begin("anna", "192.0.2.1"), 900s);
    clock_.advance(899'001ms);
    EXPECT_EQ(guard_.begin("anna", "192.0.2.1"), 1s);
}

TEST_F(LoginGuardTest, LetsInAgainAfterFifteenMinutesHoweverOftenItWasTriedMeanwhile) {
    fail("anna", "192.0.2.1", 5);
    for (int i = 0; i < 14; ++i) {
        clock_.advance(1min);
        EXPECT_FALSE(isLetIn("anna", "192.0.2.1"));
    }
    clock_.advance(1min);
    EXPECT_FALSE(guard_.isLocked("anna"));
    for (int i = 0; i < LoginGuard::kPerUser; ++i) EXPECT_TRUE(isLetIn("anna", "192.0.2.1"));
    EXPECT_FALSE(isLetIn("anna", "192.0.2.1"));
}

TEST_F(LoginGuardTest, CountsWhatIsWrongWithinFifteenMinutesOnly) {
    for (int i = 0; i < 50; ++i) {
        EXPECT_TRUE(isLetIn("anna", "192.0.2.1")) << i;
        clock_.advance(4min);
    }
}

TEST_F(LoginGuardTest, ForgetsWrongPasswordsAfterTheRightOne) {
    fail("anna", "192.0.2.1", 4);
    EXPECT_TRUE(isLetIn("anna", "192.0.2.1"));
    guard_.succeeded("anna", "192.0.2.1");
    fail("anna", "192.0.2.1", 4);
    EXPECT_TRUE(isLetIn("anna", "192.0.2.1"));
}

TEST_F(LoginGuardTest, DoesNotForgiveAnAddressForOneRightPassword) {
    for (int i = 0; i < LoginGuard::kPerAddress; ++i) {
        fail("user" + std::to_string(i), "192.0.2.1", 1);
        if (!guard_.begin("mine", "192.0.2.1")) guard_.succeeded("mine", "192.0.2.1");
    }
    EXPECT_FALSE(isLetIn("mine", "192.0.2.1"));
}

TEST_F(LoginGuardTest, DoesNotCountWhatWasNotChecked) {
    for (int i = 0; i < 50; ++i) {
        EXPECT_TRUE(isLetIn("anna", "192.0.2.1"));
        guard_.abandoned("anna", "192.0.2.1");
    }
    EXPECT_EQ(guard_.size(), 0U);
}

TEST_F(LoginGuardTest, ForgetsAUserWhoHasANewPassword) {
    fail("anna", "192.0.2.1", 5);
    fail("anna", "192.0.2.2", 5);
    fail("anna2", "192.0.2.3", 5);
    guard_.forget("anna");
    EXPECT_FALSE(guard_.isLocked("anna"));
    EXPECT_TRUE(guard_.isLocked("anna2"));
    EXPECT_TRUE(isLetIn("anna", "192.0.2.1"));
}

TEST_F(LoginGuardTest, CountsAnIpv6NetworkAsOneAddress) {
    for (int i = 0; i < LoginGuard::kPerUser; ++i) {
        EXPECT_TRUE(isLetIn("anna", "2001:db8:1:2:" + std::to_string(i) + "::1"));
    }
    EXPECT_FALSE(isLetIn("anna", "2001:db8:1:2:ffff::1"));
    EXPECT_TRUE(isLetIn("anna", "2001:db8:1:3::1"));
}

TEST_F(LoginGuardTest, KnowsAnIpv4AddressInItsIpv6Form) {
    fail("anna", "::ffff:192.0.2.1", 5);
    EXPECT_FALSE(isLetIn("anna", "192.0.2.1"));
    EXPECT_TRUE(isLetIn("anna", "::ffff:192.0.2.2"));
}

TEST_F(LoginGuardTest, KeepsItsMemoryBounded) {
    fail("admin", "198.51.100.1", 5);
    for (int i = 0; i < 30'000; ++i) {
        clock_.advance(1ms);
        fail("anna",
             "10." + std::to_string(i / 65536) + "." + std::to_string(i / 256 % 256) + "." +
                 std::to_string(i % 256),
             1);
    }
    EXPECT_LE(guard_.size(), LoginGuard::kMaxEntries);
    EXPECT_GE(guard_.size(), LoginGuard::kMaxEntries / 2);
    EXPECT_TRUE(isLetIn("anna", "203.0.113.1"));
}

TEST_F(LoginGuardTest, ForgetsThoseFirstWhoAreQuietForLongest) {
    const auto fill = [&](const std::string& network) {
        for (std::size_t i = 0; i < LoginGuard::kMaxEntries / 4; ++i) {
            clock_.advance(1ms);
            fail("anna", network + std::to_string(i / 256) + "." + std::to_string(i % 256), 1);
        }
    };
    fail("early", "198.51.100.1", 5);
    fill("10.0.");
    fail("late", "198.51.100.2", 5);
    fill("10.1.");
    EXPECT_FALSE(guard_.isLocked("early"));
    EXPECT_TRUE(guard_.isLocked("late"));
}

TEST_F(LoginGuardTest, DoesNotLockForEverWhenTheClockIsSetBack) {
    fail("anna", "192.0.2.1", 5);
    clock_.advance(-24h);
    EXPECT_TRUE(isLetIn("anna", "192.0.2.1"));
}

}  // namespace
}  // namespace runnel
