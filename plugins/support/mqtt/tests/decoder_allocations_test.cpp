// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>

#include "mqtt/encoder.h"
#include "plugins/support/mqtt/tests/allocations.h"
#include "plugins/support/mqtt/tests/any_packet.h"

namespace runnel::mqtt {
namespace {

/// Sees that views point into what was fed.
class Views final : public PacketHandler {
  public:
    explicit Views(const ByteVector& bytes) : bytes_(bytes) {}

    void packet(const Packet& packet) override {
        const auto& publish = std::get<Publish>(packet);
        const auto* topic = reinterpret_cast<const std::uint8_t*>(publish.topic.data());
        areInside = topic > bytes_.data() && topic < bytes_.data() + bytes_.size();
        ++count;
    }

    bool areInside = false;
    int count = 0;

  private:
    const ByteVector& bytes_;
};

TEST(DecoderAllocationsTest, APublishWithoutPropertiesNeedsNoneAndIsNotCopied) {
    for (const Version version : {Version::V311, Version::V5}) {
        const std::string payload(200, 'x');
        const ByteVector bytes =
            encode(Publish{"application/1/up", payload, 7, 1, false, false, {}}, version);
        Decoder decoder{Sender::Server, 1000};
        decoder.setVersion(version);
        Views views{bytes};
        const int before = allocations();
        decoder.feed(bytes, views);
        EXPECT_EQ(allocations() - before, 0);
        EXPECT_EQ(views.count, 1);
        EXPECT_TRUE(views.areInside);
    }
}

TEST(DecoderAllocationsTest, APublishInTwoPartsNeedsNoneOnceThereIsRoomToKeepIt) {
    const std::string payload(200, 'x');
    const ByteVector bytes = encode(Publish{"a", payload, 7, 1, false, false, {}}, Version::V5);
    const std::span all{bytes};
    Decoder decoder{Sender::Server, 1000};
    Views views{bytes};
    const auto feed = [&] {
        decoder.feed(all.first(100), views);
        decoder.feed(all.subspan(100), views);
    };
    feed();
    const int before = allocations();
    feed();
    EXPECT_EQ(allocations() - before, 0);
    EXPECT_EQ(views.count, 2);
}

TEST(DecoderAllocationsTest, EncodingIntoRoomThatIsThereNeedsNone) {
    const Publish packet{"a", "payload", 7, 1, false, false, {}};
    ByteVector bytes;
    bytes.reserve(100);
    const int before = allocations();
    append(bytes, packet, Version::V5);
    EXPECT_EQ(allocations() - before, 0);
}

}  // namespace
}  // namespace runnel::mqtt
