// SPDX-License-Identifier: Apache-2.0
#include "settings.h"

#include <gtest/gtest.h>

#include <string>

#include "net/tls_client_contexts.h"

namespace runnel::mqtt {
namespace {

/// A stream with the options that have no default, and with these.
StreamConfig streamWith(const Fields& options) {
    StreamConfig stream;
    stream.name = "70B3D57ED0000001/erp";
    stream.application = Eui{0x70B3D57ED0000001};
    stream.options = {{"role", Value{"client"}},
                      {"url", Value{"mqtt://broker.example"}},
                      {"topic", Value{"{AppEUI}/{DeviceEUI}/{event}"}}};
    for (const Field& option : options) {
        std::erase_if(stream.options, [&](const Field& one) { return one.name == option.name; });
        stream.options.push_back(option);
    }
    return stream;
}

Result<PublisherOptions> read(const StreamConfig& stream, const Settings& settings = {}) {
    net::TlsClientContexts contexts;
    return readPublisherOptions(stream, settings, contexts);
}

std::string problem(const StreamConfig& stream) {
    const auto options = read(stream);
    return options ? "none" : options.error().field + " " + options.error().reason;
}
std::string problem(const Fields& options) {
    return problem(streamWith(options));
}

TEST(MqttSettingsTest, TheRoleIsListenerUnlessSaidOtherwise) {
    EXPECT_EQ(roleOf(StreamConfig{}), Role::Listener);
    EXPECT_EQ(roleOf(streamWith({})), Role::Client);
    EXPECT_EQ(roleOf(streamWith({{"role", Value{"listener"}}})), Role::Listener);
}

TEST(MqttSettingsTest, ReadsTheSettingsOfThePlugin) {
    const Settings settings = readSettings({{"listen", Value{List{Value{"*:8883"}}}},
                                            {"listenPlain", Value{List{Value{"*:1883"}}}},
                                            {"threads", Value{std::int64_t{3}}},
                                            {"maxConnections", Value{std::int64_t{5}}},
                                            {"privateAddresses", Value{true}}});
    EXPECT_EQ(settings.listen, std::vector<std::string>{"*:8883"});
    EXPECT_EQ(settings.listenPlain, std::vector<std::string>{"*:1883"});
    EXPECT_EQ(settings.threads, 3U);
    EXPECT_EQ(settings.maxConnections, 5U);
    EXPECT_TRUE(settings.privateAddresses);
}

TEST(MqttSettingsTest, ReadsTheOptionsOfAStream) {
    const auto options = read(streamWith({{"downTopic", Value{"d/{DeviceEUI}/down"}},
                                          {"receiptTopic", Value{"d/{DeviceEUI}/receipt"}},
                                          {"qos", Value{std::int64_t{0}}},
                                          {"retain", Value{true}},
                                          {"window", Value{std::int64_t{16}}}}));
    ASSERT_TRUE(options) << options.error().reason;
    EXPECT_EQ(options->qos, 0);
    EXPECT_TRUE(options->isRetained);
    EXPECT_EQ(options->client.window, 16);
    EXPECT_TRUE(options->client.isPublicOnly);
    EXPECT_FALSE(options->downTopic.isEmpty());
}

TEST(MqttSettingsTest, PrivateAddressesAreTheAdministratorsDecision) {
    Settings settings;
    settings.privateAddresses = true;
    const auto options = read(streamWith({}), settings);
    ASSERT_TRUE(options);
    EXPECT_FALSE(options->client.isPublicOnly);
}

TEST(MqttSettingsTest, TheClientIdIsTheStreamsNameUnlessGiven) {
    EXPECT_EQ(read(streamWith({}))->client.clientId, "runnel/70B3D57ED0000001/erp");
    EXPECT_EQ(read(streamWith({{"clientId", Value{"me"}}}))->client.clientId, "me");
}

TEST(MqttSettingsTest, ErrorsNameTheOptionAndWhatIsWrong) {
    EXPECT_EQ(problem(Fields{}), "none");
    EXPECT_TRUE(problem({{"url", Value{"ftp://x"}}}).starts_with("url ")) << "the client's own";
    EXPECT_TRUE(problem({{"topic", Value{"{nothing}"}}}).starts_with("topic has {nothing}"));
    EXPECT_EQ(problem({{"topic", Value{""}}}), "topic must be a topic, found nothing");
    EXPECT_EQ(problem({{"downTopic", Value{"a/{DeviceEUI}/{event}"}}}),
              "downTopic must not have {event}: a downlink has none");
    EXPECT_TRUE(problem({{"downTopic", Value{"a/b{DeviceEUI}/down"}}})
                    .starts_with("downTopic must have placeholders as whole levels"));
    EXPECT_EQ(problem({{"downTopic", Value{"a/down"}}}),
              "downTopic must have {DeviceEUI}, so that a downlink finds its device");
    EXPECT_EQ(problem({{"receiptTopic", Value{"a/{DeviceEUI}/r"}}}),
              "receiptTopic is of no use without downTopic");
    EXPECT_EQ(problem({{"downTopic", Value{"{DeviceEUI}/down"}},
                       {"receiptTopic", Value{"{DeviceEUI}/{event}"}}}),
              "receiptTopic must not have {event}");
}

TEST(MqttSettingsTest, TheStreamOfOneDeviceNeedsNoDeviceInItsDownTopic) {
    StreamConfig stream = streamWith({{"downTopic", Value{"pump/down"}}});
    stream.application.reset();
    stream.device = Eui{7};
    EXPECT_EQ(problem(stream), "none");
}

TEST(MqttSettingsTest, APlaceholderOfTheScopeIsNoWholeLevelEither) {
    // "b70B3…" would be a legal filter, but the device is looked for in whole levels.
    EXPECT_TRUE(problem({{"downTopic", Value{"{AppEUI}{DeviceEUI}/down"}}})
                    .starts_with("downTopic must have placeholders as whole levels"));
}

TEST(MqttSettingsTest, ErrorsShowNoPassword) {
    const std::string text =
        problem({{"url", Value{"mqtt://user:hunter22@"}}, {"password", Value{"hunter23"}}});
    EXPECT_NE(text, "none");
    EXPECT_EQ(text.find("hunter2"), std::string::npos) << text;
}

}  // namespace
}  // namespace runnel::mqtt
