// SPDX-License-Identifier: Apache-2.0
#include "runnel/plugin.h"

#include <array>

#include "simulator_network.h"

namespace {

using runnel::Option;

constexpr std::array kOptions{
    Option{"devices", "integer 1..1000000", "10", "How many devices take turns.", false, false},
    Option{"gateways", "integer 1..10000", "3", "How many gateways can hear them.", false, false},
    Option{"rate", "number 0.0001..100000", "1", "Uplinks per second, all devices together.", false,
           false},
    Option{"seed", "integer 0..9007199254740991", "1", "Same seed, same messages.", false, false},
    Option{"application", "text", "0102030405060708", "Application EUI of every device.", false,
           false},
    Option{"confirmed", "number 0..1", "0.1", "Share of uplinks that are confirmed (Type 4).",
           false, false},
    Option{"region",
           "choice EU868|US915|AU915|AS923|AS923-2|AS923-3|AS923-4|CN470|CN779|EU433|IN865|KR920|"
           "RU864",
           "EU868", "Frequencies and data rates to use.", false, false},
    Option{"count", "integer 0..9007199254740991", "0",
           "Stop after so many uplinks; 0 goes on for ever.", false, false},
    Option{"lossy", "number 0..1", "0",
           "Share of confirmed downlinks that the device does not acknowledge.", false, false},
};

runnel::Result<std::unique_ptr<runnel::Network>> create(runnel::Host& host,
                                                        runnel::NetworkHost& network,
                                                        const runnel::Fields& options) {
    auto settings = runnel::simulator::readSettings(options);
    if (!settings) return settings.error();
    return std::unique_ptr<runnel::Network>(
        std::make_unique<runnel::simulator::SimulatorNetwork>(host, network, *settings));
}

}  // namespace

RUNNEL_PLUGIN(Network, "simulator", "0.1.0",
              {.summary = "Simulates devices, gateways and a network server.",
               .options = kOptions.data(),
               .optionCount = kOptions.size(),
               .network = &create});
