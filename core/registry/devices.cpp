// SPDX-License-Identifier: Apache-2.0
#include "registry/devices.h"

namespace runnel {

namespace {

/// Message, else registry, else the connector's map.
std::optional<Eui> applicationOf(const Devices::Arrival& arrival, const Device* known) {
    if (arrival.message.application) return arrival.message.application;
    if (known != nullptr && known->isConfigured) return known->application;
    const auto mapped = arrival.applications.find(arrival.message.networkApplication);
    if (mapped != arrival.applications.end()) return mapped->second;
    return known != nullptr ? known->application : std::nullopt;
}

void remember(Device& device, const Message& message) {
    if (!device.isConfigured) device.application = message.application;
    // Not every event repeats the address; another network's is no use.
    if (device.network != message.network || !message.networkDevice.empty()) {
        device.networkDevice = message.networkDevice;
    }
    device.network = message.network;
    if (message.kind == Kind::Uplink) {
        device.region = message.region;
        device.frequencyHz = message.frequencyHz;
    }
}

}  // namespace

void Devices::add(Eui application, const DeviceSpec& device) {
    auto state = state_.lock();
    const auto [place, isNew] = state->devices.try_emplace(device.eui);
    Device& entry = place->second;
    if (!isNew && !entry.isConfigured) --state->learned;
    entry.application = application;
    entry.name = device.name;
    entry.isConfigured = true;
}

void Devices::remove(Eui device) {
    auto state = state_.lock();
    const auto found = state->devices.find(device);
    if (found == state->devices.end() || !found->second.isConfigured) return;
    if (found->second.network.empty()) {
        state->devices.erase(found);
        return;
    }
    found->second.isConfigured = false;
    found->second.name.clear();
    ++state->learned;
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

std::optional<Device> Devices::find(Eui device) const {
    auto state = state_.lock();
    const auto found = state->devices.find(device);
    if (found == state->devices.end()) return std::nullopt;
    return found->second;
}

std::size_t Devices::size() const {
    return state_.lock()->devices.size();
}

}  // namespace runnel
