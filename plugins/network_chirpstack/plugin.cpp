// SPDX-License-Identifier: Apache-2.0
#include "runnel/plugin.h"

#include <exception>
#include <memory>
#include <utility>

#include "chirpstack_dialect.h"
#include "network_mqtt/mqtt_network.h"
#include "settings.h"

namespace {

runnel::Result<std::unique_ptr<runnel::Network>> create(runnel::Host& host,
                                                        runnel::NetworkHost& network,
                                                        const runnel::Fields& options) {
    auto settings = runnel::chirpstack::readSettings(options);
    if (!settings) return settings.error();
    try {
        return std::unique_ptr<runnel::Network>(std::make_unique<runnel::network_mqtt::MqttNetwork>(
            host, network, std::move(settings->client),
            std::make_unique<runnel::chirpstack::ChirpstackDialect>(
                std::move(settings->topicPrefix), settings->isProtobuf)));
    } catch (const std::exception& exception) {
        return runnel::Error{"", exception.what()};
    }
}

}  // namespace

RUNNEL_PLUGIN(Network, "chirpstack", "0.1.0",
              {.summary = "Takes events from ChirpStack v4 by MQTT, hands downlinks to it.",
               .options = runnel::chirpstack::kOptions.data(),
               .optionCount = runnel::chirpstack::kOptions.size(),
               .network = &create});
