// SPDX-License-Identifier: Apache-2.0
#include "uplink_source.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace runnel::simulator {
namespace {

Settings settingsFor(std::uint64_t devices, std::uint64_t gateways, const char* region = "EU868") {
    Settings settings;
    settings.devices = devices;
    settings.gateways = gateways;
    settings.application = Eui{0x0102030405060708};
    settings.region = findRegion(region);
    return settings;
}

bool isSame(const Message& a, const Message& b) {
    const auto key = [](const Message& m) {
        return std::tie(m.kind, m.isConfirmed, m.port, m.device, m.frameCounter, m.frequencyHz,
                        m.region, m.dataRate, m.payload, m.networkDevice, m.deviceName, m.originId);
    };
    if (key(a) != key(b) || a.receptions.size() != b.receptions.size()) return false;
    for (std::size_t i = 0; i < a.receptions.size(); ++i) {
        const Reception& left = a.receptions[i];
        const Reception& right = b.receptions[i];
        if (left.gateway != right.gateway || left.rssiDbm != right.rssiDbm ||
            left.snrDb != right.snrDb) {
            return false;
        }
    }
    return true;
}

TEST(UplinkSourceTest, SameSeedGivesTheSameMessages) {
    const UplinkSource one(settingsFor(1000, 50));
    const UplinkSource two(settingsFor(1000, 50));
    for (std::uint64_t i = 0; i < 5000; ++i) ASSERT_TRUE(isSame(one.uplink(i), two.uplink(i))) << i;
}

TEST(UplinkSourceTest, MessageIsTheSameOnEveryMachine) {
    const Message message = UplinkSource(settingsFor(10, 3)).uplink(0);
    EXPECT_EQ(message.originId, "sim-0");
    const Message other = UplinkSource(settingsFor(10, 3), "77").uplink(12);
    EXPECT_EQ(other.originId, "sim-77-12");
    std::string payload;
    appendHex(payload, message.payload.data(), message.payload.size());
    EXPECT_EQ(text(message.device) + ' ' + std::to_string(message.port) + ' ' + message.dataRate +
                  ' ' + std::to_string(message.frequencyHz) + ' ' +
                  std::to_string(message.frameCounter) + ' ' + payload.substr(0, 16),
              "0252554E00000004 58 SF7BW125 867300000 172 432D249EE08BBEB3");
}

TEST(UplinkSourceTest, OtherSeedGivesOtherMessages) {
    Settings settings = settingsFor(1000, 50);
    const UplinkSource one(settings);
    settings.seed = 2;
    const UplinkSource two(settings);
    int same = 0;
    for (std::uint64_t i = 0; i < 1000; ++i) {
        same += isSame(one.uplink(i), two.uplink(i)) ? 1 : 0;
    }
    EXPECT_EQ(same, 0);
}

TEST(UplinkSourceTest, EveryDeviceSendsOncePerRoundAndItsCounterRisesByOne) {
    for (const std::uint64_t devices : {1, 2, 7, 10, 64, 1000}) {
        const UplinkSource source(settingsFor(devices, 3));
        std::map<Eui, std::uint32_t> counters;
        for (std::uint64_t i = 0; i < devices; ++i) {
            const Message message = source.uplink(i);
            ASSERT_TRUE(source.hasDevice(message.device));
            ASSERT_TRUE(counters.emplace(message.device, message.frameCounter).second);
        }
        for (std::uint64_t i = devices; i < 3 * devices; ++i) {
            const Message message = source.uplink(i);
            ASSERT_EQ(message.frameCounter, ++counters.at(message.device));
        }
    }
}

TEST(UplinkSourceTest, ReceptionsSpreadAsMeasured) {
    constexpr int kUplinks = 20000;
    const UplinkSource source(settingsFor(1000, 100));
    int one = 0;
    int few = 0;
    int many = 0;
    for (std::uint64_t i = 0; i < kUplinks; ++i) {
        const Message message = source.uplink(i);
        const std::size_t count = message.receptions.size();
        ASSERT_LE(count, 12U);
        ++(count == 1 ? one : count <= 5 ? few : many);
        std::set<Eui> gateways;
        for (const Reception& reception : message.receptions) {
            ASSERT_TRUE(reception.gateway);
            gateways.insert(*reception.gateway);
            ASSERT_GE(reception.rssiDbm, -127);
            ASSERT_LE(reception.rssiDbm, -47);
            ASSERT_GE(reception.snrDb, -24.0F);
            ASSERT_LE(reception.snrDb, 14.8F);
        }
        ASSERT_EQ(gateways.size(), count);
    }
    EXPECT_NEAR(one / double{kUplinks}, 0.51, 0.02);
    EXPECT_NEAR(few / double{kUplinks}, 0.18, 0.02);
    EXPECT_NEAR(many / double{kUplinks}, 0.31, 0.02);
}

TEST(UplinkSourceTest, NeverMoreReceptionsThanGateways) {
    const UplinkSource source(settingsFor(10, 2));
    for (std::uint64_t i = 0; i < 1000; ++i) ASSERT_LE(source.uplink(i).receptions.size(), 2U);
}

TEST(UplinkSourceTest, ShareOfConfirmedUplinksIsAsAsked) {
    Settings settings = settingsFor(10, 2);
    settings.confirmedShare = 0.25;
    const UplinkSource source(settings);
    int confirmed = 0;
    for (std::uint64_t i = 0; i < 10000; ++i) confirmed += source.uplink(i).isConfirmed ? 1 : 0;
    EXPECT_NEAR(confirmed, 2500, 150);
}

TEST(UplinkSourceTest, PayloadFitsTheDataRateInEveryRegion) {
    for (const char* name : {"EU868", "US915", "AU915", "AS923", "AS923-2", "AS923-3", "AS923-4",
                             "CN470", "CN779", "EU433", "IN865", "KR920", "RU864"}) {
        const Region* region = findRegion(name);
        ASSERT_NE(region, nullptr) << name;
        const UplinkSource source(settingsFor(100, 20, name));
        std::set<std::string> rates;
        for (std::uint64_t i = 0; i < 3000; ++i) {
            const Message message = source.uplink(i);
            rates.insert(message.dataRate);
            ASSERT_EQ(message.region, name);
            ASSERT_GE(message.port, 1);
            ASSERT_LE(message.port, 223);
            std::size_t limit = 0;
            for (const DataRate& rate : region->dataRates) {
                if (message.dataRate == rate.name) limit = rate.maxPayload;
            }
            ASSERT_GE(message.payload.size(), 1U);
            ASSERT_LE(message.payload.size(), std::min<std::size_t>(limit, 51)) << name;
        }
        EXPECT_EQ(rates.size(), region->dataRates.size()) << name;
    }
}

TEST(UplinkSourceTest, MillionDevicesNeedNoTable) {
    const UplinkSource source(settingsFor(1'000'000, 10'000));
    const Message first = source.uplink(123);
    const Message later = source.uplink(5'000'123);
    EXPECT_EQ(first.device, later.device);
    EXPECT_EQ(first.frameCounter + 5, later.frameCounter);
}

TEST(SettingsTest, DefaultsAreComplete) {
    const auto settings = readSettings({});
    ASSERT_TRUE(settings);
    EXPECT_EQ(settings->devices, 10U);
    EXPECT_EQ(text(settings->application), "0102030405060708");
    EXPECT_STREQ(settings->region->name, "EU868");
}

TEST(SettingsTest, WrongOptionIsNamed) {
    const auto fieldOf = [](const char* name, Value value) {
        const auto settings = readSettings({Field{name, std::move(value)}});
        return settings ? std::string("accepted") : settings.error().field;
    };
    EXPECT_EQ(fieldOf("application", {"12"}), "application");
    EXPECT_EQ(fieldOf("region", {"EU869"}), "region");
    EXPECT_EQ(fieldOf("devices", {std::int64_t{0}}), "devices");
    EXPECT_EQ(fieldOf("gateways", {std::int64_t{-1}}), "gateways");
    EXPECT_EQ(fieldOf("rate", {0.0}), "rate");
    EXPECT_EQ(fieldOf("confirmed", {1.5}), "confirmed");
    EXPECT_EQ(fieldOf("lossy", {-0.5}), "lossy");
}

}  // namespace
}  // namespace runnel::simulator
