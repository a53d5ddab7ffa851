// SPDX-License-Identifier: Apache-2.0
#include "registry/devices.h"

#include <algorithm>
#include <iterator>

namespace runnel {

namespace {

/// Message, else registry, else the connector's map.
std::optional<Eui> applicationOf(const Devices::Arrival& arrival, const Device* known) {
    if (arrival.message.application) return arrival.message.application;
    if (known != nullptr && known->isConfigured()) return known->application;
    const auto mapped = arrival.applications.find(arrival.message.networkApplication);
    if (mapped != arrival.applications.end()) return mapped->second;
    return known != nullptr ? known->application : std::nullopt;
}

void remember(Device& device, const Message& message) {
    if (!device.isConfigured()) device.application = message.application;
    // Not every event repeats the address; another network's is no use.
    if (device.network != message.network || !message.networkDevice.empty()) {
        device.networkDevice = message.networkDevice;
    }
    device.network = message.network;
    device.heard = std::max(device.heard, message.brokerTime);
    if (message.kind == Kind::Uplink) {
        device.region = message.region;
        device.frequencyHz = message.frequencyHz;
    }
}

/// The first of many, by EUI.
class FirstDevices {
  public:
    explicit FirstDevices(std::size_t max) : max_(max) {}
    bool hasRoomFor(Eui eui) const {
        return max_ > 0 && (first_.size() < max_ || eui < first_.rbegin()->first);
    }
    void add(Eui eui, const Device& device) {
        first_.emplace(eui, device);
        if (first_.size() > max_) first_.erase(std::prev(first_.end()));
    }
    void clear() { first_.clear(); }
    Devices::Listed all() const { return {first_.begin(), first_.end()}; }

  private:
    const std::size_t max_;
    std::map<Eui, Device> first_;
};

}  // namespace

void Devices::add(Eui application, const DeviceSpec& device, Origin origin) {
    auto state = state_.lock();
    const auto [place, isNew] = state->devices.try_emplace(device.eui);
    Device& entry = place->second;
    if (entry.isConfigured()) {
        uncount(*state, entry);
    } else if (!isNew) {
        --state->learned;
    }
    entry.application = application;
    entry.name = device.name;
    entry.deviceTemplate = device.deviceTemplate;
    entry.tags = device.tags.empty() ? nullptr : std::make_shared<const Fields>(device.tags);
    entry.origin = origin;
    ++state->counts[application];
}

void Devices::uncount(State& state, const Device& device) {
    const auto count = state.counts.find(*device.application);
    if (--count->second == 0) state.counts.erase(count);
}

void Devices::remove(Eui device) {
    auto state = state_.lock();
    const auto found = state->devices.find(device);
    if (found == state->devices.end() || !found->second.isConfigured()) return;
    unname(*state, found);
}

void Devices::removeAll(Eui application, Origin origin) {
    auto state = state_.lock();
    for (auto entry = state->devices.begin(); entry != state->devices.end();) {
        const Device& device = entry->second;
        const bool isIts = device.origin == origin && device.application == application;
        entry = isIts ? unname(*state, entry) : std::next(entry);
    }
}

/// The device is configured. Returns the next one.
Devices::Map::iterator Devices::unname(State& state, Map::iterator entry) {
    Device& device = entry->second;
    uncount(state, device);
    if (device.network.empty()) return state.devices.erase(entry);
    device.origin = Origin::Heard;
    device.name.clear();
    device.deviceTemplate.clear();
    device.tags.reset();
    ++state.learned;
    return std::next(entry);
}

void Devices::reserve(std::size_t count) {
    auto state = state_.lock();
    state->devices.reserve(state->devices.size() + count);
}

/// Makes it if there is room for one more; else null.
Device* Devices::deviceOf(State& state, Eui eui) {
    const auto found = state.devices.find(eui);
    if (found != state.devices.end()) return &found->second;
    if (state.learned >= kMaxLearned) return nullptr;
    ++state.learned;
    return &state.devices[eui];
}

void Devices::learn(const Message& message) {
    auto state = state_.lock();
    if (Device* device = deviceOf(*state, message.device)) remember(*device, message);
}

void Devices::resolveOne(State& state, const Arrival& arrival) {
    Message& message = arrival.message;
    const auto found = state.devices.find(message.device);
    message.application =
        applicationOf(arrival, found == state.devices.end() ? nullptr : &found->second);
    Device* known = deviceOf(state, message.device);
    if (known == nullptr) return;
    if (!known->name.empty()) message.deviceName = known->name;
    remember(*known, message);
}

void Devices::resolve(std::span<const Arrival> arrivals) {
    auto state = state_.lock();
    for (const Arrival& arrival : arrivals) resolveOne(*state, arrival);
}

std::string Devices::templateOf(Eui device) const {
    const auto state = state_.lock();
    const auto found = state->devices.find(device);
    return found == state->devices.end() ? std::string() : found->second.deviceTemplate;
}

std::shared_ptr<const Fields> Devices::tagsOf(Eui device) const {
    const auto state = state_.lock();
    const auto found = state->devices.find(device);
    return found == state->devices.end() ? nullptr : found->second.tags;
}

std::optional<Device> Devices::find(Eui device) const {
    auto state = state_.lock();
    const auto found = state->devices.find(device);
    if (found == state->devices.end()) return std::nullopt;
    return found->second;
}

std::size_t Devices::size() const {
    return state_.lock()->devices.size();
}

std::size_t Devices::countOf(Eui application) const {
    auto state = state_.lock();
    const auto found = state->counts.find(application);
    return found == state->counts.end() ? 0 : found->second;
}

Devices::Listed Devices::list(const Page& page,
                              const std::function<bool(Eui, const Device&)>& isWanted) const {
    constexpr std::size_t kBucketsAtOnce = 8192;
    FirstDevices first(page.max);
    std::size_t bucketCount = 0;
    for (std::size_t next = 0, end = 1; next < end;) {
        auto state = state_.lock();
        const Map& devices = state->devices;
        if (devices.bucket_count() != bucketCount) {  // all devices have moved
            bucketCount = end = devices.bucket_count();
            next = 0;
            first.clear();
        }
        for (const std::size_t stop = std::min(end, next + kBucketsAtOnce); next < stop; ++next) {
            std::for_each(devices.begin(next), devices.end(next), [&](const auto& entry) {
                const auto& [eui, device] = entry;
                const bool isBehind = !page.after || eui > *page.after;
                if (isBehind && first.hasRoomFor(eui) && isWanted(eui, device)) {
                    first.add(eui, device);
                }
            });
        }
    }
    return first.all();
}

}  // namespace runnel
