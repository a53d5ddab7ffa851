// SPDX-License-Identifier: Apache-2.0
#include "runnel/plugin.h"

#include <gtest/gtest.h>

#include "settings.h"
#include "tests/support/fake_network_host.h"
#include "tests/support/option_table.h"

extern "C" const runnel::Plugin runnel_plugin;

namespace runnel::http {
namespace {

Value text(const char* value) {
    return {std::string(value)};
}

/// The minimum, with one more option, or another value.
Fields with(const char* name, Value value) {
    Fields options{
        {"listen", text("127.0.0.1:0")},      {"token", text("t")}, {"server", text("tts")},
        {"api", text("https://eu1.example")}, {"key", text("k")},   {"webhook", text("hook")}};
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

TEST(HttpPluginTest, ReadmeListsTheOptionsOfTheDescriptor) {
    EXPECT_EQ(test::tableRows(PLUGIN_FOLDER "/README.md"),
              test::optionRows({runnel_plugin.options, runnel_plugin.optionCount}));
}

TEST(HttpPluginTest, IsMadeFromItsOptions) {
    test::FakeHost host;
    test::FakeNetworkHost network;
    EXPECT_TRUE(runnel_plugin.network(host, network, with("tlsVerify", {false})));
    const auto made = runnel_plugin.network(host, network, {});
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().field, "listen");
}

TEST(HttpPluginTest, WrongOptionIsNamed) {
    EXPECT_EQ(wrongField("listen", text("")), "listen");
    EXPECT_EQ(wrongField("token", text("")), "token");
    EXPECT_EQ(wrongField("server", text("loriot")), "server");
    for (const char* url : {"", "eu1.example", "ftp://eu1.example", "https://", "https://u:p@x",
                            "https://x/?a=1", "https://x:99999999"}) {
        EXPECT_EQ(wrongField("api", text(url)), "api") << url;
    }
    EXPECT_EQ(wrongField("key", text("")), "key");
    EXPECT_EQ(wrongField("webhook", text("")), "webhook");
    EXPECT_EQ(wrongField("webhook", text("../x")), "webhook");
    EXPECT_EQ(wrongField("timeout", {std::int64_t{0}}), "timeout");
    EXPECT_EQ(wrongField("applications", {Fields{{"app", text("0102030405060708")}}}), "none");
    EXPECT_EQ(wrongField("applications", {Fields{{"app", text("01020304")}}}), "applications");
}

TEST(HttpPluginTest, SlashBehindTheUrlDoesNotMatter) {
    const auto settings = readSettings(with("api", text("https://eu1.example/lns//")));
    ASSERT_TRUE(settings);
    EXPECT_EQ(settings->api.url, "https://eu1.example/lns");
}

}  // namespace
}  // namespace runnel::http
