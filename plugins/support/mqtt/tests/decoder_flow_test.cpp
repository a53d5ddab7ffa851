// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <functional>
#include <string>

#include "mqtt/encoder.h"
#include "plugins/support/mqtt/tests/any_packet.h"

namespace runnel::mqtt {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// Keeps the topics of PUBLISH, and does something within each call.
class Topics final : public PacketHandler {
  public:
    void packet(const Packet& packet) override {
        if (const auto* publish = std::get_if<Publish>(&packet)) seen.emplace_back(publish->topic);
        if (within) within();
        // The view must still be good after whatever was done within the call.
        if (const auto* publish = std::get_if<Publish>(&packet)) {
            EXPECT_EQ(publish->topic, seen.back());
        }
    }

    std::vector<std::string> seen;
    std::function<void()> within;
};

ByteVector publishes(std::initializer_list<std::string_view> topics) {
    ByteVector bytes;
    for (const std::string_view topic : topics) {
        append(bytes, Publish{topic, "payload", 0, 0, false, false, {}}, Version::V5);
    }
    return bytes;
}

class DecoderFlowTest : public testing::Test {
  protected:
    Decoder decoder_{Sender::Client, 1000};
    Topics topics_;
};

TEST_F(DecoderFlowTest, PausedKeepsWhatIsFedAndGoesOnWithIt) {
    decoder_.pause();
    decoder_.feed(publishes({"a", "b"}), topics_);
    EXPECT_THAT(topics_.seen, IsEmpty());
    EXPECT_EQ(decoder_.kept(), publishes({"a", "b"}).size());
    decoder_.feed(publishes({"c"}), topics_);
    decoder_.resume(topics_);
    EXPECT_THAT(topics_.seen, ElementsAre("a", "b", "c"));
    EXPECT_FALSE(decoder_.isPaused());
    EXPECT_EQ(decoder_.kept(), 0U);
}

TEST_F(DecoderFlowTest, PausedWithinAHandlerGivesNothingMore) {
    topics_.within = [this] { decoder_.pause(); };
    decoder_.feed(publishes({"a", "b", "c"}), topics_);
    EXPECT_THAT(topics_.seen, ElementsAre("a"));
    EXPECT_EQ(decoder_.kept(), publishes({"b", "c"}).size());
    decoder_.resume(topics_);
    EXPECT_THAT(topics_.seen, ElementsAre("a", "b"));
    EXPECT_TRUE(decoder_.isPaused());
    decoder_.feed(publishes({"d"}), topics_);
    decoder_.resume(topics_);
    decoder_.resume(topics_);
    EXPECT_THAT(topics_.seen, ElementsAre("a", "b", "c", "d"));
    EXPECT_EQ(decoder_.kept(), 0U);
}

TEST_F(DecoderFlowTest, ResumedWithinAHandlerGoesOnAfterIt) {
    int depth = 0;
    topics_.within = [&] {
        ASSERT_EQ(++depth, 1);
        decoder_.pause();
        decoder_.resume(topics_);
        --depth;
    };
    decoder_.feed(publishes({"a", "b", "c"}), topics_);
    EXPECT_THAT(topics_.seen, ElementsAre("a", "b", "c"));
    decoder_.pause();
    decoder_.feed(publishes({"d", "e"}), topics_);
    decoder_.resume(topics_);
    EXPECT_THAT(topics_.seen, ElementsAre("a", "b", "c", "d", "e"));
    EXPECT_EQ(decoder_.kept(), 0U);
}

TEST_F(DecoderFlowTest, PausedInTheMiddleOfAPacketGoesOnThere) {
    const ByteVector bytes = publishes({"a", "b", "c"});
    const std::span all{bytes};
    topics_.within = [this] { decoder_.pause(); };
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        decoder_.feed(all.subspan(i, 1), topics_);
        if (decoder_.isPaused()) decoder_.resume(topics_);
    }
    EXPECT_THAT(topics_.seen, ElementsAre("a", "b", "c"));
}

