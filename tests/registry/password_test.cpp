// SPDX-License-Identifier: Apache-2.0
#include "registry/password.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "tests/support/cpu_time.h"

namespace runnel {
namespace {

using Verdict = Passwords::Verdict;
using ::testing::MatchesRegex;

constexpr Passwords::Cost kCheap{.iterations = 16, .blockSize = 1, .parallel = 1};

TEST(PasswordsTest, LetsInTheRightPasswordOnly) {
    Passwords passwords(kCheap);
    const auto hash = passwords.hash("correct horse battery");
    ASSERT_TRUE(hash);
    EXPECT_EQ(passwords.check("correct horse battery", *hash), Verdict::Right);
    EXPECT_EQ(passwords.check("correct horse batterz", *hash), Verdict::Wrong);
    EXPECT_EQ(passwords.check("", *hash), Verdict::Wrong);
    EXPECT_EQ(passwords.check("correct horse battery ", *hash), Verdict::Wrong);
}

TEST(PasswordsTest, WritesItsCostAndSaltIntoTheHash) {
    Passwords passwords;
    EXPECT_THAT(*passwords.hash("a password"),
                MatchesRegex("scrypt\\$32768\\$8\\$1\\$[0-9A-F]{32}\\$[0-9A-F]{64}"));
}

TEST(PasswordsTest, SaltsEachHash) {
    Passwords passwords(kCheap);
    EXPECT_NE(*passwords.hash("a password"), *passwords.hash("a password"));
}

TEST(PasswordsTest, StillTakesHashesOfAnotherCost) {
    Passwords old(kCheap);
    Passwords now({.iterations = 32, .blockSize = 2, .parallel = 2});
    const auto hash = old.hash("a password");
    EXPECT_EQ(now.check("a password", *hash), Verdict::Right);
    EXPECT_EQ(now.check("another one", *hash), Verdict::Wrong);
}

TEST(PasswordsTest, HashesAsRfc7914Says) {
    // By another implementation: scrypt("pleaseletmein", 16 * 0x53, N 1024, r 8, p 16).
    Passwords passwords(kCheap);
    EXPECT_EQ(passwords.check("pleaseletmein",
                              "scrypt$1024$8$16$53535353535353535353535353535353$"
                              "858D98C3DA3DE9BA55A51F262F4258E143C3D5840677104B1B95571D45889C82"),
              Verdict::Right);
}

TEST(PasswordsTest, TakesNothingForAHashThatIsNone) {
    Passwords passwords(kCheap);
    const std::string good = *passwords.hash("a password");
    const std::string salt(32, '5');
    for (const std::string& hash :
         {std::string(), std::string("a password"), std::string("scrypt"), good + "$", good + "0",
          good.substr(0, good.size() - 2), "x" + good, "scrypt$0$8$1$" + salt + "$" + salt + salt,
          "scrypt$17$1$1$" + salt + "$" + salt + salt, "scrypt$-16$1$1$" + salt + "$" + salt + salt,
          "scrypt$16$1$1$" + salt + "$" + std::string(64, 'g'),
          "scrypt$1073741824$8$1$" + salt + "$" + salt + salt}) {
        EXPECT_EQ(passwords.check("a password", hash), Verdict::Wrong) << hash;
    }
}

TEST(PasswordsTest, TakesAsLongForNobodyAsForSomebody) {
    Passwords passwords({.iterations = 1U << 13U, .blockSize = 8, .parallel = 1});
    const std::string hash = *passwords.hash("a password");
    const auto quickest = [](const auto& work) {
        auto best = std::chrono::nanoseconds::max();
        for (int i = 0; i < 5; ++i) {
            const auto start = test::cpuTime();
            EXPECT_EQ(work(), Verdict::Wrong);
            best = std::min(best, test::cpuTime() - start);
        }
        return static_cast<double>(best.count());
    };
    const double somebody = quickest([&] { return passwords.check("wrong one", hash); });
    const double nobody = quickest([&] { return passwords.checkNobody("wrong one"); });
    const double noHash = quickest([&] { return passwords.check("wrong one", "none"); });
    EXPECT_GT(nobody, somebody / 2);
    EXPECT_LT(nobody, somebody * 2);
    EXPECT_GT(noHash, somebody / 2);
}

TEST(PasswordsTest, ServesManyAtOnceAndTellsTheRestThatItIsBusy) {
    constexpr int kThreads = Passwords::kAtOnce + Passwords::kMaxWaiting + 20;
    Passwords passwords({.iterations = 1U << 14U, .blockSize = 8, .parallel = 1});
    const std::string hash = *passwords.hash("a password");
    std::atomic<int> right = 0, busy = 0;
    std::atomic<bool> isGo = false;
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i) {
        threads.emplace_back([&] {
            isGo.wait(false);
            (passwords.check("a password", hash) == Verdict::Right ? right : busy) += 1;
        });
    }
    isGo = true;
    isGo.notify_all();
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(right + busy, kThreads);
    EXPECT_GE(right, Passwords::kAtOnce);
    EXPECT_EQ(passwords.check("a password", hash), Verdict::Right) << "all places are free again";
}

}  // namespace
}  // namespace runnel
