// SPDX-License-Identifier: Apache-2.0
#include "tests/support/fake_plugins.h"

#include <iterator>

namespace runnel {
namespace {

constexpr Option kWebsocketSettings[] = {
    {"listen", "text", "*:8443", "Address and port.", false, false},
    {"pingBytes", "integer 1..65536", "65536", "A PING follows so many bytes.", false, false}};
constexpr Option kWebsocketOptions[] = {
    {"acknowledge", "choice pong|client|none", "pong", "What settles.", false, false}};
constexpr Option kHttpOptions[] = {{"url", "text", nullptr, "Where documents go.", true, false},
                                   {"headers", "map", "{}", "Further headers.", false, false},
                                   {"secret", "text", nullptr, "Signs documents.", false, true},
                                   {"timeout", "number 0.1..60", "10", "Seconds.", false, false}};
constexpr Option kKeyedSettings[] = {{"key", "text", nullptr, "The key.", true, true}};
constexpr Option kJsonOptions[] = {
    {"sequence", "boolean", "false", "Adds the position.", false, false},
    {"fields", "list", "[]", "Further fields.", false, false},
    {"timeout", "number 0..60", "1", "Known to two plugins.", false, false}};
constexpr Option kSimulatorOptions[] = {
    {"devices", "integer 1..1000000", "10", "How many.", false, false},
    {"rate", "number 0..100000", "1", "Uplinks per second.", false, false},
    {"seed", "integer", "1", "Of the random numbers.", false, false}};
constexpr Option kHooksOptions[] = {
    {"listen", "text", "127.0.0.1:8090", "Address and port.", false, false},
    {"token", "text", nullptr, "What callers present.", true, true},
    {"applications", "map", "{}", "Application EUIs.", false, false}};
constexpr Option kMqttOptions[] = {
    {"url", "text", nullptr, "The server.", true, false},
    {"user", "text", nullptr, "User name.", false, false},
    {"password", "text", nullptr, "Password.", false, true},
    {"applications", "map", "{}", "Application EUIs.", false, false}};

constexpr Plugin kWebsocket{.summary = "WebSocket.",
                            .options = kWebsocketOptions,
                            .optionCount = std::size(kWebsocketOptions),
                            .settings = kWebsocketSettings,
                            .settingCount = std::size(kWebsocketSettings)};
constexpr Plugin kHttp{.summary = "Sends documents by POST.",
                       .options = kHttpOptions,
                       .optionCount = std::size(kHttpOptions)};
constexpr Plugin kKeyed{.summary = "Needs a setting.",
                        .settings = kKeyedSettings,
                        .settingCount = std::size(kKeyedSettings)};
constexpr Plugin kJson{
    .summary = "JSON.", .options = kJsonOptions, .optionCount = std::size(kJsonOptions)};
constexpr Plugin kSimulator{.summary = "Makes uplinks up.",
                            .options = kSimulatorOptions,
                            .optionCount = std::size(kSimulatorOptions)};
constexpr Plugin kHooks{.summary = "Takes uplinks by POST.",
                        .options = kHooksOptions,
                        .optionCount = std::size(kHooksOptions)};
constexpr Plugin kMqtt{.summary = "Takes uplinks from an MQTT server.",
                       .options = kMqttOptions,
                       .optionCount = std::size(kMqttOptions)};

}  // namespace

Plugins fakePlugins() {
    using Is = PluginKind;
    return Plugins({{Is::Protocol, "websocket", "1.0.0", "/p/protocol_websocket.so", &kWebsocket},
                    {Is::Protocol, "http", "1.0.0", "/p/protocol_http.so", &kHttp},
                    {Is::Protocol, "keyed", "1.0.0", "/p/protocol_keyed.so", &kKeyed},
                    {Is::Format, "json", "1.2.0", "/p/format_json.so", &kJson},
                    {Is::Network, "simulator", "1.0.0", "/p/network_simulator.so", &kSimulator},
                    {Is::Network, "http", "1.0.0", "/p/network_http.so", &kHooks},
                    {Is::Network, "chirpstack", "1.0.0", "/p/network_chirpstack.so", &kMqtt},
                    {Is::Network, "tts", "1.0.0", "/p/network_tts.so", &kMqtt}},
                   {{"/p/protocol_mqtt.so", "is empty; copy it again"}});
}

}  // namespace runnel
