// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runnel/testing.h"

extern const runnel::Stamp runnel_stamp;
extern "C" const runnel::Plugin runnel_plugin;

namespace runnel {
namespace {

using ::testing::IsEmpty;

TEST(HelloTest, TheExampleKeepsEveryPromise) {
    EXPECT_THAT(checkDescriptor(runnel_stamp, runnel_plugin), IsEmpty());
    FakeHost host;
    const auto format = runnel_plugin.format(host, {});
    ASSERT_TRUE(format);
    EXPECT_THAT(checkFormat(**format), IsEmpty());
}

}  // namespace
}  // namespace runnel
