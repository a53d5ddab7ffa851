// SPDX-License-Identifier: Apache-2.0
#include "verdict.h"

#include <gmock/gmock.h>

namespace runnel::http {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using Is = Verdict::Is;

constexpr std::chrono::system_clock::time_point kNow{std::chrono::seconds{1'767'225'600}};

Answer answered(std::uint16_t status, std::string retryAfter = {}) {
    Answer answer;
    answer.status = status;
    answer.retryAfter = std::move(retryAfter);
    return answer;
}

TEST(VerdictTest, TheStatusSaysWhatBecomesOfAMessage) {
    for (const std::uint16_t status : {200, 201, 202, 204, 299}) {
        EXPECT_EQ(judge(answered(status), kNow).is, Is::Arrived) << status;
    }
    for (const std::uint16_t status : {0, 408, 425, 429, 500, 502, 503, 599}) {
        EXPECT_EQ(judge(answered(status), kNow).is, Is::Later) << status;
    }
    for (const std::uint16_t status : {301, 302, 400, 401, 403, 404, 410, 413, 422}) {
        EXPECT_EQ(judge(answered(status), kNow).is, Is::Never) << status;
    }
}

TEST(VerdictTest, SaysWhyInWords) {
    Answer none;
    none.error = "connection refused";
    EXPECT_EQ(judge(none, kNow).why, "connection refused");
    EXPECT_EQ(judge(answered(404), kNow).why, "HTTP 404");
    Answer moved = answered(302);
    moved.location = "https://secret.example/token";
    EXPECT_THAT(judge(moved, kNow).why, HasSubstr("redirects are not followed"));
    EXPECT_THAT(judge(moved, kNow).why, testing::Not(HasSubstr("token")));
}

TEST(VerdictTest, RetryAfterIsSecondsOrADateAndBounded) {
    EXPECT_EQ(parseRetryAfter("120", kNow), 120s);
    EXPECT_EQ(parseRetryAfter("Thu, 01 Jan 2026 00:02:00 GMT", kNow), 120s);
    EXPECT_EQ(parseRetryAfter("Wed, 31 Dec 2025 23:00:00 GMT", kNow), 0s);
    EXPECT_EQ(parseRetryAfter("999999999999", kNow), 3600s);
    EXPECT_EQ(parseRetryAfter("-5", kNow), 0s);
    for (const char* text : {"", "soon", "12x", "99999999999999999999999"}) {
        EXPECT_EQ(parseRetryAfter(text, kNow), std::nullopt) << text;
    }
    EXPECT_EQ(judge(answered(429, "7"), kNow).pause, 7s);
    EXPECT_EQ(judge(answered(200, "7"), kNow).pause, std::nullopt);
}

TEST(VerdictTest, WaitsTwiceAsLongEachTimeUpToTheLongest) {
    EXPECT_EQ(backOff(1, 0), 1s);
    EXPECT_EQ(backOff(2, 0), 2s);
    EXPECT_EQ(backOff(4, 0), 8s);
    EXPECT_EQ(backOff(100, 0), 60s);
    EXPECT_EQ(backOff(100, 1), 48s) << "a fifth earlier at most";
    EXPECT_EQ(backOff(4'000'000'000U, 0, 10s), 10s);
}

}  // namespace
}  // namespace runnel::http
