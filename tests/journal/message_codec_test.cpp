// SPDX-License-Identifier: Apache-2.0
#include "journal/message_codec.h"

#include <gtest/gtest.h>

#include "tests/journal/messages.h"

namespace runnel {
namespace {

using test::expectEqual;

std::span<const std::uint8_t> bytesOf(const std::string& text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string encoded(const Message& message) {
    std::string body;
    encode(message, body);
    return body;
}

TEST(MessageCodecTest, KeepsEveryMember) {
    const Message message = test::fullMessage();
    const auto decoded = decode(bytesOf(encoded(message)), message.position);
    ASSERT_TRUE(decoded) << decoded.error().reason;
    expectEqual(**decoded, message);
}

TEST(MessageCodecTest, KeepsTheDefaults) {
    const auto decoded = decode(bytesOf(encoded(Message{})), 0);
    ASSERT_TRUE(decoded) << decoded.error().reason;
    expectEqual(**decoded, Message{});
}

TEST(MessageCodecTest, KeepsRandomMessages) {
    std::mt19937_64 random(test::printedSeed());
    for (int i = 0; i < 5000; ++i) {
        const Message message = test::randomMessage(random);
        const auto decoded = decode(bytesOf(encoded(message)), 0);
        ASSERT_TRUE(decoded) << i << ": " << decoded.error().reason;
        expectEqual(**decoded, message);
        ASSERT_FALSE(testing::Test::HasFailure()) << i;
    }
}

TEST(MessageCodecTest, AppendsToItsBuffer) {
    std::string body = "before";
    encode(test::fullMessage(), body);
    EXPECT_EQ(body, "before" + encoded(test::fullMessage()));
}

TEST(MessageCodecTest, TakesWhatIsMissingAsDefault) {
    const auto decoded = decode({}, 17);
    ASSERT_TRUE(decoded);
    Message expected;
    expected.position = 17;
    expectEqual(**decoded, expected);
}

TEST(MessageCodecTest, SkipsWhatALaterVersionAdds) {
    const Message message = test::fullMessage();
    // Field 1000 as varint, as fixed64, as bytes and as fixed32, in front of what is known.
    const std::string unknown(
        "\xC0\x3E\x05"
        "\xC1\x3E"
        "12345678"
        "\xC2\x3E\x03"
        "abc"
        "\xC5\x3E"
        "1234");
    const auto decoded = decode(bytesOf(unknown + encoded(message) + unknown), message.position);
    ASSERT_TRUE(decoded) << decoded.error().reason;
    expectEqual(**decoded, message);
}

TEST(MessageCodecTest, SkipsAKnownNumberOfAnotherWireType) {
    const std::string portAsText("\x1A\x02xx");
    const auto decoded = decode(bytesOf(portAsText), 0);
    ASSERT_TRUE(decoded) << decoded.error().reason;
    EXPECT_EQ((*decoded)->port, 0);
}

TEST(MessageCodecTest, RefusesNumbersThatDoNotFit) {
    EXPECT_FALSE(decode(bytesOf(std::string("\x08\x0B")), 0)) << "kind 11";
    EXPECT_FALSE(decode(bytesOf(std::string("\x18\x80\x02")), 0)) << "port 256";
    EXPECT_FALSE(decode(bytesOf(std::string("\x6A\x04\x10\x80\x80\x04")), 0)) << "RSSI 32,768";
}

TEST(MessageCodecTest, StoresValuesThatAreTooDeepAsNull) {
    Message message;
    Value value{std::int64_t{1}};
    for (int i = 0; i < 2 * kMaxValueDepth; ++i) value = {List{value}};
    message.extra = {{"deep", value}};
    const auto decoded = decode(bytesOf(encoded(message)), 0);
    ASSERT_TRUE(decoded) << decoded.error().reason;
    int depth = 0;
    const Value* at = &(*decoded)->extra.at(0).value;
    while (const List* list = std::get_if<List>(&at->is)) {
        ++depth;
        at = &list->at(0);
    }
    EXPECT_EQ(depth, kMaxValueDepth);
    EXPECT_EQ(at->is.index(), 0U);
}

/// One field of bytes, whose length takes two bytes at most.
std::string wrapped(const std::string& tag, const std::string& content) {
    std::string length(1, static_cast<char>(content.size() % 128));
    if (content.size() >= 128) {
        length[0] = static_cast<char>(length[0] | 0x80);
        length += static_cast<char>(content.size() / 128);
    }
    return tag + length + content;
}

/// An extra field with so many lists within each other.
std::string nested(int depth) {
    std::string value;
    for (int i = 0; i < depth; ++i) value = wrapped("\x2A", wrapped("\x0A", value));
    return wrapped("\xB2\x01", wrapped("\x12", value));
}

TEST(MessageCodecTest, RefusesBodiesThatAreNestedTooDeep) {
    EXPECT_TRUE(decode(bytesOf(nested(kMaxValueDepth)), 0));
    const auto decoded = decode(bytesOf(nested(kMaxValueDepth + 1)), 0);
    ASSERT_FALSE(decoded);
    EXPECT_EQ(decoded.error().reason, "its values are nested too deeply");
    EXPECT_FALSE(decode(bytesOf(nested(1000)), 0));
}

TEST(MessageCodecTest, SurvivesEveryPrefix) {
    const std::string body = encoded(test::fullMessage());
    std::size_t refused = 0;
    for (std::size_t size = 0; size < body.size(); ++size) {
        // A copy of exactly this size, so that AddressSanitizer sees a byte too many.
        const std::vector<std::uint8_t> prefix(body.begin(),
                                               body.begin() + static_cast<std::ptrdiff_t>(size));
        const auto decoded = decode(prefix, 0);
        if (!decoded) {
            EXPECT_NE(decoded.error().reason, "");
            ++refused;
        }
    }
    EXPECT_GT(refused, body.size() / 2);
}

TEST(MessageCodecTest, SurvivesMutations) {
    std::mt19937_64 random(test::printedSeed());
    const std::string full = encoded(test::fullMessage());
    for (int i = 0; i < 20'000; ++i) {
        std::vector<std::uint8_t> body(full.begin(), full.end());
        for (std::uint64_t n = random() % 8 + 1; n > 0; --n) {
            body[random() % body.size()] = static_cast<std::uint8_t>(random());
        }
        body.resize(body.size() - random() % 8);
        static_cast<void>(decode(body, 0));
    }
}

TEST(MessageCodecTest, SurvivesGarbage) {
    std::mt19937_64 random(test::printedSeed());
    for (int i = 0; i < 20'000; ++i) {
        std::vector<std::uint8_t> body(random() % 64);
        for (std::uint8_t& byte : body) byte = static_cast<std::uint8_t>(random());
        static_cast<void>(decode(body, 0));
    }
}

}  // namespace
}  // namespace runnel
