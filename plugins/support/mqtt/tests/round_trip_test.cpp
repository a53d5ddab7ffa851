// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <cstddef>
#include <string>

#include "mqtt/encoder.h"
#include "plugins/support/mqtt/tests/sample_packets.h"

namespace runnel::mqtt {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string textOf(const std::optional<Failure>& failure) {
    return failure ? failure->text : "no failure";
}

ByteVector bytesOf(const Sample& sample) {
    return encode(sample.packet, sample.peer.version);
}

/// What came must mean the same when it is encoded and decoded again.
void expectToSurviveEncoding(const Peer& peer, const Decoded& decoded) {
    const Decoded again = decode(peer, decoded.encoded);
    EXPECT_EQ(again.packets, decoded.packets);
    EXPECT_FALSE(again.failure) << textOf(again.failure);
    EXPECT_EQ(again.kept, 0U);
}

TEST(RoundTripTest, DecodesWhatWasEncoded) {
    for (const Sample& sample : samplePackets()) {
        SCOPED_TRACE(sample.name);
        const Decoded decoded = decode(sample.peer, bytesOf(sample));
        EXPECT_FALSE(decoded.failure) << textOf(decoded.failure);
        EXPECT_THAT(decoded.packets, ElementsAre(describe(sample.packet)));
        EXPECT_EQ(decoded.encoded, bytesOf(sample));
        EXPECT_EQ(decoded.kept, 0U);
    }
}

TEST(RoundTripTest, WaitsForTheRestOfEveryPrefix) {
    for (const Sample& sample : samplePackets()) {
        SCOPED_TRACE(sample.name);
        const ByteVector whole = bytesOf(sample);
        for (std::size_t size = 0; size < whole.size(); ++size) {
            const Decoded decoded = decode(sample.peer, std::span{whole}.first(size));
            EXPECT_FALSE(decoded.failure) << size << ": " << textOf(decoded.failure);
            EXPECT_THAT(decoded.packets, IsEmpty()) << size;
            EXPECT_EQ(decoded.kept, size);
        }
    }
}

TEST(RoundTripTest, GivesTheSamePacketsHoweverTheBytesAreCut) {
    for (const Sample& sample : samplePackets()) {
        SCOPED_TRACE(sample.name);
        ByteVector three;
        for (int i = 0; i < 3; ++i) {
            const ByteVector one = bytesOf(sample);
            three.insert(three.end(), one.begin(), one.end());
        }
        const Decoded atOnce = decode(sample.peer, three);
        EXPECT_EQ(atOnce.packets.size(), 3U);
        for (std::size_t size = 1; size < three.size(); ++size) {
            const Decoded inParts = decode(sample.peer, three, size);
            EXPECT_EQ(inParts.packets, atOnce.packets) << "parts of " << size;
            EXPECT_EQ(inParts.kept, 0U);
        }
    }
}

TEST(RoundTripTest, SurvivesEveryFlippedBit) {
    for (const Sample& sample : samplePackets()) {
        SCOPED_TRACE(sample.name);
        const ByteVector whole = bytesOf(sample);
        for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
            ByteVector flipped = whole;
            flipped[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
            const Decoded decoded = decode(sample.peer, flipped);
            expectToSurviveEncoding(sample.peer, decoded);
            const Decoded inParts = decode(sample.peer, flipped, 1);
            EXPECT_EQ(inParts.packets, decoded.packets) << "bit " << bit;
            EXPECT_EQ(textOf(inParts.failure), textOf(decoded.failure)) << "bit " << bit;
        }
    }
}

TEST(RoundTripTest, SurvivesEveryLengthOfItsBody) {
    for (const Sample& sample : samplePackets()) {
        SCOPED_TRACE(sample.name);
        const ByteVector whole = bytesOf(sample);
        const std::size_t headerBytes = whole.size() < 130 ? 2 : 3;
        const std::span body = std::span{whole}.subspan(headerBytes);
        for (std::size_t size = 0; size <= body.size(); ++size) {
            ByteVector shortened{whole[0]};
            if (headerBytes == 2) shortened.push_back(static_cast<std::uint8_t>(size));
            if (headerBytes == 3) {
                shortened.push_back(static_cast<std::uint8_t>(size | 0x80U));
                shortened.push_back(static_cast<std::uint8_t>(size >> 7U));
            }
            shortened.insert(shortened.end(), body.begin(),
                             body.begin() + static_cast<std::ptrdiff_t>(size));
            expectToSurviveEncoding(sample.peer, decode(sample.peer, shortened));
        }
    }
}

TEST(RoundTripTest, KnowsTheSizeOfAPublish) {
    for (const Sample& sample : samplePackets()) {
        SCOPED_TRACE(sample.name);
        const auto* publish = std::get_if<Publish>(&sample.packet);
        if (!publish) continue;
        EXPECT_EQ(sizeOf(*publish, sample.peer.version), bytesOf(sample).size());
    }
}

}  // namespace
}  // namespace runnel::mqtt
