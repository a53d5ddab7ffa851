// SPDX-License-Identifier: Apache-2.0
#include "runnel/plugin.h"

#include <gtest/gtest.h>

#include "settings.h"
#include "tests/support/fake_network_host.h"
#include "tests/support/option_table.h"

extern "C" const runnel::Plugin runnel_plugin;

namespace runnel::chirpstack {
namespace {

Value text(const char* value) {
    return {std::string(value)};
}

/// The minimum and one more option.
Fields with(const char* name, Value value) {
    return {{"url", text("mqtt://127.0.0.1:1883")}, {name, std::move(value)}};
}

std::string wrongField(const char* name, Value value) {
    const auto settings = readSettings(with(name, std::move(value)));
    return settings ? "none" : settings.error().field;
}

TEST(ChirpstackPluginTest, ReadmeListsTheOptionsOfTheDescriptor) {
    EXPECT_EQ(test::tableRows(PLUGIN_FOLDER "/README.md"),
              test::optionRows({runnel_plugin.options, runnel_plugin.optionCount}));
}

TEST(ChirpstackPluginTest, IsMadeFromItsOptions) {
    test::FakeHost host;
    test::FakeNetworkHost network;
    EXPECT_TRUE(runnel_plugin.network(host, network, with("topicPrefix", text("lns1"))));
    const auto made = runnel_plugin.network(host, network, {});
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().field, "url");
}

TEST(ChirpstackPluginTest, WrongOptionIsNamed) {
    EXPECT_EQ(wrongField("topicPrefix", text("a/+/")), "topicPrefix");
    EXPECT_EQ(wrongField("topicPrefix", text("#")), "topicPrefix");
    EXPECT_EQ(wrongField("marshalling", text("xml")), "marshalling");
    EXPECT_EQ(wrongField("applications", {Fields{{"app", text("0102030405060708")}}}), "none");
    EXPECT_EQ(wrongField("applications", {Fields{{"app", text("01020304")}}}), "applications");
}

TEST(ChirpstackPluginTest, SlashBehindThePrefixMayBeLeftOut) {
    EXPECT_EQ(readSettings(with("topicPrefix", text("lns1")))->topicPrefix, "lns1/");
    EXPECT_EQ(readSettings(with("topicPrefix", text("a/b/")))->topicPrefix, "a/b/");
    EXPECT_EQ(readSettings(with("topicPrefix", text("")))->topicPrefix, "");
}

TEST(ChirpstackPluginTest, ClientIdStaysTheSameAndDiffersBetweenConnectors) {
    const auto idOf = [](const char* name, const char* value) {
        return readSettings(with(name, text(value)))->client.clientId;
    };
    EXPECT_EQ(idOf("topicPrefix", "a"), idOf("topicPrefix", "a"));
    EXPECT_NE(idOf("topicPrefix", "a"), idOf("topicPrefix", "b"));
    EXPECT_NE(idOf("user", "a"), idOf("user", "b"));
    EXPECT_EQ(idOf("topicPrefix", "a").size(), 22U);
    EXPECT_EQ(idOf("clientId", "mine"), "mine");
}

}  // namespace
}  // namespace runnel::chirpstack
