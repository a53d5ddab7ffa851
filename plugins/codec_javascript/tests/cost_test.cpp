// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdio>

#include "codec_world.h"

namespace runnel::javascript {
namespace {

/// As large as vendors' scripts are: a loop over type-length-value records.
constexpr const char* kTypical = R"(
function toInt16(hi, lo) { const v = hi << 8 | lo; return v > 0x7fff ? v - 0x10000 : v; }
function decodeUplink(input) {
    const data = {};
    const b = input.bytes;
    for (let i = 0; i < b.length;) {
        const channel = b[i++];
        switch (b[i++]) {
            case 0x67: data[`temperature_${channel}`] = toInt16(b[i], b[i + 1]) / 10; i += 2; break;
            case 0x68: data[`humidity_${channel}`] = b[i] / 2; i += 1; break;
            case 0x00: data[`input_${channel}`] = b[i] === 1; i += 1; break;
            case 0x02: data[`voltage_${channel}`] = toInt16(b[i], b[i + 1]) / 100; i += 2; break;
            default: return {errors: ['unknown type']};
        }
    }
    return {data};
})";
const Bytes kPayload{1, 0x67, 0x01, 0x10, 2,    0x68, 0x7B, 3,    0x00,
                     1, 4,    0x02, 0x01, 0x4A, 5,    0x68, 0x50, 6};

TEST(CostTest, MicrosecondsPerDecodeInBatchesOf64IncludingTheHop) {
    CodecWorld world;
    const auto program = world.program(kTypical);
    Bytes payload = kPayload;
    payload.pop_back();
    constexpr int kBatches = 300;
    std::vector<CodecJob> jobs(64);
    const auto began = Answers::Clock::now();
    for (int batch = 0; batch < kBatches; ++batch) {
        for (CodecJob& job : jobs) {
            job.ticket = ++world.last;
            job.program = program;
            job.port = 2;
            job.payload = payload;
        }
        world.codec.decode(jobs);
        // Four batches are under way, as they are when a journal is caught up with.
        if (batch >= 4) (void)world.answers.await(world.last - 4 * 64);
    }
    const auto last = world.answers.await(world.last);
    const auto took = std::chrono::duration<double, std::micro>(Answers::Clock::now() - began);
    ASSERT_TRUE(last.fields) << errorOf(last);
    EXPECT_EQ(find(*last.fields, "humidity_2") != nullptr, true);
    const double each = took.count() / (64.0 * kBatches);
    std::printf("%.1f us per decode (17 bytes, 5 fields, batches of 64, with the hop)\n", each);
    RecordProperty("microseconds", std::to_string(each));
    EXPECT_LT(each, 1'000) << "a script is called once per batch, or waits for something";
}

}  // namespace
}  // namespace runnel::javascript
