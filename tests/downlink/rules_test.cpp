// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "tests/downlink/downlink_fakes.h"

namespace runnel::test {
namespace {

using ::testing::HasSubstr;

Downlink sized(std::size_t size) {
    Downlink downlink = DownlinkBench::downlink();
    downlink.payload.assign(size, 7);
    return downlink;
}

TEST(DownlinkRulesTest, RefusesADeviceOutsideTheScope) {
    DownlinkBench bench;
    bench.hear(Eui{2}, "net", Eui{99});
    Downlink downlink = DownlinkBench::downlink();
    downlink.device = Eui{2};
    EXPECT_EQ(bench.complaint(downlink),
              "DeviceEUI: 0000000000000002 is no device of this stream's application");
    EXPECT_EQ(bench.complaint(DownlinkBench::grantFor(kDevice), downlink),
              "DeviceEUI: must be this stream's device 0080E1150529E258, found 0000000000000002");
    downlink.device = Eui{3};
    EXPECT_EQ(bench.complaint(downlink),
              "DeviceEUI: 0000000000000003 is no device of this stream's application: no file "
              "names it and it was not heard");
    bench.hear(Eui{4}, "net", std::nullopt);
    downlink.device = Eui{4};
    EXPECT_THAT(bench.complaint(downlink), HasSubstr("DeviceEUI: 0000000000000004"));
}

TEST(DownlinkRulesTest, RefusesEverythingThroughAGatewayStream) {
    DownlinkBench bench;
    auto config = std::make_shared<StreamConfig>();
    config->gateway = Eui{1};
    EXPECT_EQ(bench.complaint(Grant{1, true, true, config}, DownlinkBench::downlink()),
              "DeviceEUI: a gateway stream takes no downlinks");
    EXPECT_EQ(bench.complaint(Grant{1, true, false, config}, DownlinkBench::downlink()),
              ": this token may not send downlinks");
}

TEST(DownlinkRulesTest, TakesPorts1To223) {
    DownlinkBench bench;
    Downlink downlink = DownlinkBench::downlink();
    for (const int port : {1, 223}) {
        downlink.port = static_cast<std::uint8_t>(port);
        EXPECT_EQ(bench.complaint(downlink), "");
    }
    downlink.port = 0;
    EXPECT_EQ(bench.complaint(downlink), "Port: must be 1 to 223, found 0");
    downlink.port = 224;
    EXPECT_EQ(bench.complaint(downlink), "Port: must be 1 to 223, found 224");
}

TEST(DownlinkRulesTest, RefusesAnotherApplicationThanTheDevices) {
    DownlinkBench bench;
    Downlink downlink = DownlinkBench::downlink();
    downlink.application = kApplication;
    EXPECT_EQ(bench.complaint(downlink), "");
    downlink.application = Eui{5};
    EXPECT_EQ(bench.complaint(downlink),
              "AppEUI: must be the device's application 70B3D57ED0000001, found "
              "0000000000000005");
}

TEST(DownlinkRulesTest, RefusesWhatHasExpiredAlready) {
    DownlinkBench bench;
    Downlink downlink = DownlinkBench::downlink();
    downlink.expires = bench.clock.now();
    EXPECT_EQ(bench.complaint(downlink), "ExpiresAt: must be in the future");
    downlink.expires = bench.clock.now() + std::chrono::milliseconds(1);
    EXPECT_EQ(bench.complaint(downlink), "");
}

TEST(DownlinkRulesTest, RefusesAnIdOfMoreThan64Characters) {
    DownlinkBench bench;
    EXPECT_EQ(bench.complaint(DownlinkBench::downlink(1, std::string(64, 'x'))), "");
    EXPECT_EQ(bench.complaint(DownlinkBench::downlink(1, std::string(65, 'x'))),
              "Id: must have at most 64 characters");
}

TEST(DownlinkRulesTest, LimitsThePayloadTo242WhereTheRegionIsNotKnown) {
    DownlinkBench bench;
    EXPECT_EQ(bench.complaint(sized(242)), "");
    EXPECT_EQ(bench.complaint(sized(243)), "Data: must be 1 to 242 bytes, found 243");
    EXPECT_EQ(bench.complaint(sized(0)), "Data: must be 1 to 242 bytes, found 0");
}

TEST(DownlinkRulesTest, NamesTheRegionThatTheUplinkTold) {
    DownlinkBench bench;
    bench.hear(kDevice, "net", kApplication, "EU868");
    EXPECT_EQ(bench.complaint(sized(243)), "Data: must be 1 to 242 bytes in EU868, found 243");
    bench.hear(kDevice, "net", kApplication, "nowhere", 865'062'500);
    EXPECT_EQ(bench.complaint(sized(243)), "Data: must be 1 to 242 bytes, found 243")
        << "865.0625 MHz is EU868's, IN865's and RU864's";
    bench.hear(kDevice, "net", kApplication, "", 920'900'000);
    EXPECT_EQ(bench.complaint(sized(243)), "Data: must be 1 to 242 bytes, found 243")
        << "920.9 MHz is AU915's and KR920's";
    bench.hear(kDevice, "net", kApplication, "", 914'900'000);
    EXPECT_THAT(bench.complaint(sized(243)), HasSubstr("in US915, found 243"));
}

TEST(DownlinkRulesTest, TakesTheConnectorsRegionBeforeTheUplinks) {
    DownlinkBench bench;
    FakeCarrier carrier("us915_0");
    bench.downlinks().addCarrier("american", carrier);
    bench.hear(kDevice, "american", kApplication, "EU868");
    EXPECT_THAT(bench.complaint(sized(243)), HasSubstr("in US915, found 243"));
}

TEST(DownlinkRulesTest, TellsThatNoNetworkIsKnownForADeviceThatWasNotHeard) {
    DownlinkBench bench;
    DeviceSpec spec;
    spec.eui = Eui{6};
    bench.devices.add(kApplication, spec);
    Downlink downlink = DownlinkBench::downlink();
    downlink.device = Eui{6};
    EXPECT_EQ(bench.complaint(downlink), "") << "there is one network only";
    FakeCarrier second;
    bench.downlinks().addCarrier("second", second);
    EXPECT_EQ(bench.complaint(downlink),
              "DeviceEUI: 0000000000000006 was not heard yet, so it is not known which network "
              "reaches it");
    downlink.device = Eui{7};
    EXPECT_THAT(bench.complaint(DownlinkBench::grantFor(Eui{7}), downlink),
                HasSubstr("was not heard yet"));
}

}  // namespace
}  // namespace runnel::test
