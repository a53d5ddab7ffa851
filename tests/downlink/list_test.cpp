// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "tests/downlink/downlink_fakes.h"

namespace runnel::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class DownlinkListTest : public ::testing::Test {
  protected:
    std::vector<std::string> ids(const Downlinks::Filter& filter = {}, std::uint64_t before = 0,
                                 std::size_t max = 100) {
        std::vector<std::string> list;
        for (const auto& each : bench_.downlinks().list(filter, before, max)) {
            list.push_back(each.record.senderId);
        }
        return list;
    }
    void submit(const std::string& id, Eui device = kDevice) {
        Downlink downlink = DownlinkBench::downlink(1, id);
        downlink.device = device;
        EXPECT_FALSE(bench_.submit(downlink).rejected);
    }

    DownlinkBench bench_;
};

TEST_F(DownlinkListTest, HasTheNewestFirstAndGoesOnBehindAPage) {
    for (const char* id : {"a", "b", "c"}) submit(id);
    EXPECT_THAT(ids(), ElementsAre("c", "b", "a"));
    const auto page = bench_.downlinks().list({}, 0, 2);
    ASSERT_THAT(page, SizeIs(2));
    submit("d");
    EXPECT_THAT(ids({}, page.back().number), ElementsAre("a")) << "what came since moves nothing";
}

TEST_F(DownlinkListTest, HasWhatIsWantedOnly) {
    const Eui other{0x0080E1150529E259};
    bench_.hear(other, "net", kApplication);
    submit("a");
    submit("b", other);
    EXPECT_THAT(ids({.application = kApplication, .device = other}), ElementsAre("b"));
    EXPECT_THAT(ids({.application = Eui{1}, .device = {}}), IsEmpty());
}

TEST_F(DownlinkListTest, TellsTheStage) {
    submit("a");
    EXPECT_EQ(bench_.downlinks().list({}, 0, 1).front().record.stage,
              DownlinkRecord::Stage::Waiting);
    bench_.connect();
    EXPECT_EQ(bench_.downlinks().list({}, 0, 1).front().record.stage,
              DownlinkRecord::Stage::Sending);
}

TEST_F(DownlinkListTest, IsTheSameAfterARestart) {
    for (const char* id : {"a", "b"}) submit(id);
    bench_.restart();
    EXPECT_THAT(ids(), ElementsAre("b", "a"));
}

TEST_F(DownlinkListTest, HasWhatTheApiSentApartFromTheStreams) {
    const Downlink downlink = DownlinkBench::downlink(1, "same");
    EXPECT_EQ(bench_.complaint(downlink), "");
    Downlink other = DownlinkBench::downlink(2, "same");
    EXPECT_EQ(bench_.complaint(apiGrant(kApplication), other), "") << "an id of its own";
    EXPECT_EQ(bench_.complaint(apiGrant(kApplication), other), "") << "the same one";
    other.payload = {3};
    EXPECT_NE(bench_.complaint(apiGrant(kApplication), other), "") << "another one";
    EXPECT_EQ(bench_.downlinks().list({}, 0, 9).front().record.stream, "70B3D57ED0000001/@api");
    EXPECT_NE(bench_.complaint(apiGrant(Eui{1}), DownlinkBench::downlink()), "")
        << "not its device";
}

}  // namespace
}  // namespace runnel::test
