// SPDX-License-Identifier: Apache-2.0
#include "loader/guard.h"

#include <gmock/gmock.h>

#include <memory>
#include <stdexcept>

#include "loader/loader.h"
#include "tests/support/fake_hosts.h"
#include "tests/support/recording_log.h"
#include "tests/support/temporary_directory.h"

namespace runnel {
namespace {

TEST(GuardTest, PassesResultsOn) {
    EXPECT_EQ(*guarded("format_x", [] { return 7; }), 7);
    EXPECT_EQ(*guarded("format_x", [] { return Result<int>(8); }), 8);
    EXPECT_TRUE(guarded("format_x", [] {}));
    const Status status = guarded("format_x", []() -> Status { return Error{"a", "b"}; });
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().field, "a");
    EXPECT_EQ(status.error().reason, "b");
}

TEST(GuardTest, PassesWhatCanOnlyBeMoved) {
    const auto result = guarded("format_x", [] { return std::make_unique<int>(9); });
    ASSERT_TRUE(result);
    EXPECT_EQ(**result, 9);
}

TEST(GuardTest, TurnsExceptionsIntoErrorsThatNameThePlugin) {
    const auto result =
        guarded("format_x", []() -> int { throw std::runtime_error("out of paper"); });
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().reason, "plugin format_x failed: out of paper");
}

TEST(GuardTest, TurnsAnythingThrownIntoAnError) {
    const Status status = guarded("format_x", [] { throw 1; });
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().reason,
              "plugin format_x failed: it threw something that is not a std::exception");
}

/// The same with code on the other side of dlopen, and hidden type information.
class GuardedPluginTest : public ::testing::Test {
  protected:
    GuardedPluginTest() {
        const std::filesystem::path cases = BAD_PLUGINS;
        plugins_ = loadPlugins({cases / "throwing", cases / "factory"}, temporary_.path(), log_);
    }
    const Plugin& plugin(PluginKind kind, std::string_view name) {
        const LoadedPlugin* found = plugins_.find(kind, name);
        if (found == nullptr) throw std::runtime_error("test plugin is missing");
        return *found->descriptor;
    }

    TemporaryDirectory temporary_;
    RecordingLog log_;
    Plugins plugins_;
    FakeHost host_;
};

TEST_F(GuardedPluginTest, FactoriesThatThrowOrRefuse) {
    const auto create = [&](std::string_view name) {
        return guarded(name,
                       [&] { return plugin(PluginKind::Format, name).format(host_, Fields{}); });
    };
    const auto thrown = create("throws");
    ASSERT_FALSE(thrown);
    EXPECT_EQ(thrown.error().reason, "plugin throws failed: no such table");
    const auto refused = create("refuses");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().field, "template");
    EXPECT_EQ(refused.error().reason, "must name a template, found none");
    EXPECT_TRUE(create("good"));
}

TEST_F(GuardedPluginTest, FormatsThatThrow) {
    const auto format = plugin(PluginKind::Format, "throwing").format(host_, Fields{});
    ASSERT_TRUE(format);
    const Message message;
    const auto document = guarded(
        "format_throwing", [&] { return (*format)->encode(EncodeInput{.message = message}); });
    ASSERT_FALSE(document);
    EXPECT_EQ(document.error().reason, "plugin format_throwing failed: row 7 of 3");
    EXPECT_FALSE(guarded("format_throwing", [&] { return (*format)->encode(Receipt{}); }));
    EXPECT_FALSE(guarded("format_throwing", [&] { return (*format)->encode(Gap{}); }));
    const auto requests = guarded("format_throwing", [&] { return (*format)->decode({}); });
    ASSERT_FALSE(requests);
    EXPECT_EQ(requests.error().reason, "plugin format_throwing failed: unexpected end");
}

TEST_F(GuardedPluginTest, ProtocolsAndNetworksThatThrow) {
    FakeProtocolHost protocolHost;
    const auto protocol =
        plugin(PluginKind::Protocol, "throwing").protocol(host_, protocolHost, Fields{});
    ASSERT_TRUE(protocol);
    const Status started = guarded("protocol_throwing", [&] { return (*protocol)->start(); });
    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().reason, "plugin protocol_throwing failed: port is taken");
    EXPECT_FALSE(
        guarded("protocol_throwing", [&] { (*protocol)->close(1, CloseReason::Shutdown); }));

    FakeNetworkHost networkHost;
    const auto network =
        plugin(PluginKind::Network, "throwing").network(host_, networkHost, Fields{});
    ASSERT_TRUE(network);
    const Status sent = guarded("network_throwing", [&] { return (*network)->send(Downlink{}); });
    ASSERT_FALSE(sent);
    EXPECT_EQ(sent.error().reason, "plugin network_throwing failed: no link");
    EXPECT_FALSE(guarded("network_throwing", [&] { (*network)->committed({}); }));
}

}  // namespace
}  // namespace runnel
