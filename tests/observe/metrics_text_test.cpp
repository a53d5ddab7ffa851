// SPDX-License-Identifier: Apache-2.0
#include "observe/metrics_text.h"

#include <gtest/gtest.h>

#include <chrono>
#include <iostream>
#include <thread>
#include <vector>

namespace runnel::test {
namespace {

using Type = MetricsText::Type;
using std::chrono::microseconds;

TEST(MetricsTextTest, WritesFamiliesWithHelpTypeAndSeries) {
    MetricsText out;
    out.family("runnel_messages_total", Type::Counter, "Messages\nthat \\came.");
    out.value({{"stream", "a"}, {"kind", "up"}}, std::uint64_t{18446744073709551615U});
    out.family("runnel_age_seconds", Type::Gauge, "Age.");
    out.value({}, 0.25);
    EXPECT_EQ(out.text(),
              "# HELP runnel_messages_total Messages\\nthat \\\\came.\n"
              "# TYPE runnel_messages_total counter\n"
              "runnel_messages_total{stream=\"a\",kind=\"up\"} 18446744073709551615\n"
              "# HELP runnel_age_seconds Age.\n"
              "# TYPE runnel_age_seconds gauge\n"
              "runnel_age_seconds 0.25\n");
}

TEST(MetricsTextTest, EscapesLabels) {
    MetricsText out;
    out.family("x", Type::Gauge, "X.");
    out.value({{"name", "a\"b\\c\nd"}}, std::uint64_t{1});
    EXPECT_NE(out.text().find("x{name=\"a\\\"b\\\\c\\nd\"} 1\n"), std::string::npos);
}

TEST(MetricsTextTest, WritesAHistogramWithRisingBuckets) {
    Histogram histogram;
    histogram.observe(microseconds(500));
    histogram.observe(microseconds(501));
    histogram.observe(std::chrono::minutes(5));
    MetricsText out;
    out.family("x_seconds", Type::Histogram, "X.");
    out.histogram({{"a", "b"}}, histogram.values());
    const std::string& text = out.text();
    EXPECT_NE(text.find("x_seconds_bucket{a=\"b\",le=\"0.0005\"} 1\n"), std::string::npos) << text;
    EXPECT_NE(text.find("x_seconds_bucket{a=\"b\",le=\"0.001\"} 2\n"), std::string::npos) << text;
    EXPECT_NE(text.find("x_seconds_bucket{a=\"b\",le=\"60\"} 2\n"), std::string::npos) << text;
    EXPECT_NE(text.find("x_seconds_bucket{a=\"b\",le=\"+Inf\"} 3\n"), std::string::npos) << text;
    EXPECT_NE(text.find("x_seconds_sum{a=\"b\"} 300.001001\n"), std::string::npos) << text;
    EXPECT_NE(text.find("x_seconds_count{a=\"b\"} 3\n"), std::string::npos) << text;
}

TEST(HistogramTest, CountsWhatIsLessThanNothingAsNothing) {
    Histogram histogram;
    histogram.observe(microseconds(-7));
    EXPECT_EQ(histogram.values().counts[0], 1U);
    EXPECT_EQ(histogram.values().seconds, 0.0);
}

TEST(HistogramTest, LosesNothingWithManyThreads) {
    Histogram histogram;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            for (int k = 0; k < 10'000; ++k) histogram.observe(microseconds(k));
        });
    }
    for (std::thread& thread : threads) thread.join();
    std::uint64_t sum = 0;
    for (const std::uint64_t count : histogram.values().counts) sum += count;
    EXPECT_EQ(sum, 40'000U);
}

/// Printed, not judged: what one observation costs on this machine.
TEST(HistogramTest, TellsItsCost) {
    constexpr int kTimes = 1'000'000;
    Histogram histogram;
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < kTimes; ++i) histogram.observe(microseconds(i & 0xFFFF));
    const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - start;
    std::cout << "one observation: " << took.count() / kTimes << " ns" << std::endl;
}

}  // namespace
}  // namespace runnel::test
