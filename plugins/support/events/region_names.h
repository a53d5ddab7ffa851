// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace runnel::events {

/// The common name ("EU868", "AS923-2") in a network server's own name of a region: ChirpStack's
/// region configuration ("us915_0": the sub-band is dropped; "as923_2" is a region of its own) or
/// The Things Stack's band ("EU_863_870"). "" when none is recognised.
std::string commonRegionName(std::string_view serverName);

/// "SF7BW125", "FSK50", "LRFHSS137": `kHz` and kbit/s without fraction. "" when a number is 0.
std::string loraDataRate(unsigned spreadingFactor, unsigned bandwidthHz);
std::string fskDataRate(unsigned bitsPerSecond);
std::string lrFhssDataRate(unsigned channelWidthHz);

}  // namespace runnel::events
