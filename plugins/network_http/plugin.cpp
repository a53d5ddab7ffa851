// SPDX-License-Identifier: Apache-2.0
#include "runnel/plugin.h"

#include <array>
#include <exception>

#include "http_network.h"

namespace {

using runnel::Option;

constexpr std::array kOptions{
    Option{"listen", "text", nullptr, "Address to listen on, such as 127.0.0.1:8090.", true, false},
    Option{"token", "text", nullptr, "What the network server has to send.", true, true},
    Option{"tls", "boolean", "false", "Listen with the broker's TLS certificate.", false, false},
    Option{"applications", "map", nullptr,
           "The network server's application ids and the application EUI of each.", false, false},
    Option{"server", "choice none|chirpstack|tts", "none", "Which API takes downlinks.", false,
           false},
    Option{"api", "text", nullptr, "Base URL of that API.", false, false},
    Option{"key", "text", nullptr, "API key for downlinks.", false, true},
    Option{"webhook", "text", nullptr, "The Things Stack: id of the webhook that points here.",
           false, false},
    Option{"tlsVerify", "boolean", "true", "Check the API's certificate.", false, false},
    Option{"timeout", "integer 1..300", "10", "Seconds that one call of the API may take.", false,
           false},
};

runnel::Result<std::unique_ptr<runnel::Network>> create(runnel::Host& host,
                                                        runnel::NetworkHost& network,
                                                        const runnel::Fields& options) {
    auto settings = runnel::http::readSettings(options);
    if (!settings) return settings.error();
    try {
        return std::unique_ptr<runnel::Network>(
            std::make_unique<runnel::http::HttpNetwork>(host, network, *settings));
    } catch (const std::exception& exception) {
        return runnel::Error{"", exception.what()};
    }
}

}  // namespace

RUNNEL_PLUGIN(
    Network, "http", "0.1.0",
    {.summary = "Takes events from ChirpStack, The Things Stack or anything else by HTTP.",
     .options = kOptions.data(),
     .optionCount = kOptions.size(),
     .network = &create});
