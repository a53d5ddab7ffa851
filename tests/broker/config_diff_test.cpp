// SPDX-License-Identifier: Apache-2.0
#include "broker/config_diff.h"

#include <gmock/gmock.h>

#include <functional>

namespace runnel::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr Eui kApplication{0x70B3D57ED0000001};
constexpr Eui kDevice{0x0080E1150529E258};
constexpr Eui kGateway{0xA1};

TokenSpec typed(std::string text) {
    TokenSpec token;
    token.text = std::move(text);
    return token;
}

StreamSpec streamSpec(std::string name) {
    StreamSpec spec;
    spec.name = std::move(name);
    spec.application = kApplication;
    spec.protocolOptions = {{"acknowledge", {std::string("pong")}},
                            {"paths", {List{{std::string("a")}, {std::int64_t{2}}}}}};
    spec.formatOptions = {{"sequence", {false}}};
    spec.tokens = {typed("the-first-secret-of-it")};
    return spec;
}

Config good() {
    Config config;
    config.data = "/data";
    config.plugins = {"/plugins"};
    config.protocols["websocket"] = {{"listen", {std::string("*:8443")}}};
    NetworkSpec network;
    network.name = "hooks";
    network.plugin = "http";
    network.options = {{"rate", {1.5}}};
    config.networks.push_back(network);
    ApplicationSpec application;
    application.eui = kApplication;
    application.name = "Parking";
    DeviceSpec device;
    device.eui = kDevice;
    device.name = "Bay 1";
    application.devices = {device};
    application.streams = {streamSpec("cloud"), streamSpec("erp")};
    config.applicationSpecs = {application};
    GatewaySpec gateway;
    gateway.eui = kGateway;
    gateway.name = "Roof";
    config.gatewaySpecs = {gateway};
    return config;
}

ApplicationSpec& application(Config& config) {
    return config.applicationSpecs.front();
}
StreamSpec& cloud(Config& config) {
    return application(config).streams.front();
}
DeviceSpec& device(Config& config) {
    return application(config).devices.front();
}

/// The report of a reload that finds this change.
std::string reportOf(const std::function<void(Config&)>& change) {
    const Config before = good();
    Config after = good();
    change(after);
    return text(difference(before, after));
}

struct Case {
    const char* report;
    std::function<void(Config&)> change;
};

const Case kCases[] = {
    {"nothing has changed", [](Config&) {}},
    {"nothing has changed", [](Config& c) { cloud(c).place.line = 7; }},
    {"1 stream changed (70B3D57ED0000001/cloud: scope)",
     [](Config& c) {
         cloud(c).application.reset();
         cloud(c).device = kDevice;
     }},
    {"1 stream changed (70B3D57ED0000001/cloud: protocol, format)",
     [](Config& c) {
         cloud(c).protocol = "mqtt";
         cloud(c).format = "cbor";
     }},
    {"1 stream changed (70B3D57ED0000001/cloud: options)",
     [](Config& c) { cloud(c).protocolOptions[1].value = {List{{std::string("a")}}}; }},
    {"1 stream changed (70B3D57ED0000001/cloud: options)",
     [](Config& c) { cloud(c).formatOptions[0].value = {true}; }},
    {"1 stream changed (70B3D57ED0000001/cloud: duplicates, events)",
     [](Config& c) {
         cloud(c).duplicates = Duplicates::Best;
         cloud(c).events.clear();
     }},
    {"1 stream changed (70B3D57ED0000001/cloud: enabled, token)",
     [](Config& c) {
         cloud(c).isEnabled = false;
         cloud(c).tokens = {typed("the-second-secret-of-it")};
     }},
    {"1 stream removed (70B3D57ED0000001/erp)",
     [](Config& c) { application(c).streams.pop_back(); }},
    {"1 stream added (70B3D57ED0000001/third), 1 removed (70B3D57ED0000001/cloud)",
     [](Config& c) { cloud(c).name = "third"; }},
    {"1 stream added (00000000000000A1/roof)",
     [](Config& c) { c.gatewaySpecs[0].streams = {streamSpec("roof")}; }},
    {"1 device changed", [](Config& c) { device(c).name = "Bay 2"; }},
    {"1 device changed", [](Config& c) { device(c).deviceTemplate = "acme@2"; }},
    {"1 device changed",
     [](Config& c) {
         device(c).tags = {{"floor", {std::int64_t{1}}}};
     }},
    {"1 device added, 1 removed", [](Config& c) { device(c).eui = Eui{5}; }},
    {"1 application changed (70B3D57ED0000001)", [](Config& c) { application(c).name = "Lots"; }},
    {"1 application removed (70B3D57ED0000001); 2 streams removed (70B3D57ED0000001/cloud, "
     "70B3D57ED0000001/erp); 1 device removed",
     [](Config& c) { c.applicationSpecs.clear(); }},
    {"1 gateway removed (00000000000000A1)", [](Config& c) { c.gatewaySpecs.clear(); }},
    {"changed: log.level, retention",
     [](Config& c) {
         c.logLevel = Level::Debug;
         c.retentionBytes = 5;
     }},
    {"needs a restart: data, plugins",
     [](Config& c) {
         c.data = "/other";
         c.plugins.emplace_back("/more");
     }},
    {"needs a restart: protocols.mqtt, protocols.websocket",
     [](Config& c) {
         c.protocols["mqtt"] = {};
         c.protocols["websocket"].clear();
     }},
    {"needs a restart: networks.hooks", [](Config& c) { c.networks[0].options[0].value = {2.5}; }},
    {"needs a restart: networks.hooks, networks.sim",
     [](Config& c) { c.networks[0].name = "sim"; }},
    {"1 device changed; needs a restart: networks.hooks",
     [](Config& c) {
         device(c).name = "Bay 2";
         c.networks[0].region = "EU868";
     }},
};

