// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

/// The LoRaWAN regions: what a downlink can carry where. Source of every figure: LoRaWAN Regional
/// Parameters RP002 as implemented by brocaar/lorawan and by The Things Stack (its RP002-1.0.3 and
/// -1.0.4 tables), without repeater and without dwell time limit. Where the two disagree the larger
/// figure stands: the broker never refuses what may be legal, the network server has the last word.
/// Thread safety: constant data.
namespace runnel {

enum class Modulation : std::uint8_t { Lora, Fsk, LrFhss };

struct DataRate {
    std::uint8_t number{};  ///< DR0 to DR15
    Modulation modulation{};
    std::uint8_t spreadingFactor{};  ///< LoRa: 5 to 12, else 0
    std::uint16_t bandwidthKhz{};    ///< LoRa: channel; LR-FHSS: operating channel width; FSK: 0
    std::uint8_t largestPayload{};   ///< N: FRMPayload in bytes with empty FOpts
};

/// Both ends belong to it.
struct FrequencyRange {
    std::uint32_t lowHz{};
    std::uint32_t highHz{};
};

struct Region {
    std::string_view name;  ///< the common name, such as "EU868" or "AS923-2"
    std::span<const std::string_view> aliases;
    std::span<const FrequencyRange> frequencies;
    std::span<const DataRate> dataRates;
    std::uint8_t channelGroups{};      ///< ChirpStack numbers them: us915_0 to us915_7; 0 = none
    std::uint8_t firstDownlinkRate{};  ///< US915, AU915: DR8 and up are for downlinks only
};

std::span<const Region> regions();

/// The region that a network server or an administrator means by `name`, or null. Case, '_', '-'
/// and ' ' do not matter. Known are the common names ("EU868"), ChirpStack's region configuration
/// ids ("eu868", "us915_0", "cn470_10") and The Things Stack's band ids ("EU_863_870",
/// "CN_470_510_20_A").
const Region* findRegion(std::string_view name);

/// The only region that has this frequency, or null: most frequencies belong to several (868.1 MHz
/// is EU868's and RU864's).
const Region* regionOfFrequency(std::uint32_t frequencyHz);

/// The longest payload, in bytes, that some data rate of a downlink can carry; 242 when `region` is
/// null. LR-FHSS and, in US915 and AU915, DR0 to DR7 are for uplinks only.
std::size_t largestPayload(const Region* region);

}  // namespace runnel
