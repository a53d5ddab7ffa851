// SPDX-License-Identifier: Apache-2.0
#include "runnel/plugin.h"

#include <array>
#include <memory>

#include "settings.h"
#include "websocket_protocol.h"

namespace {

using runnel::Option;

constexpr std::array kOptions{
    Option{.name = "acknowledge",
           .type = "choice pong|client|none",
           .fallback = "pong",
           .help = "When a message counts as delivered: the client's WebSocket library answered a "
                   "PING behind it, the application acknowledged it, or it was written.",
           .isRequired = false,
           .isSecret = false},
};

constexpr std::array kSettings{
    Option{.name = "listen",
           .type = "text",
           .fallback = "*:8443",
           .help = "Address and port for wss:// and POST /downlink; * means all addresses.",
           .isRequired = false,
           .isSecret = false},
    Option{
        .name = "threads",
        .type = "integer 1..64",
        .fallback = "1",
        .help = "Event loops that share the connections; one serves 100,000 messages per second.",
        .isRequired = false,
        .isSecret = false},
    Option{.name = "idleTimeout",
           .type = "integer 1..3600",
           .fallback = "120",
           .help = "Seconds of silence after which a client gets a PING; after three times as many "
                   "it is closed.",
           .isRequired = false,
           .isSecret = false},
    Option{.name = "maxConnections",
           .type = "integer 1..1000000",
           .fallback = "20000",
           .help = "Open connections; what comes above is closed at once.",
           .isRequired = false,
           .isSecret = false},
};

runnel::Result<std::unique_ptr<runnel::Protocol>> create(runnel::Host& host,
                                                         runnel::ProtocolHost& core,
                                                         const runnel::Fields& settings) {
    return std::unique_ptr<runnel::Protocol>(std::make_unique<runnel::websocket::WebSocketProtocol>(
        host, core, runnel::websocket::readSettings(settings)));
}

}  // namespace

RUNNEL_PLUGIN(Protocol, "websocket", "0.1.0",
              {.summary = "Secure WebSocket server for applications: uplinks out, downlinks in.",
               .options = kOptions.data(),
               .optionCount = kOptions.size(),
               .settings = kSettings.data(),
               .settingCount = kSettings.size(),
               .address = "wss://{host}:{port}/?token={token}",
               .protocol = &create});
