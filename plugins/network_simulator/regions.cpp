// SPDX-License-Identifier: Apache-2.0
#include "regions.h"

#include <array>

namespace runnel::simulator {

namespace {

// EU868 and everything that copies its 51, 51, 51, 115, 222 ladder; 242 is the limit without a
// repeater.
constexpr std::array kEuropean{DataRate{"SF12BW125", -20.0F, 51}, DataRate{"SF11BW125", -17.5F, 51},
                               DataRate{"SF10BW125", -15.0F, 51}, DataRate{"SF9BW125", -12.5F, 115},
                               DataRate{"SF8BW125", -10.0F, 242}, DataRate{"SF7BW125", -7.5F, 242}};
constexpr std::array kAmerican{DataRate{"SF10BW125", -15.0F, 11}, DataRate{"SF9BW125", -12.5F, 53},
                               DataRate{"SF8BW125", -10.0F, 125}, DataRate{"SF7BW125", -7.5F, 242}};
constexpr std::array kAsian{DataRate{"SF12BW125", -20.0F, 51},  DataRate{"SF11BW125", -17.5F, 51},
                            DataRate{"SF10BW125", -15.0F, 115}, DataRate{"SF9BW125", -12.5F, 115},
                            DataRate{"SF8BW125", -10.0F, 242},  DataRate{"SF7BW125", -7.5F, 242}};
// CN470 carries no application payload at SF12.
constexpr std::array kChinese{DataRate{"SF11BW125", -17.5F, 23}, DataRate{"SF10BW125", -15.0F, 86},
                              DataRate{"SF9BW125", -12.5F, 164}, DataRate{"SF8BW125", -10.0F, 242},
                              DataRate{"SF7BW125", -7.5F, 242}};

// The three default channels and the five that most European networks add.
constexpr std::array<std::uint32_t, 8> kEu868{868'100'000, 868'300'000, 868'500'000, 867'100'000,
                                              867'300'000, 867'500'000, 867'700'000, 867'900'000};
constexpr std::array<std::uint32_t, 3> kIn865{865'062'500, 865'402'500, 865'985'000};

constexpr std::array kRegions{
    Region{"EU868", kEu868, 0, 0, 0, kEuropean},
    Region{"US915", {}, 902'300'000, 200'000, 64, kAmerican},
    Region{"AU915", {}, 915'200'000, 200'000, 64, kEuropean},
    Region{"AS923", {}, 923'200'000, 200'000, 2, kAsian},
    Region{"AS923-2", {}, 921'400'000, 200'000, 2, kAsian},
    Region{"AS923-3", {}, 916'600'000, 200'000, 2, kAsian},
    Region{"AS923-4", {}, 917'300'000, 200'000, 2, kAsian},
    Region{"CN470", {}, 470'300'000, 200'000, 96, kChinese},
    Region{"CN779", {}, 779'500'000, 200'000, 3, kEuropean},
    Region{"EU433", {}, 433'175'000, 200'000, 3, kEuropean},
    Region{"IN865", kIn865, 0, 0, 0, kEuropean},
    Region{"KR920", {}, 922'100'000, 200'000, 3, kEuropean},
    Region{"RU864", {}, 868'900'000, 200'000, 2, kEuropean},
};

}  // namespace

std::uint32_t Region::channel(std::uint64_t number) const {
    if (!channelsHz.empty()) return channelsHz[number % channelsHz.size()];
    return firstHz + static_cast<std::uint32_t>(number % channelCount) * stepHz;
}

const Region* findRegion(std::string_view name) {
    for (const Region& region : kRegions) {
        if (name == region.name) return &region;
    }
    return nullptr;
}

}  // namespace runnel::simulator
