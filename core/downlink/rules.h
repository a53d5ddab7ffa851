// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "registry/devices.h"
#include "runnel/protocol.h"

/// What makes a downlink acceptable, whatever protocol and format it came by. Thread safety: pure.
namespace runnel {

/// May the sender send at all, and is the device within what its stream covers? `device` null:
/// nobody has heard of it.
std::optional<Error> senderComplaint(const Grant& grant, const Downlink& downlink,
                                     const Device* device);

/// Of one without fields: port, payload size in the device's region, application, expiry.
/// `configuredRegion`: of the connector that will carry it, "" = none; then the device's last
/// uplink tells, if it is unambiguous.
std::optional<Error> contentComplaint(const Downlink& downlink, const Device& device,
                                      const std::string& configuredRegion, Instant now);

}  // namespace runnel
