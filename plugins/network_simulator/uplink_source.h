// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "regions.h"
#include "runnel/document.h"
#include "runnel/message.h"

namespace runnel::simulator {

/// Device number n (from 0) has the EUI kFirstDevice + n, gateway number n kFirstGateway + n. Both
/// lie in the range that an EUI-64 reserves for local use, so no real device has them.
inline constexpr std::uint64_t kFirstDevice = 0x0252'554E'0000'0000;
inline constexpr std::uint64_t kFirstGateway = 0x0252'554E'4700'0000;

/// What is simulated; readSettings() checks it.
struct Settings {
    std::uint64_t devices = 10;   ///< 1 to 1,000,000
    std::uint64_t gateways = 3;   ///< 1 to 10,000
    double rate = 1;              ///< uplinks per second of all devices together
    std::uint64_t seed = 1;       ///< same seed, same messages
    Eui application{};            ///< of every device
    double confirmedShare = 0.1;  ///< 0 to 1
    const Region* region = nullptr;
    std::uint64_t count = 0;  ///< stop after so many uplinks; 0: never
    double lossyShare = 0;    ///< share of confirmed downlinks that are not acknowledged
};

/// The settings that the options describe, or the first option that is wrong.
Result<Settings> readSettings(const Fields& options);

/// The simulated network's messages as a pure function of settings and number: no state, no clock.
/// Devices take turns in an order drawn from the seed, so each sends once per round of
/// `settings.devices` uplinks and its frame counter rises by one per round.
/// Thread safety: const after construction.
class UplinkSource final {
  public:
    /// `run` becomes part of every originId ("sim-<run>-<n>"; "" gives "sim-<n>"), so that a
    /// restarted connector's messages are not taken for repeats of its earlier ones.
    explicit UplinkSource(const Settings& settings, std::string run = "");

    /// Uplink number `number`, from 0; without networkTime.
    Message uplink(std::uint64_t number) const;
    /// An event about a downlink, without networkTime. `number` tells the downlinks of a run apart.
    Message event(Kind kind, const Downlink& downlink, std::uint64_t number) const;
    /// Whether confirmed downlink `number` stays without an acknowledgement.
    bool isLost(std::uint64_t number) const;

    bool hasDevice(Eui device) const;
    const Settings& settings() const { return settings_; }

  private:
    std::uint64_t deviceOf(std::uint64_t number) const;
    void addReceptions(Message& message, std::uint64_t device, std::uint64_t seed) const;
    Message start(Kind kind, Eui device) const;

    Settings settings_;
    std::string origin_;    ///< "sim-<run>-"
    std::uint64_t first_;   ///< the device that begins each round
    std::uint64_t stride_;  ///< to the next one; coprime to the number of devices
};

}  // namespace runnel::simulator
