// SPDX-License-Identifier: Apache-2.0
#include "downlink/rules.h"

#include <cassert>

#include "base/region.h"

namespace runnel {

namespace {

constexpr std::size_t kMaxId = 64;

const Region* regionOf(const Device& device, const std::string& configuredRegion) {
    if (!configuredRegion.empty()) return findRegion(configuredRegion);
    if (!device.region.empty()) {
        if (const Region* region = findRegion(device.region)) return region;
    }
    return regionOfFrequency(device.frequencyHz);
}

std::optional<Error> sizeComplaint(const Downlink& downlink, const Region* region) {
    const std::size_t size = downlink.payload.size();
    const std::size_t largest = largestPayload(region);
    if (size >= 1 && size <= largest) return std::nullopt;
    const std::string where = region != nullptr ? " in " + std::string(region->name) : "";
    return Error{"Data", "must be 1 to " + std::to_string(largest) + " bytes" + where + ", found " +
                             std::to_string(size)};
}

}  // namespace

std::optional<Error> senderComplaint(const Grant& grant, const Downlink& downlink,
                                     const Device* device) {
    if (!grant.maySend) return Error{"", "this token may not send downlinks"};
    const StreamConfig& stream = *grant.stream;
    if (stream.gateway) return Error{"DeviceEUI", "a gateway stream takes no downlinks"};
    if (stream.device) {
        if (downlink.device != *stream.device) {
            return Error{"DeviceEUI", "must be this stream's device " + text(*stream.device) +
                                          ", found " + text(downlink.device)};
        }
        if (device == nullptr || !device->application) return std::nullopt;
    }
    if (device == nullptr) {
        return Error{"DeviceEUI",
                     text(downlink.device) +
                         " is no device of this stream's application: no file names it "
                         "and it was not heard"};
    }
    if (device->application == stream.application) return std::nullopt;
    return Error{"DeviceEUI", text(downlink.device) + " is no device of this stream's application"};
}

std::optional<Error> contentComplaint(const Downlink& downlink, const Device& device,
                                      const std::string& configuredRegion, Instant now) {
    assert(!downlink.fields);
    if (downlink.id.size() > kMaxId) return Error{"Id", "must have at most 64 characters"};
    if (downlink.port < 1 || downlink.port > 223) {
        return Error{"Port", "must be 1 to 223, found " + std::to_string(downlink.port)};
    }
    if (downlink.application && device.application && downlink.application != device.application) {
        return Error{"AppEUI", "must be the device's application " + text(*device.application) +
                                   ", found " + text(*downlink.application)};
    }
    if (downlink.expires && *downlink.expires <= now) {
        return Error{"ExpiresAt", "must be in the future"};
    }
    return sizeComplaint(downlink, regionOf(device, configuredRegion));
}

}  // namespace runnel
