// SPDX-License-Identifier: Apache-2.0
#include "runnel/plugin.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string_view>

#include "runnel/testing.h"
#include "settings.h"

extern const runnel::Stamp runnel_stamp;
extern "C" const runnel::Plugin runnel_plugin;

namespace runnel::mqtt {
namespace {

TEST(MqttPluginTest, TheDescriptorIsAsTheBrokerWantsIt) {
    EXPECT_THAT(checkDescriptor(runnel_stamp, runnel_plugin), testing::IsEmpty());
}

TEST(MqttPluginTest, StartsAndStopsAsTheBrokerWantsIt) {
    FakeHost host;
    FakeProtocolHost core;
    auto made = runnel_plugin.protocol(host, core, {});
    ASSERT_TRUE(made);
    EXPECT_THAT(checkProtocol(**made), testing::IsEmpty());
}

TEST(MqttPluginTest, SecretsAreMarked) {
    for (std::size_t i = 0; i < runnel_plugin.optionCount; ++i) {
        const Option& option = runnel_plugin.options[i];
        EXPECT_EQ(option.isSecret, std::string_view(option.name) == "password") << option.name;
    }
}

}  // namespace
}  // namespace runnel::mqtt
