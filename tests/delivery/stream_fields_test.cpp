// SPDX-License-Identifier: Apache-2.0
// Streams whose documents show fields: sessions wait for codecs without a thread, and in order.
#include <gmock/gmock.h>

#include "tests/delivery/delivery_fakes.h"
#include "tests/support/template_bench.h"

namespace runnel::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class StreamFieldsTest : public ::testing::Test {
  protected:
    StreamFieldsTest() {
        templates_.configure({TemplateBench::spec("acme")});
        StreamSetup setup = bench_.setup();
        setup.format = templates_.base;
        setup.transform = templates_.transform("acme");
        bench_.stream = std::make_shared<Stream>(
            std::move(setup),
            StreamParts{bench_.journal, bench_.catchUp, bench_.desk, bench_.changed, bench_.log},
            startingBehind(bench_.journal.head()));
        client_ = bench_.attach();
    }
    /// Routed as the router does it.
    void publish(const std::vector<Bytes>& payloads) {
        std::vector<std::shared_ptr<Message>> batch;
        for (const Bytes& payload : payloads) {
            batch.push_back(TemplateBench::uplink(payload, kDevice, runnel::test::kApplication));
        }
        ASSERT_TRUE(bench_.journal.append(batch));
        std::vector<EncodedPtr> items;
        for (const auto& message : batch) items.push_back(bench_.stream->encoded(message));
        bench_.stream->deliver(items);
    }

    TemplateBench templates_;
    Bench bench_;
    Bench::Client client_;
};

TEST_F(StreamFieldsTest, DocumentsShowFieldsOrWhyThereAreNone) {
    publish({{7}, {}, {9}});
    client_.take();
    EXPECT_THAT(client_.documents(),
                ElementsAre("plain 7", "plain no: is missing: the payload is empty", "plain 9"));
}

TEST_F(StreamFieldsTest, DocumentsShowTheTagsOfTheirDeviceAsTheyAreWhenTheMessageComes) {
    DeviceSpec device;
    device.eui = kDevice;
    device.tags = {{"site", {std::string("harbour")}}};
    templates_.devices.add(runnel::test::kApplication, device);
    publish({{7}});
    device.tags = {{"site", {std::string("depot")}}};
    templates_.devices.add(runnel::test::kApplication, device);
    publish({{8}});
    client_.take();
    EXPECT_THAT(client_.documents(), ElementsAre("plain 7 at harbour", "plain 8 at depot"));
}

TEST_F(StreamFieldsTest, NothingIsDecodedBeforeASessionTakes) {
    publish({{7}});
    EXPECT_EQ(templates_.codec.jobs().size(), 0U);
    client_.take();
    EXPECT_EQ(templates_.codec.jobs().size(), 1U);
}

TEST_F(StreamFieldsTest, ASessionIsToldWhenWhatItWaitsForIsDecoded) {
    templates_.codec.hold();
    publish({{7}, {8}});
    EXPECT_EQ(client_.take(), 0U);
    const int seen = client_.session->readies();
    templates_.codec.release();
    EXPECT_GT(client_.session->readies(), seen);
    client_.take();
    EXPECT_THAT(client_.documents(), ElementsAre("plain 7", "plain 8"));
}

TEST_F(StreamFieldsTest, WhatIsDecodedGoesOutInOrderUpToTheFirstThatIsNot) {
    templates_.codec.hold();
    publish({{1}, {2}, {3}});
    EXPECT_EQ(client_.take(), 0U);
    templates_.codec.release(0);  // 1
    templates_.codec.release(1);  // 3
    client_.take();
    EXPECT_THAT(client_.documents(), ElementsAre("plain 1"));
    templates_.codec.release();
    client_.take();
    EXPECT_THAT(client_.documents(), ElementsAre("plain 1", "plain 2", "plain 3"));
}

TEST_F(StreamFieldsTest, WhatComesWhileASessionWaitsIsAskedForAsWell) {
    templates_.codec.hold();
    publish({{1}});
    EXPECT_EQ(client_.take(), 0U);
    publish({{2}});
    EXPECT_EQ(client_.take(), 0U);
    EXPECT_EQ(templates_.codec.held(), 2U);
    templates_.codec.release();
    client_.take();
    EXPECT_THAT(client_.documents(), ElementsAre("plain 1", "plain 2"));
}

TEST_F(StreamFieldsTest, ASessionThatLeavesWhileItWaitsLosesNothing) {
    templates_.codec.hold();
    publish({{1}});
    EXPECT_EQ(client_.take(), 0U);
    client_ = bench_.attach();
    templates_.codec.release();
    client_.takeUntil(1);
    EXPECT_THAT(client_.documents(), ElementsAre("plain 1"));
    client_.settleAll();
    EXPECT_EQ(bench_.stream->books().pending(), 0U);
}

TEST_F(StreamFieldsTest, TheEndOfTheCodecsLetsWaitingDocumentsGoWithTheReason) {
    templates_.codec.hold();
    publish({{1}});
    EXPECT_EQ(client_.take(), 0U);
    templates_.templates.stop();
    client_.take();
    EXPECT_THAT(client_.documents(), ElementsAre("plain no: codec_fake has been stopped"));
}

TEST_F(StreamFieldsTest, WhatIsReadFromTheJournalIsShownAlike) {
    publish({{1}, {2}});
    bench_.stream->retire(bench_.journal.head());
    EXPECT_THAT(client_.documents(), IsEmpty());
    const auto item = bench_.stream->encoded(bench_.readBehind(1000).front());
    EXPECT_FALSE(item->isReady());
    const std::vector<DecodingPtr> decodings{item->decoding()};
    Decoding::begin(decodings);
    EXPECT_THAT(item->documents().texts, ElementsAre("plain 1"));
}

}  // namespace
}  // namespace runnel::test
