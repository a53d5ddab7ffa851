// SPDX-License-Identifier: Apache-2.0
#include "wire.h"

#include <gtest/gtest.h>

#include <random>

#include "codec_world.h"

namespace runnel::javascript {
namespace {

const Fields kSample{{"n", {}},
                     {"b", {true}},
                     {"i", {std::int64_t{-5}}},
                     {"d", {0.25}},
                     {"t", {std::string{"a\0b", 3}}},
                     {"l", {List{{std::int64_t{1}}, {Fields{{"x", {false}}}}}}},
                     {"e", {List{}}}};

std::string written(const Fields& fields) {
    std::string bytes;
    Writer{bytes}.fields(fields);
    return bytes;
}

TEST(WireTest, WhatIsWrittenIsRead) {
    Reader reader{std::string_view{}};
    const std::string bytes = written(kSample);
    reader = Reader{bytes};
    EXPECT_EQ(show(reader.fields()), show(kSample));
    EXPECT_TRUE(reader.isGood());
    EXPECT_TRUE(reader.isAtEnd());
}

TEST(WireTest, EveryCutIsNoticed) {
    const std::string bytes = written(kSample);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        Reader reader{std::string_view{bytes}.substr(0, size)};
        (void)reader.fields();
        EXPECT_FALSE(reader.isGood()) << size;
    }
}

TEST(WireTest, AnyBytesAreSurvived) {
    const unsigned seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random{seed};
    const std::string good = written(kSample);
    for (int i = 0; i < 50'000; ++i) {
        std::string bytes = good;
        for (int change = 0; change < 3; ++change) {
            bytes[random() % bytes.size()] = static_cast<char>(random() % (i % 2 ? 8 : 256));
        }
        Reader reader{bytes};
        (void)reader.fields();
        FrameBuffer frames;
        frames.append(bytes);
        while (frames.next()) {
        }
    }
}

TEST(WireTest, CountsThatTheBytesCannotHoldAndDepthsAreRefused) {
    std::string huge;
    Writer out{huge};
    out.tag(Tag::Fields);
    out.number(std::uint32_t{0xFFFFFFFF});
    Reader reader{huge};
    EXPECT_TRUE(reader.fields().empty());
    EXPECT_FALSE(reader.isGood());

    std::string deep;
    for (std::size_t i = 0; i <= kMaxDepth + 1; ++i) {
        Writer{deep}.tag(Tag::List);
        Writer{deep}.number(std::uint32_t{1});
    }
    Writer{deep}.tag(Tag::Null);
    Reader deepReader{deep};
    (void)deepReader.value();
    EXPECT_FALSE(deepReader.isGood());
}

TEST(WireTest, FramesAreCutHoweverTheyArrive) {
    std::string bytes;
    Writer out{bytes};
    for (const char* text : {"one", "", "three"}) {
        const std::size_t begin = out.beginFrame(Frame::Answer);
        out.bytes(text);
        out.endFrame(begin);
    }
    FrameBuffer frames;
    std::string seen;
    for (const char byte : bytes) {
        frames.append({&byte, 1});
        while (const auto cut = frames.next()) seen += std::string{cut->body} + "|";
    }
    EXPECT_EQ(seen, "one||three|");
    frames.append(std::string(4, '\xFF'));
    EXPECT_FALSE(frames.next());
    EXPECT_FALSE(frames.isGood());
}

TEST(StrikesTest, ThreeInARowSuspendForTenSeconds) {
    Strikes strikes;
    const Strikes::Clock::time_point now{};
    for (int i = 0; i < 2; ++i) strikes.strike(1, now);
    EXPECT_FALSE(strikes.isSuspended(1, now));
    strikes.strike(1, now);
    EXPECT_TRUE(strikes.isSuspended(1, now + std::chrono::milliseconds{9'999}));
    EXPECT_FALSE(strikes.isSuspended(2, now));
    EXPECT_FALSE(strikes.isSuspended(1, now + std::chrono::seconds{10}));
    strikes.strike(1, now + std::chrono::seconds{10});
    EXPECT_TRUE(strikes.isSuspended(1, now + std::chrono::seconds{11})) << "one more try, no three";
    strikes.forgive(1);
    EXPECT_FALSE(strikes.isSuspended(1, now + std::chrono::seconds{11}));
}

TEST(ShelfTest, TheLongestUnusedProgramMakesRoom) {
    Shelf shelf;
    std::string bytes;
    Writer out{bytes};
    for (std::uint32_t i = 0; i <= Shelf::kMaxInChild; ++i) shelf.put(i, "definition");
    for (std::uint32_t i = 0; i < Shelf::kMaxInChild; ++i) shelf.bring(i, out);
    bytes.clear();
    shelf.bring(0, out);
    EXPECT_EQ(bytes, "") << "it is there";
    shelf.bring(Shelf::kMaxInChild, out);
    FrameBuffer frames;
    frames.append(bytes);
    const auto forget = frames.next();
    ASSERT_TRUE(forget);
    EXPECT_EQ(forget->frame, Frame::Forget);
    EXPECT_EQ(Reader{forget->body}.number<std::uint32_t>(), 1U);
    EXPECT_EQ(frames.next()->frame, Frame::Define);
    bytes.clear();
    shelf.childHasEnded();
    shelf.bring(0, out);
    EXPECT_NE(bytes, "") << "the next child has nothing";
}

}  // namespace
}  // namespace runnel::javascript
