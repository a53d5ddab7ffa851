// SPDX-License-Identifier: Apache-2.0
#include "broker/describe.h"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>
#include <gmock/gmock.h>

#include "tests/support/fake_plugins.h"

namespace runnel {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const LoadedPlugin& plugin(const Plugins& plugins, PluginKind kind, std::string_view name) {
    return *plugins.find(kind, name);
}

TEST(DescribeTest, ListsPluginsInColumnsAndRefusedFilesBelow) {
    const std::string listing = listPlugins(fakePlugins());
    EXPECT_THAT(listing, HasSubstr("kind      name        version  file"));
    EXPECT_THAT(listing, HasSubstr("format    json        1.2.0    /p/format_json.so"));
    EXPECT_THAT(listing, HasSubstr("\nRefused:\n/p/protocol_mqtt.so is empty; copy it again\n"));
    EXPECT_THAT(listing, Not(HasSubstr(" \n")));
}

TEST(DescribeTest, SaysWhenThereIsNothing) {
    EXPECT_EQ(listPlugins(Plugins()), "No plugins were found.\n");
}

TEST(DescribeTest, DescribesOptionsAndSettings) {
    const Plugins plugins = fakePlugins();
    EXPECT_EQ(describePlugin(plugin(plugins, PluginKind::Protocol, "websocket")),
              "protocol websocket 1.0.0\n"
              "WebSocket.\n"
              "/p/protocol_websocket.so\n"
              "\n"
              "Options of a stream:\n"
              "name         type                     default  required  secret  help\n"
              "acknowledge  choice pong|client|none  pong     no        no      What settles.\n"
              "\n"
              "Settings in runnel.yaml, protocols: websocket:\n"
              "name       type              default  required  secret  help\n"
              "listen     text              *:8443   no        no      Address and port.\n"
              "pingBytes  integer 1..65536  65536    no        no      "
              "A PING follows so many bytes.\n");
    EXPECT_THAT(describePlugin(plugin(plugins, PluginKind::Protocol, "http")),
                HasSubstr("Settings in runnel.yaml, protocols: http: none\n"));
    EXPECT_THAT(describePlugin(plugin(plugins, PluginKind::Network, "http")),
                HasSubstr("Options of a network:\n"));
}

TEST(DescribeTest, DescribesAsJson) {
    const Plugins plugins = fakePlugins();
    const std::string json = describePluginAsJson(plugin(plugins, PluginKind::Network, "http"));
    EXPECT_THAT(json, HasSubstr(R"({"kind":"network","name":"http","version":"1.0.0")"));
    EXPECT_THAT(json, HasSubstr(R"({"name":"token","type":"text","default":null,"required":true,)"
                                R"("secret":true,"help":"What callers present."})"));
    EXPECT_THAT(json, HasSubstr(R"("settings":[]})"));
    const auto object = Poco::JSON::Parser().parse(json).extract<Poco::JSON::Object::Ptr>();
    EXPECT_EQ(object->getArray("options")->size(), 3U);
}

}  // namespace
}  // namespace runnel
