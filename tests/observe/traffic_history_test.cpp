// SPDX-License-Identifier: Apache-2.0
#include "observe/traffic_history.h"

#include <gmock/gmock.h>

#include "tests/support/manual_clock.h"

namespace runnel {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class TrafficHistoryTest : public ::testing::Test {
  protected:
    /// Time goes on, and somebody looks; each look is one message more.
    void look(std::chrono::milliseconds later) {
        clock_.advance(later);
        history_.look([&] { return TrafficSample{.time = {}, .taken = ++measured_}; });
    }
    /// The times of the samples, in seconds from the start.
    std::vector<std::int64_t> times() const {
        std::vector<std::int64_t> list;
        for (const TrafficSample& sample : history_.samples()) {
            list.push_back((sample.time - start_) / 1s);
        }
        return list;
    }

    ManualClock clock_;  // a multiple of ten seconds
    const Instant start_ = clock_.now();
    TrafficHistory history_{clock_};
    std::uint64_t measured_ = 0;
};

TEST_F(TrafficHistoryTest, MeasuresOnceAStepAndNotBetween) {
    look(0ms);
    for (int i = 0; i < 9; ++i) look(1s);
    EXPECT_THAT(history_.samples(), IsEmpty());
    EXPECT_EQ(measured_, 0U);
    for (int i = 0; i < 12; ++i) look(1050ms);
    EXPECT_THAT(times(), ElementsAre(10, 20));
    EXPECT_EQ(measured_, 2U);
    EXPECT_EQ(history_.samples().back().taken, 2U);
}

TEST_F(TrafficHistoryTest, KeepsTheLastHour) {
    for (int i = 0; i < 1000; ++i) look(10s);
    const auto samples = history_.samples();
    ASSERT_EQ(samples.size(), TrafficHistory::kMost);
    EXPECT_EQ(samples.front().time, start_ + 6410s);
    EXPECT_EQ(samples.front().taken, 641U);
    EXPECT_EQ(samples.back().time, start_ + 10000s);
    for (std::size_t i = 1; i < samples.size(); ++i) {
        EXPECT_EQ(samples[i].time - samples[i - 1].time, TrafficHistory::kStep);
    }
}

TEST_F(TrafficHistoryTest, HasNoSampleOfAStepThatWasMissed) {
    look(10s);
    look(35s);
    look(10s);
    EXPECT_THAT(times(), ElementsAre(10, 40, 50));
}

TEST_F(TrafficHistoryTest, StaysInOrderWhenTheClockIsSetBack) {
    for (int i = 0; i < 5; ++i) look(10s);
    look(-25s);
    EXPECT_THAT(times(), ElementsAre(10, 20));
    look(10s);
    EXPECT_THAT(times(), ElementsAre(10, 20, 30));
    look(-3600s);
    EXPECT_THAT(times(), ElementsAre(-3570));
    for (int i = 0; i < 400; ++i) look(10s);
    EXPECT_EQ(history_.samples().size(), TrafficHistory::kMost);
    EXPECT_EQ(times().back(), 430);
}

}  // namespace
}  // namespace runnel
