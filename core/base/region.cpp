// SPDX-License-Identifier: Apache-2.0
#include "base/region.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

namespace runnel {
namespace {

constexpr std::size_t kLargestAnywhere = 242;

constexpr DataRate lora(std::uint8_t number, std::uint8_t spreadingFactor,
                        std::uint16_t bandwidthKhz, std::uint8_t largest) {
    return {number, Modulation::Lora, spreadingFactor, bandwidthKhz, largest};
}
constexpr DataRate fsk(std::uint8_t number) {
    return {number, Modulation::Fsk, 0, 0, 242};
}
constexpr DataRate lrFhss(std::uint8_t number, std::uint16_t widthKhz, std::uint8_t largest) {
    return {number, Modulation::LrFhss, 0, widthKhz, largest};
}

constexpr std::array kEurope{
    lora(0, 12, 125, 51), lora(1, 11, 125, 51), lora(2, 10, 125, 51), lora(3, 9, 125, 115),
    lora(4, 8, 125, 242), lora(5, 7, 125, 242), lora(6, 7, 250, 242), fsk(7),
    lrFhss(8, 137, 50),   lrFhss(9, 137, 115),  lrFhss(10, 336, 50),  lrFhss(11, 336, 115)};
constexpr std::array kEightRates{
    lora(0, 12, 125, 51), lora(1, 11, 125, 51), lora(2, 10, 125, 51), lora(3, 9, 125, 115),
    lora(4, 8, 125, 242), lora(5, 7, 125, 242), lora(6, 7, 250, 242), fsk(7)};
constexpr std::array kAsia{
    lora(0, 12, 125, 51), lora(1, 11, 125, 51), lora(2, 10, 125, 115), lora(3, 9, 125, 115),
    lora(4, 8, 125, 242), lora(5, 7, 125, 242), lora(6, 7, 250, 242),  fsk(7)};
constexpr std::array kIndia{lora(0, 12, 125, 51),
                            lora(1, 11, 125, 51),
                            lora(2, 10, 125, 51),
                            lora(3, 9, 125, 115),
                            lora(4, 8, 125, 242),
                            lora(5, 7, 125, 242),
                            fsk(7)};
constexpr std::array kKorea{lora(0, 12, 125, 51), lora(1, 11, 125, 51), lora(2, 10, 125, 51),
                            lora(3, 9, 125, 115), lora(4, 8, 125, 242), lora(5, 7, 125, 242)};
constexpr std::array kChina{
    lora(0, 12, 125, 0),  lora(1, 11, 125, 23), lora(2, 10, 125, 86), lora(3, 9, 125, 184),
    lora(4, 8, 125, 242), lora(5, 7, 125, 242), lora(6, 7, 500, 242), fsk(7)};
constexpr std::array kAustralia{
    lora(0, 12, 125, 51),  lora(1, 11, 125, 51),  lora(2, 10, 125, 51),   lora(3, 9, 125, 115),
    lora(4, 8, 125, 242),  lora(5, 7, 125, 242),  lora(6, 8, 500, 242),   lrFhss(7, 1523, 50),
    lora(8, 12, 500, 53),  lora(9, 11, 500, 129), lora(10, 10, 500, 242), lora(11, 9, 500, 242),
    lora(12, 8, 500, 242), lora(13, 7, 500, 242)};
constexpr std::array kAmerica{lora(0, 10, 125, 11),   lora(1, 9, 125, 53),   lora(2, 8, 125, 125),
                              lora(3, 7, 125, 242),   lora(4, 8, 500, 242),  lrFhss(5, 1523, 50),
                              lrFhss(6, 1523, 125),   lora(8, 12, 500, 53),  lora(9, 11, 500, 129),
                              lora(10, 10, 500, 242), lora(11, 9, 500, 242), lora(12, 8, 500, 242),
                              lora(13, 7, 500, 242)};
constexpr std::array kWorld2400{lora(0, 12, 812, 51), lora(1, 11, 812, 115), lora(2, 10, 812, 242),
                                lora(3, 9, 812, 242), lora(4, 8, 812, 242),  lora(5, 7, 812, 242),
                                lora(6, 6, 812, 242), lora(7, 5, 812, 242)};

constexpr std::array kInEu868{FrequencyRange{863'000'000, 870'000'000}};
constexpr std::array kInEu433{FrequencyRange{433'175'000, 434'665'000}};
constexpr std::array kInUs915{FrequencyRange{902'300'000, 914'900'000},
                              FrequencyRange{923'300'000, 927'500'000}};
constexpr std::array kInAu915{FrequencyRange{915'000'000, 928'000'000}};
constexpr std::array kInAs923{FrequencyRange{923'000'000, 923'500'000}};
constexpr std::array kInAs923Group2{FrequencyRange{921'400'000, 922'000'000}};
constexpr std::array kInAs923Group3{FrequencyRange{916'500'000, 917'000'000}};
constexpr std::array kInAs923Group4{FrequencyRange{917'300'000, 917'500'000}};
constexpr std::array kInCn470{FrequencyRange{470'000'000, 510'000'000}};
constexpr std::array kInCn779{FrequencyRange{779'000'000, 787'000'000}};
constexpr std::array kInIn865{FrequencyRange{865'000'000, 867'000'000}};
constexpr std::array kInKr920{FrequencyRange{920'000'000, 923'000'000}};
constexpr std::array kInRu864{FrequencyRange{864'000'000, 870'000'000}};
constexpr std::array kIn2400{FrequencyRange{2'400'000'000, 2'500'000'000}};

// Other names than the common one, in the form that plainName() gives. ChirpStack's ids without a
// channel group are the common names already.
using Names = std::string_view;
constexpr std::array kEu868Names{Names{"eu863870"}};
constexpr std::array kUs915Names{Names{"us902928"}};
constexpr std::array kAu915Names{Names{"au915928"}};
constexpr std::array kAs923Names{Names{"as9231"}};
constexpr std::array kCn470Names{Names{"cn470510"}, Names{"cn47051020a"}, Names{"cn47051020b"},
                                 Names{"cn47051026a"}, Names{"cn47051026b"}};
constexpr std::array kCn779Names{Names{"cn779787"}};
constexpr std::array kIn865Names{Names{"in865867"}};
constexpr std::array kKr920Names{Names{"kr920923"}};
constexpr std::array kRu864Names{Names{"ru864870"}};

constexpr std::array kRegions{
    Region{"EU868", kEu868Names, kInEu868, kEurope, 0, 0},
    Region{"US915", kUs915Names, kInUs915, kAmerica, 8, 8},
    Region{"AU915", kAu915Names, kInAu915, kAustralia, 8, 8},
    Region{"AS923", kAs923Names, kInAs923, kAsia, 0, 0},
    Region{"AS923-2", {}, kInAs923Group2, kAsia, 0, 0},
    Region{"AS923-3", {}, kInAs923Group3, kAsia, 0, 0},
    Region{"AS923-4", {}, kInAs923Group4, kAsia, 0, 0},
    Region{"IN865", kIn865Names, kInIn865, kIndia, 0, 0},
    Region{"KR920", kKr920Names, kInKr920, kKorea, 0, 0},
    Region{"RU864", kRu864Names, kInRu864, kEightRates, 0, 0},
    Region{"CN470", kCn470Names, kInCn470, kChina, 12, 0},
    Region{"CN779", kCn779Names, kInCn779, kEightRates, 0, 0},
    Region{"EU433", {}, kInEu433, kEightRates, 0, 0},
    Region{"ISM2400", {}, kIn2400, kWorld2400, 0, 0},
};

std::string plainName(std::string_view name) {
    std::string plain;
    for (const char c : name) {
        if (c == '_' || c == '-' || c == ' ') continue;
        plain += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return plain;
}

bool isChannelGroup(const Region& region, std::string_view digits) {
    unsigned group = 0;
    const char* end = digits.data() + digits.size();
    const auto [stop, problem] = std::from_chars(digits.data(), end, group);
    const bool isPlain = !digits.empty() && (digits.size() == 1 || digits.front() != '0');
    return isPlain && problem == std::errc{} && stop == end && group < region.channelGroups;
}

bool isCalled(const Region& region, std::string_view plain) {
    const std::string common = plainName(region.name);
    return plain == common || std::ranges::find(region.aliases, plain) != region.aliases.end() ||
           (plain.starts_with(common) && isChannelGroup(region, plain.substr(common.size())));
}

bool hasFrequency(const Region& region, std::uint32_t frequencyHz) {
    return std::ranges::any_of(region.frequencies, [&](const FrequencyRange& range) {
        return range.lowHz <= frequencyHz && frequencyHz <= range.highHz;
    });
}

}  // namespace

std::span<const Region> regions() {
    return kRegions;
}

const Region* findRegion(std::string_view name) {
    constexpr std::size_t kLongestName = 32;
    if (name.size() > kLongestName) return nullptr;
    const std::string plain = plainName(name);
    const auto* region =
        std::ranges::find_if(kRegions, [&](const Region& one) { return isCalled(one, plain); });
    return region == kRegions.end() ? nullptr : region;
}

const Region* regionOfFrequency(std::uint32_t frequencyHz) {
    const Region* found = nullptr;
    for (const Region& region : kRegions) {
        if (!hasFrequency(region, frequencyHz)) continue;
        if (found != nullptr) return nullptr;
        found = &region;
    }
    return found;
}

std::size_t largestPayload(const Region* region) {
    if (region == nullptr) return kLargestAnywhere;
    std::size_t largest = 0;
    for (const DataRate& rate : region->dataRates) {
        const bool mayGoDown =
            rate.modulation != Modulation::LrFhss && rate.number >= region->firstDownlinkRate;
        if (mayGoDown) largest = std::max<std::size_t>(largest, rate.largestPayload);
    }
    return largest;
}

}  // namespace runnel