TEST(ConfigDiffTest, SaysWhatHasChangedAndNothingElse) {
    for (const Case& one : kCases) EXPECT_EQ(reportOf(one.change), one.report);
}

TEST(ConfigDiffTest, PointsToTheNextConfiguration) {
    const Config before = good();
    Config after = good();
    cloud(after).duplicates = Duplicates::Best;
    device(after).name = "Bay 2";
    application(after).streams.push_back(streamSpec("new"));
    const ConfigDiff diff = difference(before, after);
    ASSERT_THAT(diff.streams.changed, SizeIs(1));
    EXPECT_EQ(diff.streams.changed[0].stream.spec, &cloud(after));
    ASSERT_THAT(diff.streams.added, SizeIs(1));
    EXPECT_EQ(diff.streams.added[0].spec, &application(after).streams.back());
    ASSERT_THAT(diff.devices.changed, SizeIs(1));
    EXPECT_EQ(diff.devices.changed[0].spec, &device(after));
    EXPECT_EQ(diff.devices.changed[0].application, kApplication);
    EXPECT_THAT(diff.streams.removed, IsEmpty());
}

TEST(ConfigDiffTest, SeesADeviceThatMovedToAnotherApplication) {
    const Config before = good();
    Config after = good();
    ApplicationSpec other;
    other.eui = Eui{2};
    other.devices = application(after).devices;
    application(after).devices.clear();
    after.applicationSpecs.push_back(other);
    const ConfigDiff diff = difference(before, after);
    ASSERT_THAT(diff.devices.changed, SizeIs(1));
    EXPECT_EQ(diff.devices.changed[0].application, Eui{2});
    EXPECT_THAT(diff.devices.removed, IsEmpty());
}

TEST(ConfigDiffTest, NamesNoSecretAndOnlyTheFirstOfMany) {
    const std::string secret =
        reportOf([](Config& c) { cloud(c).tokens = {typed("another-secret-of-it")}; });
    EXPECT_THAT(secret, Not(HasSubstr("secret")));
    const std::string many = reportOf([](Config& c) {
        for (int i = 0; i < 25; ++i) {
            application(c).streams.push_back(streamSpec("s" + std::to_string(i)));
        }
    });
    EXPECT_THAT(many, HasSubstr("25 streams added (70B3D57ED0000001/s0, "));
    EXPECT_THAT(many, HasSubstr(" and 5 more)"));
}

}  // namespace
}  // namespace runnel::test
