// SPDX-License-Identifier: Apache-2.0
#include "runnel/plugin.h"

#include <array>
#include <memory>

#include "mqtt/client_settings.h"
#include "mqtt_protocol.h"
#include "settings.h"

namespace {

using runnel::Option;

constexpr std::array kOwn{
    Option{.name = "role",
           .type = "choice listener|client",
           .fallback = "listener",
           .help = "listener: applications connect to runnel with the stream's token; client: "
                   "runnel connects to the broker at url.",
           .isRequired = false,
           .isSecret = false},
    Option{.name = "topic",
           .type = "text",
           .fallback = "{AppEUI}/{DeviceEUI}/{event}",
           .help = "Client: where documents are published. {AppEUI}, {DeviceEUI}, {DeviceName}, "
                   "{GatewayEUI}, {Port}, {event} and {stream} are filled in.",
           .isRequired = false,
           .isSecret = false},
    Option{.name = "downTopic",
           .type = "text",
           .fallback = nullptr,
           .help = "Client: where downlinks are fetched, such as {AppEUI}/{DeviceEUI}/down; "
                   "without it there are none.",
           .isRequired = false,
           .isSecret = false},
    Option{.name = "receiptTopic",
           .type = "text",
           .fallback = nullptr,
           .help = "Client: where receipts for downlinks go, such as {AppEUI}/{DeviceEUI}/receipt.",
           .isRequired = false,
           .isSecret = false},
    Option{.name = "qos",
           .type = "integer 0..1",
           .fallback = "1",
           .help = "Client: 1: a message counts as delivered when the broker has acknowledged it; "
                   "0: when it was written.",
           .isRequired = false,
           .isSecret = false},
    Option{.name = "retain",
           .type = "boolean",
           .fallback = "false",
           .help = "Client: ask the broker to keep the last message of each topic.",
           .isRequired = false,
           .isSecret = false},
    Option{.name = "window",
           .type = "integer 1..16384",
           .fallback = "1024",
           .help = "Client: messages on their way without an acknowledgement; the broker's own "
                   "limit counts, too.",
           .isRequired = false,
           .isSecret = false},
};
constexpr std::array kOptions =
    runnel::mqtt::joined(kOwn, runnel::mqtt::withoutRequired(runnel::mqtt::kClientOptions, "url"));

constexpr std::array kSettings{
    Option{.name = "listen",
           .type = "list",
           .fallback = "[*:8883]",
           .help = "Addresses and ports with TLS, for MQTT and MQTT over WebSocket; * means all "
                   "addresses. Opened when a stream with role listener exists.",
           .isRequired = false,
           .isSecret = false},
    Option{.name = "listenPlain",
           .type = "list",
           .fallback = "[]",
           .help = "The same without encryption: tokens and data can be read on the way.",
           .isRequired = false,
           .isSecret = false},
    Option{.name = "threads",
           .type = "integer 1..64",
           .fallback = "1",
           .help = "Event loops that share the connections and the streams of role client.",
           .isRequired = false,
           .isSecret = false},
    Option{.name = "maxConnections",
           .type = "integer 1..1000000",
           .fallback = "20000",
           .help = "Open connections of clients; what comes above is closed at once.",
           .isRequired = false,
           .isSecret = false},
    Option{.name = "privateAddresses",
           .type = "boolean",
           .fallback = "false",
           .help = "Role client may connect to loopback, link-local and private addresses.",
           .isRequired = false,
           .isSecret = false},
};

runnel::Result<std::unique_ptr<runnel::Protocol>> create(runnel::Host& host,
                                                         runnel::ProtocolHost& core,
                                                         const runnel::Fields& settings) {
    return std::unique_ptr<runnel::Protocol>(std::make_unique<runnel::mqtt::MqttProtocol>(
        host, core, runnel::mqtt::readSettings(settings)));
}

}  // namespace

RUNNEL_PLUGIN(Protocol, "mqtt", "0.1.0",
              {.summary = "MQTT 3.1.1 and 5: a broker for applications, or a client of theirs.",
               .options = kOptions.data(),
               .optionCount = kOptions.size(),
               .settings = kSettings.data(),
               .settingCount = kSettings.size(),
               .address = "mqtts://{host}:{port}",
               .protocol = &create});
