// SPDX-License-Identifier: Apache-2.0
#include "runnel/plugin.h"

#include <gtest/gtest.h>

#include "settings.h"
#include "tests/support/fake_network_host.h"
#include "tests/support/option_table.h"

extern "C" const runnel::Plugin runnel_plugin;

namespace runnel::tts {
namespace {

Value text(const char* value) {
    return {std::string(value)};
}

/// The minimum, with one more option, or another value.
Fields with(const char* name, Value value) {
    Fields options{{"url", text("mqtts://eu1.cloud.thethings.network:8883")},
                   {"user", text("parking@ttn")},
                   {"password", text("NNSXS.X")}};
    for (Field& option : options) {
        if (option.name == name) {
            option.value = std::move(value);
            return options;
        }
    }
    options.push_back({name, std::move(value)});
    return options;
}

std::string wrongField(const char* name, Value value) {
    const auto settings = readSettings(with(name, std::move(value)));
    return settings ? "none" : settings.error().field;
}

TEST(TtsPluginTest, ReadmeListsTheOptionsOfTheDescriptor) {
    EXPECT_EQ(test::tableRows(PLUGIN_FOLDER "/README.md"),
              test::optionRows({runnel_plugin.options, runnel_plugin.optionCount}));
}

TEST(TtsPluginTest, IsMadeFromItsOptions) {
    test::FakeHost host;
    test::FakeNetworkHost network;
    EXPECT_TRUE(runnel_plugin.network(host, network, with("keepAlive", {std::int64_t{60}})));
    const auto made = runnel_plugin.network(host, network, {});
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().field, "user");
}

TEST(TtsPluginTest, WrongOptionIsNamed) {
    for (const char* user : {"", "@ttn", "parking@", "Parking@ttn", "a/b@ttn", "parking@a@b"}) {
        EXPECT_EQ(wrongField("user", text(user)), "user") << user;
    }
    EXPECT_EQ(wrongField("user", text("parking")), "none");
    EXPECT_EQ(wrongField("password", text("")), "password");
    EXPECT_EQ(wrongField("url", text("http://x")), "url");
    EXPECT_EQ(wrongField("applications", {Fields{{"app", text("01020304")}}}), "applications");
}

TEST(TtsPluginTest, SpeaksMqtt311UnlessTold) {
    EXPECT_EQ(readSettings(with("keepAlive", {std::int64_t{60}}))->version, mqtt::Version::V311);
    EXPECT_EQ(readSettings(with("version", text("5")))->version, mqtt::Version::V5);
}

}  // namespace
}  // namespace runnel::tts
