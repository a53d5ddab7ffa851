// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace runnel::simulator {

/// One LoRa data rate that devices may use for uplinks.
struct DataRate {
    const char* name;        ///< "SF7BW125"
    float snrFloorDb;        ///< below it a receiver does not demodulate the spreading factor
    std::size_t maxPayload;  ///< largest FRMPayload without dwell time limit, no FOpts
};

/// Uplink channels and data rates of one region. Channels are `firstHz`, `firstHz + stepHz`, … if
/// `channelsHz` is empty. Source: LoRaWAN regional parameters RP002-1.0.3.
struct Region {
    const char* name;                           ///< "EU868"
    std::span<const std::uint32_t> channelsHz;  ///< unevenly spaced channels
    std::uint32_t firstHz;
    std::uint32_t stepHz;
    std::uint32_t channelCount;           ///< of the evenly spaced ones
    std::span<const DataRate> dataRates;  ///< slowest first

    std::uint32_t channel(std::uint64_t number) const;
};

/// The region called `name` exactly, or null. kRegionChoice in plugin.cpp lists the names.
const Region* findRegion(std::string_view name);

}  // namespace runnel::simulator