TEST_F(DecoderFlowTest, GivesOnePacketPerResumeOfALongBacklog) {
    ByteVector bytes;
    std::vector<std::string> expected;
    for (int i = 0; i < 1000; ++i) {
        expected.push_back(std::to_string(i));
        const ByteVector one = publishes({expected.back()});
        bytes.insert(bytes.end(), one.begin(), one.end());
    }
    topics_.within = [this] { decoder_.pause(); };
    decoder_.feed(bytes, topics_);
    while (decoder_.kept() > 0) {
        const std::size_t before = decoder_.kept();
        decoder_.resume(topics_);
        ASSERT_LT(decoder_.kept(), before);
    }
    EXPECT_EQ(topics_.seen, expected);
}

TEST_F(DecoderFlowTest, StoppedGivesNothingMore) {
    decoder_.feed(publishes({"a"}), topics_);
    decoder_.stop();
    decoder_.feed(publishes({"b"}), topics_);
    decoder_.resume(topics_);
    EXPECT_THAT(topics_.seen, ElementsAre("a"));
    EXPECT_FALSE(decoder_.failure());
}

TEST_F(DecoderFlowTest, StoppedWithinAHandlerGivesNothingMoreAndKeepsNothing) {
    topics_.within = [this] { decoder_.stop(); };
    decoder_.feed(publishes({"a", "b"}), topics_);
    EXPECT_THAT(topics_.seen, ElementsAre("a"));
    EXPECT_EQ(decoder_.kept(), 0U);
}

TEST_F(DecoderFlowTest, StoppedWithinAHandlerOfAPausedBacklogGivesNothingMore) {
    decoder_.pause();
    decoder_.feed(publishes({"a", "b"}), topics_);
    topics_.within = [this] { decoder_.stop(); };
    decoder_.resume(topics_);
    EXPECT_THAT(topics_.seen, ElementsAre("a"));
    EXPECT_EQ(decoder_.kept(), 0U);
}

TEST_F(DecoderFlowTest, NothingComesAfterAFailure) {
    ByteVector bytes = publishes({"a"});
    bytes.push_back(0x00);
    const ByteVector more = publishes({"b"});
    bytes.insert(bytes.end(), more.begin(), more.end());
    decoder_.feed(bytes, topics_);
    decoder_.feed(more, topics_);
    decoder_.resume(topics_);
    EXPECT_THAT(topics_.seen, ElementsAre("a"));
    ASSERT_TRUE(decoder_.failure());
    EXPECT_EQ(decoder_.failure()->reason, Reason::MalformedPacket);
    EXPECT_EQ(decoder_.kept(), 0U);
}

TEST_F(DecoderFlowTest, TakesAPacketOfTheGreatestSizeAndRefusesOneByteMore) {
    const std::string payload(1000 - 3 - 3 - 1, 'x');  // header, topic, length of properties
    ByteVector bytes;
    append(bytes, Publish{"a", payload, 0, 0, false, false, {}}, Version::V5);
    ASSERT_EQ(bytes.size(), 1000U);
    decoder_.feed(bytes, topics_);
    EXPECT_THAT(topics_.seen, ElementsAre("a"));
    ByteVector larger;
    append(larger, Publish{"a", payload + "x", 0, 0, false, false, {}}, Version::V5);
    decoder_.feed(std::span{larger}.first(3), topics_);
    ASSERT_TRUE(decoder_.failure());
    EXPECT_EQ(decoder_.failure()->reason, Reason::PacketTooLarge);
    EXPECT_EQ(decoder_.failure()->text, "PUBLISH of 1001 bytes, expected at most 1000");
}

TEST_F(DecoderFlowTest, ReadsOnInTheVersionOfTheConnect) {
    ByteVector bytes;
    Connect connect;
    connect.version = Version::V311;
    append(bytes, connect);
    append(bytes, Publish{"a", "", 0, 0, false, false, {}}, Version::V311);
    decoder_.feed(bytes, topics_);
    EXPECT_EQ(decoder_.version(), Version::V311);
    EXPECT_THAT(topics_.seen, ElementsAre("a"));
    EXPECT_FALSE(decoder_.failure());
}

TEST_F(DecoderFlowTest, KnowsTheVersionOfAConnectThatIsWrong) {
    decoder_.feed(packetOf(0x10, "0004 'MQTT' 04 03 0000 0000"), topics_);
    EXPECT_EQ(decoder_.failure()->reason, Reason::MalformedPacket);
    EXPECT_EQ(decoder_.version(), Version::V311);
}

}  // namespace
}  // namespace runnel::mqtt
