// SPDX-License-Identifier: Apache-2.0
#include "runnel/plugin.h"

#include <gtest/gtest.h>

#include "tests/support/fake_network_host.h"
#include "tests/support/option_table.h"

extern "C" const runnel::Plugin runnel_plugin;

namespace runnel {
namespace {

TEST(SimulatorPluginTest, ReadmeListsTheOptionsOfTheDescriptor) {
    EXPECT_EQ(test::tableRows(PLUGIN_FOLDER "/README.md"),
              test::optionRows({runnel_plugin.options, runnel_plugin.optionCount}));
}

TEST(SimulatorPluginTest, EveryRegionOfTheChoiceCanBeMade) {
    test::FakeHost host;
    test::FakeNetworkHost network;
    for (std::size_t i = 0; i < runnel_plugin.optionCount; ++i) {
        std::string_view type = runnel_plugin.options[i].type;
        if (!type.starts_with("choice ")) continue;
        type.remove_prefix(7);
        while (!type.empty()) {
            const auto end = std::min(type.find('|'), type.size());
            const std::string region(type.substr(0, end));
            type.remove_prefix(std::min(end + 1, type.size()));
            EXPECT_TRUE(runnel_plugin.network(host, network, {Field{"region", {region}}}))
                << region;
        }
    }
}

TEST(SimulatorPluginTest, WrongOptionIsAnError) {
    test::FakeHost host;
    test::FakeNetworkHost network;
    const auto made = runnel_plugin.network(host, network, {Field{"application", {"zz"}}});
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().field, "application");
}

}  // namespace
}  // namespace runnel
