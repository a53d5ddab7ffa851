// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <string>

#include "tests/delivery/stream_world.h"

namespace runnel::test {
namespace {

constexpr unsigned kWorlds = 40;
constexpr unsigned kSteps = 800;

/// Sessions come and go, take in their own time and settle in any order; messages are lost; the
/// broker restarts from what was saved. RUNNEL_SEED=… repeats a run.
TEST(StreamModelTest, BooksEveryMessageOnceAndLosesNoneUntold) {
    const char* wanted = std::getenv("RUNNEL_SEED");
    const unsigned first =
        wanted != nullptr ? static_cast<unsigned>(std::stoul(wanted)) : std::random_device{}();
    std::cout << "RUNNEL_SEED=" << first << std::endl;
    for (unsigned i = 0; i < kWorlds && !::testing::Test::HasFailure(); ++i) {
        SCOPED_TRACE("RUNNEL_SEED=" + std::to_string(first + i));
        StreamWorld world(first + i);
        for (unsigned step = 0; step < kSteps; ++step) {
            world.step();
            if (::testing::Test::HasFailure()) FAIL() << "at step " << step;
        }
        world.finish();
    }
}

}  // namespace
}  // namespace runnel::test
