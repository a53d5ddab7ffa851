// SPDX-License-Identifier: Apache-2.0
#include "events/region_names.h"

#include <array>
#include <cctype>

namespace runnel::events {

namespace {

struct Region {
    std::string_view name;
    std::string_view chirpstack;  ///< beginning of the region configuration's id
    std::string_view theThings;   ///< beginning of the band id
};

// The longer beginnings first.
constexpr std::array kRegions{
    Region{"AS923-2", "AS923_2", "AS_923_2"}, Region{"AS923-3", "AS923_3", "AS_923_3"},
    Region{"AS923-4", "AS923_4", "AS_923_4"}, Region{"AS923", "AS923", "AS_923"},
    Region{"AU915", "AU915", "AU_915_928"},   Region{"CN470", "CN470", "CN_470_510"},
    Region{"CN779", "CN779", "CN_779_787"},   Region{"EU433", "EU433", "EU_433"},
    Region{"EU868", "EU868", "EU_863_870"},   Region{"IN865", "IN865", "IN_865_867"},
    Region{"KR920", "KR920", "KR_920_923"},   Region{"RU864", "RU864", "RU_864_870"},
    Region{"US915", "US915", "US_902_928"},   Region{"ISM2400", "ISM2400", "ISM_2400"},
};

}  // namespace

std::string commonRegionName(std::string_view serverName) {
    std::string name(serverName);
    for (char& c : name) {
        c = c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    }
    for (const Region& region : kRegions) {
        if (name.starts_with(region.chirpstack) || name.starts_with(region.theThings)) {
            return std::string(region.name);
        }
    }
    return {};
}

std::string loraDataRate(unsigned spreadingFactor, unsigned bandwidthHz) {
    if (spreadingFactor == 0 || bandwidthHz == 0) return {};
    return "SF" + std::to_string(spreadingFactor) + "BW" + std::to_string(bandwidthHz / 1000);
}

std::string fskDataRate(unsigned bitsPerSecond) {
    return bitsPerSecond == 0 ? std::string() : "FSK" + std::to_string(bitsPerSecond / 1000);
}

std::string lrFhssDataRate(unsigned channelWidthHz) {
    return channelWidthHz == 0 ? std::string() : "LRFHSS" + std::to_string(channelWidthHz / 1000);
}

}  // namespace runnel::events
