// SPDX-License-Identifier: Apache-2.0
#include "registry/devices.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <thread>

namespace runnel {
namespace {

constexpr Eui kDevice{0x0080E1150529E258};
constexpr Eui kFromMessage{1}, kFromFile{2}, kFromMap{3};

class DevicesTest : public ::testing::Test {
  protected:
    void name(std::string text) {
        DeviceSpec spec;
        spec.eui = kDevice;
        spec.name = std::move(text);
        devices_.add(kFromFile, spec);
    }
    /// An uplink of the device; `group` is the network server's application.
    Message uplink(std::string group = {}) const {
        Message message;
        message.device = kDevice;
        message.network = "net";
        message.networkDevice = "dev-1";
        message.networkApplication = std::move(group);
        message.region = "EU868";
        message.frequencyHz = 868'100'000;
        return message;
    }
    Message resolve(Message message) {
        const Devices::Arrival arrival{message, map_};
        devices_.resolve({&arrival, 1});
        return message;
    }

    Devices devices_;
    std::map<std::string, Eui> map_{{"mapped", kFromMap}};
};

TEST_F(DevicesTest, TakesTheMessagesOwnApplicationFirst) {
    name("Bay 1");
    Message message = uplink("mapped");
    message.application = kFromMessage;
    EXPECT_EQ(resolve(message).application, kFromMessage);
    EXPECT_EQ(devices_.find(kDevice)->application, kFromFile) << "the file's word stays";
}

TEST_F(DevicesTest, TakesTheFilesApplicationBeforeTheMap) {
    name("Bay 1");
    EXPECT_EQ(resolve(uplink("mapped")).application, kFromFile);
}

TEST_F(DevicesTest, TakesTheMapBeforeWhatWasLearned) {
    Message first = uplink();
    first.application = kFromMessage;
    resolve(first);
    EXPECT_EQ(resolve(uplink("mapped")).application, kFromMap);
}

TEST_F(DevicesTest, TakesWhatWasLearnedLast) {
    Message first = uplink();
    first.application = kFromMessage;
    resolve(first);
    EXPECT_EQ(resolve(uplink("unknown")).application, kFromMessage);
}

TEST_F(DevicesTest, LeavesUnresolvedWhatNobodyKnows) {
    EXPECT_EQ(resolve(uplink("unknown")).application, std::nullopt);
    ASSERT_TRUE(devices_.find(kDevice)) << "it was heard all the same";
    EXPECT_EQ(devices_.find(kDevice)->application, std::nullopt);
    EXPECT_FALSE(devices_.find(kDevice)->isConfigured());
}

TEST_F(DevicesTest, PutsTheFilesNameInPlaceOfTheServers) {
    Message message = uplink();
    message.deviceName = "server's";
    EXPECT_EQ(resolve(message).deviceName, "server's");
    name("");
    EXPECT_EQ(resolve(message).deviceName, "server's") << "the file gives none";
    name("Bay 1");
    EXPECT_EQ(resolve(message).deviceName, "Bay 1");
}

TEST_F(DevicesTest, RemembersTheWayThatTheNewestMessageCame) {
    resolve(uplink());
    Message message = uplink();
    message.network = "other";
    message.networkDevice = "dev-2";
    message.region = "";
    message.frequencyHz = 915'000'000;
    resolve(message);
    const Device device = *devices_.find(kDevice);
    EXPECT_EQ(device.network, "other");
    EXPECT_EQ(device.networkDevice, "dev-2");
    EXPECT_EQ(device.region, "");
    EXPECT_EQ(device.frequencyHz, 915'000'000U);
}

TEST_F(DevicesTest, LearnsRadioFiguresFromUplinksOnly) {
    resolve(uplink());
    Message event = uplink();
    event.kind = Kind::DeviceStatus;
    event.region = "";
    event.frequencyHz = 0;
    resolve(event);
    EXPECT_EQ(devices_.find(kDevice)->region, "EU868");
    EXPECT_EQ(devices_.find(kDevice)->frequencyHz, 868'100'000U);
}

TEST_F(DevicesTest, KeepsTheAddressWhenAMessageOfTheSameNetworkNamesNone) {
    resolve(uplink());
    Message event = uplink();
    event.kind = Kind::Acknowledged;
    event.networkDevice = "";
    resolve(event);
    EXPECT_EQ(devices_.find(kDevice)->networkDevice, "dev-1");
    event.network = "other";
    resolve(event);
    EXPECT_EQ(devices_.find(kDevice)->networkDevice, "") << "another network's address is no use";
}

TEST_F(DevicesTest, ResolvesABatchInOrder) {
    Message first = uplink();
    first.application = kFromMessage;
    Message second = uplink("unknown");
    const std::vector<Devices::Arrival> arrivals{{first, map_}, {second, map_}};
    devices_.resolve(arrivals);
    EXPECT_EQ(second.application, kFromMessage);
    EXPECT_EQ(devices_.size(), 1U);
}

TEST_F(DevicesTest, KnowsNothingOfOtherDevices) {
    EXPECT_FALSE(devices_.find(Eui{99}));
}

TEST_F(DevicesTest, KeepsWhatWasLearnedOfADeviceThatNoFileNamesAnyMore) {
    name("Bay 1");
    resolve(uplink());
    devices_.remove(kDevice);
    const auto device = devices_.find(kDevice);
    ASSERT_TRUE(device);
    EXPECT_FALSE(device->isConfigured());
    EXPECT_EQ(device->name, "");
    EXPECT_EQ(device->networkDevice, "dev-1");
    EXPECT_EQ(resolve(uplink("mapped")).application, kFromMap) << "the file has no say any more";
}

TEST_F(DevicesTest, KeepsWhatWasLearnedOfADeviceThatAFileNamesLater) {
    resolve(uplink());
    name("Bay 1");
    const auto device = devices_.find(kDevice);
    EXPECT_TRUE(device->isConfigured());
    EXPECT_EQ(device->networkDevice, "dev-1");
    EXPECT_EQ(resolve(uplink()).deviceName, "Bay 1");
}

TEST_F(DevicesTest, ForgetsADeviceThatWasNeverHeardAndIsNamedNoMore) {
    name("Bay 1");
    devices_.remove(kDevice);
    devices_.remove(kDevice);
    EXPECT_EQ(devices_.size(), 0U);
}

const auto isAny = [](Eui, const Device&) { return true; };

std::vector<std::uint64_t> euisOf(const Devices::Listed& listed) {
    std::vector<std::uint64_t> euis;
    for (const auto& [eui, device] : listed) euis.push_back(eui.value);
    return euis;
}

DeviceSpec specOf(std::uint64_t eui) {
    DeviceSpec spec;
    spec.eui = Eui{eui};
    return spec;
}

TEST_F(DevicesTest, HasTheTagsOfTheLastOneThatNamedIt) {
    EXPECT_EQ(devices_.tagsOf(kDevice), nullptr);
    DeviceSpec spec;
    spec.eui = kDevice;
    spec.tags = {{"floor", {std::int64_t{3}}}};
    devices_.add(kFromFile, spec);
    const auto tags = devices_.tagsOf(kDevice);
    ASSERT_NE(tags, nullptr);
    EXPECT_EQ(valueOr<std::int64_t>(*tags, "floor", 0), 3);
    resolve(uplink());
    devices_.remove(kDevice);
    EXPECT_EQ(devices_.tagsOf(kDevice), nullptr) << "heard, and named by nobody";
    EXPECT_EQ(tags->size(), 1U) << "who shows them keeps them";
}

TEST(DevicesListTest, CountsWhatIsConfiguredPerApplication) {
    Devices devices;
    devices.add(Eui{1}, specOf(10), Origin::Api);
    devices.add(Eui{1}, specOf(11), Origin::File);
    devices.add(Eui{1}, specOf(11), Origin::File);
    devices.add(Eui{2}, specOf(12), Origin::Api);
    EXPECT_EQ(devices.countOf(Eui{1}), 2U);
    devices.add(Eui{2}, specOf(11), Origin::File);  // it moves
    EXPECT_EQ(devices.countOf(Eui{1}), 1U);
    EXPECT_EQ(devices.countOf(Eui{2}), 2U);
    devices.remove(Eui{10});
    devices.remove(Eui{10});
    EXPECT_EQ(devices.countOf(Eui{1}), 0U);
}

TEST(DevicesListTest, RemovesAnApplicationsDevicesOfOneOriginAndKeepsWhatWasHeard) {
    Devices devices;
    for (std::uint64_t eui = 10; eui < 15; ++eui) devices.add(Eui{1}, specOf(eui), Origin::Api);
    devices.add(Eui{1}, specOf(20), Origin::File);
    devices.add(Eui{2}, specOf(21), Origin::Api);
    Message heard;
    heard.device = Eui{12};
    heard.network = "net";
    devices.learn(heard);
    devices.removeAll(Eui{1}, Origin::Api);
    EXPECT_EQ(euisOf(devices.list({{}, 100}, isAny)), (std::vector<std::uint64_t>{12, 20, 21}));
    EXPECT_EQ(devices.find(Eui{12})->origin, Origin::Heard);
    EXPECT_EQ(devices.countOf(Eui{1}), 1U);
}

TEST(DevicesListTest, PagesAreInOrderAndMissNothing) {
    Devices devices;
    for (std::uint64_t i = 0; i < 1000; ++i) devices.add(Eui{1}, specOf(i * 7919 % 1000));
    std::vector<std::uint64_t> all;
    std::optional<Eui> after;
    while (true) {
        const auto page = devices.list({after, 64}, isAny);
        if (page.empty()) break;
        EXPECT_LE(page.size(), 64U);
        for (const auto& [eui, device] : page) all.push_back(eui.value);
        after = page.back().first;
    }
    ASSERT_EQ(all.size(), 1000U);
    EXPECT_TRUE(std::is_sorted(all.begin(), all.end()));
    EXPECT_TRUE(devices.list({{}, 0}, isAny).empty());
    const auto isOdd = [](Eui eui, const Device&) { return eui.value % 2 == 1; };
    EXPECT_EQ(euisOf(devices.list({Eui{1}, 2}, isOdd)), (std::vector<std::uint64_t>{3, 5}));
}

TEST(DevicesListTest, AListNeverMissesOrRepeatsADeviceThatStaysWhileOthersComeAndGo) {
    Devices devices;
    for (std::uint64_t i = 0; i < 20'000; ++i) devices.add(Eui{1}, specOf(2 * i));
    std::atomic<bool> isDone{false};
    std::thread others([&] {
        for (std::uint64_t i = 0; !isDone; ++i) {
            devices.add(Eui{1}, specOf(1'000'001 + 2 * (i % 100'000)));
            if (i % 3 == 0) devices.remove(Eui{1'000'001 + 2 * (i % 100'000)});
        }
    });
    const auto isEven = [](Eui eui, const Device&) { return eui.value % 2 == 0; };
    for (int round = 0; round < 10; ++round) {
        const auto page = devices.list({{}, 30'000}, isEven);
        EXPECT_EQ(page.size(), 20'000U);
    }
    isDone = true;
    others.join();
}

}  // namespace
}  // namespace runnel
