// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/guarded.h"
#include "base/scope.h"
#include "config/config.h"
#include "registry/origin.h"

namespace runnel {

/// What is known about a device: what is configured, and what was learned from its uplinks.
struct Device {
    std::optional<Eui> application{};  ///< nullopt: heard, but not resolved to an application
    std::string name{};                ///< "": the network server's name is used
    Origin origin = Origin::Heard;
    std::string deviceTemplate{};          ///< "acme-parking@2"; "": none
    std::shared_ptr<const Fields> tags{};  ///< null: none
    std::string network{};                 ///< connector that spoke last for it; "": not heard yet
    std::string networkDevice{};           ///< its address there
    std::string region{};                  ///< of its last uplink; "" = unknown
    std::uint32_t frequencyHz{};           ///< of its last uplink; 0 = not heard yet
    Instant heard{};                       ///< when it was heard last; 0 = never

    bool isConfigured() const { return origin != Origin::Heard; }
};

/// All devices, in memory. Thread safety: any thread.
class Devices {
  public:
    /// Heard devices that no file names are kept up to this number; beyond it they are not learned
    /// (their uplinks flow all the same, downlinks to them are refused with that reason).
    static constexpr std::size_t kMaxLearned = 1'000'000;

    /// A file or the API names the device, for the first time or in another way; what was learned
    /// stays.
    void add(Eui application, const DeviceSpec& device, Origin origin = Origin::File);
    /// Nobody names it any more. One that was heard goes on as a learned one.
    void remove(Eui device);
    /// The same of all devices of an application that come from there.
    void removeAll(Eui application, Origin origin);
    /// Room for so many more, made at once.
    void reserve(std::size_t count);

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
    /// Device::deviceTemplate; "" if the device is not known.
    std::string templateOf(Eui device) const;
    /// Device::tags
    std::shared_ptr<const Fields> tagsOf(Eui device) const;
    std::size_t size() const;
    /// Configured ones.
    std::size_t countOf(Eui application) const;

    /// The first `max` devices behind `after` (nullopt: all) for which `isWanted`, by EUI. Looks at
    /// every device, in slices, so that nobody else waits: one that comes meanwhile may be missing.
    struct Page {
        std::optional<Eui> after{};
        std::size_t max{};
    };
    using Listed = std::vector<std::pair<Eui, Device>>;
    Listed list(const Page& page, const std::function<bool(Eui, const Device&)>& isWanted) const;

  private:
    using Map = std::unordered_map<Eui, Device, EuiHash>;
    struct State {
        Map devices;
        std::unordered_map<Eui, std::size_t, EuiHash> counts;  ///< configured, by application
        std::size_t learned{};
    };
    static Map::iterator unname(State& state, Map::iterator entry);
    static void uncount(State& state, const Device& device);
    static Device* deviceOf(State& state, Eui eui);
    static void resolveOne(State& state, const Arrival& arrival);

    mutable Guarded<State> state_;
};

}  // namespace runnel
