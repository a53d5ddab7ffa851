// SPDX-License-Identifier: Apache-2.0
#include "runnel/plugin.h"

#include <exception>
#include <memory>
#include <utility>

#include "network_mqtt/mqtt_network.h"
#include "settings.h"
#include "tts_dialect.h"

namespace {

runnel::Result<std::unique_ptr<runnel::Network>> create(runnel::Host& host,
                                                        runnel::NetworkHost& network,
                                                        const runnel::Fields& options) {
    auto settings = runnel::tts::readSettings(options);
    if (!settings) return settings.error();
    try {
        auto dialect = std::make_unique<runnel::tts::TtsDialect>(settings->userName);
        return std::unique_ptr<runnel::Network>(std::make_unique<runnel::network_mqtt::MqttNetwork>(
            host, network, *std::move(settings), std::move(dialect)));
    } catch (const std::exception& exception) {
        return runnel::Error{"", exception.what()};
    }
}

}  // namespace

RUNNEL_PLUGIN(Network, "tts", "0.1.0",
              {.summary = "Takes events from The Things Stack v3 by MQTT, hands downlinks to it.",
               .options = runnel::tts::kOptions.data(),
               .optionCount = runnel::tts::kOptions.size(),
               .network = &create});
