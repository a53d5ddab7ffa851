// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>

#include "base/guarded.h"
#include "base/scope.h"
#include "config/config.h"

namespace runnel {

/// What is known about a device: from its application's file, and learned from its uplinks.
struct Device {
    std::optional<Eui> application;  ///< nullopt: heard, but not resolved to an application
    std::string name;                ///< "": the network server's name is used
    bool isConfigured{};             ///< named in a file
    std::string network;             ///< connector that spoke last for it; "": not heard yet
    std::string networkDevice;       ///< its address there
    std::string region;              ///< of its last uplink; "" = unknown
    std::uint32_t frequencyHz{};     ///< of its last uplink; 0 = not heard yet
};

/// All devices, in memory. Thread safety: any thread.
class Devices {
  public:
    /// Heard devices that no file names are kept up to this number; beyond it they are not learned
    /// (their uplinks flow all the same, downlinks to them are refused with that reason).
    static constexpr std::size_t kMaxLearned = 1'000'000;

    /// A file names the device, for the first time or in another way; what was learned stays.
    void add(Eui application, const DeviceSpec& device);
    /// No file names it any more. One that was heard goes on as a learned one.
    void remove(Eui device);

    /// Fills application (message's own, else the registry's, else `applications`) and name into
    /// each message, and remembers where the device is reachable. One lock for the whole batch.
    /// `applications` maps a network application id to an application EUI.
    struct Arrival {
        Message& message;
        const std::map<std::string, Eui>& applications;
    };
    void resolve(std::span<const Arrival> arrivals);

    /// Remembers, after a restart, where devices were reachable: messages of the past, in order.
    void learn(const Message& message);

    std::optional<Device> find(Eui device) const;
    std::size_t size() const;

  private:
    struct State {
        std::unordered_map<Eui, Device, EuiHash> devices;
        std::size_t learned{};
    };
    static Device* deviceOf(State& state, Eui eui);
    static void resolveOne(State& state, const Arrival& arrival);

    mutable Guarded<State> state_;
};

}  // namespace runnel
