// SPDX-License-Identifier: Apache-2.0
#include "base/region.h"

#include <Poco/JSON/Parser.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <string>

namespace runnel {
namespace {

using Poco::JSON::Array;
using Poco::JSON::Object;

std::string nameOf(const Region* region) {
    return region ? std::string{region->name} : "none";
}

TEST(RegionTest, KnowsTheNamesThatNetworkServersWrite) {
    const std::map<std::string, std::string> expected{
        {"EU868", "EU868"},           {"eu868", "EU868"},           {"EU_863_870", "EU868"},
        {"US915", "US915"},           {"us915_0", "US915"},         {"us915_7", "US915"},
        {"US_902_928", "US915"},      {"AU915", "AU915"},           {"au915_0", "AU915"},
        {"au915_7", "AU915"},         {"AU_915_928", "AU915"},      {"AS923", "AS923"},
        {"as923", "AS923"},           {"AS_923", "AS923"},          {"AS923-1", "AS923"},
        {"AS923_2", "AS923-2"},       {"as923_2", "AS923-2"},       {"AS923-2", "AS923-2"},
        {"AS_923_2", "AS923-2"},      {"as923_3", "AS923-3"},       {"AS_923_3", "AS923-3"},
        {"as923_4", "AS923-4"},       {"AS_923_4", "AS923-4"},      {"in865", "IN865"},
        {"IN_865_867", "IN865"},      {"kr920", "KR920"},           {"KR_920_923", "KR920"},
        {"ru864", "RU864"},           {"RU_864_870", "RU864"},      {"cn470_0", "CN470"},
        {"cn470_10", "CN470"},        {"cn470_11", "CN470"},        {"CN_470_510", "CN470"},
        {"CN_470_510_20_A", "CN470"}, {"CN_470_510_20_B", "CN470"}, {"CN_470_510_26_A", "CN470"},
        {"CN_470_510_26_B", "CN470"}, {"cn779", "CN779"},           {"CN_779_787", "CN779"},
        {"eu433", "EU433"},           {"EU_433", "EU433"},          {"ism2400", "ISM2400"},
        {"ISM_2400", "ISM2400"},
    };
    for (const auto& [alias, name] : expected) {
        EXPECT_EQ(nameOf(findRegion(alias)), name) << alias;
    }
}

TEST(RegionTest, EveryAliasOfTheTableLeadsToItsOwnRegion) {
    for (const Region& region : regions()) {
        EXPECT_EQ(findRegion(region.name), &region) << region.name;
        for (const std::string_view alias : region.aliases) {
            EXPECT_EQ(findRegion(alias), &region) << alias;
        }
        for (int group = 0; group < region.channelGroups; ++group) {
            const std::string name = std::string{region.name} + "_" + std::to_string(group);
            EXPECT_EQ(findRegion(name), &region) << name;
        }
    }
}

TEST(RegionTest, RefusesNamesThatAreNone) {
    for (const char* name : {"", "_", "EU", "EU869", "us915_8", "us915_00", "us915_x", "cn470_12",
                             "eu868_0", "AS923-5", "EU868 or RU864 or whatever else"}) {
        EXPECT_EQ(nameOf(findRegion(name)), "none") << name;
    }
    EXPECT_EQ(findRegion(std::string(100'000, 'e')), nullptr);
}

TEST(RegionTest, FindsTheRegionOfAFrequencyOnlyIfItIsTheOnlyOne) {
    EXPECT_EQ(nameOf(regionOfFrequency(902'300'000)), "US915");
    EXPECT_EQ(nameOf(regionOfFrequency(914'900'000)), "US915");
    EXPECT_EQ(nameOf(regionOfFrequency(863'500'000)), "EU868");
    EXPECT_EQ(nameOf(regionOfFrequency(486'300'000)), "CN470");
    EXPECT_EQ(nameOf(regionOfFrequency(433'175'000)), "EU433");
    EXPECT_EQ(nameOf(regionOfFrequency(2'403'000'000)), "ISM2400");
    EXPECT_EQ(nameOf(regionOfFrequency(868'100'000)), "none") << "EU868 and RU864";
    EXPECT_EQ(nameOf(regionOfFrequency(865'062'500)), "none") << "EU868, IN865 and RU864";
    EXPECT_EQ(nameOf(regionOfFrequency(923'300'000)), "none") << "US915, AU915 and AS923";
    EXPECT_EQ(nameOf(regionOfFrequency(0)), "none");
    EXPECT_EQ(nameOf(regionOfFrequency(4'294'967'295)), "none");
}

TEST(RegionTest, NeverLowersTheLimitBelowWhatSomeDownlinkMayCarry) {
    EXPECT_EQ(largestPayload(nullptr), 242U);
    for (const Region& region : regions()) {
        EXPECT_EQ(largestPayload(&region), 242U) << region.name;
    }
}

TEST(RegionTest, LeavesUplinkOnlyDataRatesOutOfTheLimit) {
    constexpr std::array kRates{
        DataRate{3, Modulation::Lora, 7, 125, 200}, DataRate{7, Modulation::LrFhss, 0, 1523, 150},
        DataRate{8, Modulation::Lora, 12, 500, 53}, DataRate{9, Modulation::LrFhss, 0, 1523, 99}};
    const Region region{"test", {}, {}, kRates, 0, 8};
    EXPECT_EQ(largestPayload(&region), 53U);
}

/// The larger one of the sources' figures.
int factN(const Object& rate) {
    const auto free = rate.getObject("maxApplicationPayload_N")->getObject("noDwell");
    return std::max(free->getValue<int>("noRepeater"), free->optValue<int>("tts", 0));
}

void expectRate(const Region& region, const DataRate& rate, const Object& fact) {
    const std::string place = std::string{region.name} + " DR" + std::to_string(rate.number);
    const std::map<Modulation, std::string> names{
        {Modulation::Lora, "LORA"}, {Modulation::Fsk, "FSK"}, {Modulation::LrFhss, "LR_FHSS"}};
    EXPECT_EQ(names.at(rate.modulation), fact.getValue<std::string>("modulation")) << place;
    EXPECT_EQ(rate.largestPayload, factN(fact)) << place;
    EXPECT_EQ(rate.spreadingFactor, fact.optValue<int>("sf", 0)) << place;
    EXPECT_EQ(rate.bandwidthKhz,
              fact.optValue<int>("bw_khz", 0) + fact.optValue<int>("ocw_hz", 0) / 1000)
        << place;
}

void expectFrequencies(const Region& region, const Object& fact) {
    const Array::Ptr span = fact.getArray("frequencyRangeHz");
    EXPECT_EQ(region.frequencies.front().lowHz, span->getElement<std::uint32_t>(0)) << region.name;
    EXPECT_EQ(region.frequencies.back().highHz, span->getElement<std::uint32_t>(1)) << region.name;
    for (const auto& entry : *fact.getArray("subBands")) {
        const Object::Ptr& band = entry.extract<Object::Ptr>();
        const auto low = band->getValue<std::uint32_t>("MinFrequency");
        const auto high = band->getValue<std::uint32_t>("MaxFrequency");
        EXPECT_TRUE(std::ranges::any_of(region.frequencies,
                                        [&](const FrequencyRange& range) {
                                            return range.lowHz <= low && high <= range.highHz;
                                        }))
            << region.name << " " << low;
    }
}

TEST(RegionTest, AgreesWithTheCollectedFacts) {
    std::ifstream file(RUNNEL_LORAWAN_FACTS);
    if (!file) GTEST_SKIP() << "not here: " << RUNNEL_LORAWAN_FACTS;
    const auto document = Poco::JSON::Parser{}.parse(file).extract<Object::Ptr>();
    const Object::Ptr facts = document->getObject("regions");
    EXPECT_EQ(facts->size(), regions().size());
    for (const auto& [name, value] : *facts) {
        const Object::Ptr& fact = value.extract<Object::Ptr>();
        const Region* region = findRegion(name);
        ASSERT_NE(region, nullptr) << name;
        EXPECT_EQ(region->name, name);
        EXPECT_EQ(fact->getObject("dataRates")->size(), region->dataRates.size()) << name;
        for (const DataRate& rate : region->dataRates) {
            const auto one = fact->getObject("dataRates")->getObject(std::to_string(rate.number));
            ASSERT_FALSE(one.isNull()) << name << " DR" << int{rate.number};
            expectRate(*region, rate, *one);
        }
        expectFrequencies(*region, *fact);
    }
}

}  // namespace
}  // namespace runnel
