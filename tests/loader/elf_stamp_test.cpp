// SPDX-License-Identifier: Apache-2.0
#include "loader/elf_stamp.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

namespace runnel {
namespace {

Bytes goodPlugin() {
    std::ifstream file(std::filesystem::path(BAD_PLUGINS) / "good" / "good.so", std::ios::binary);
    return Bytes(std::istreambuf_iterator<char>(file), {});
}

TEST(ElfStampTest, ReadsKindNameAndVersion) {
    const Bytes file = goodPlugin();
    const auto stamp = readStamp(file);
    ASSERT_TRUE(stamp) << stamp.error().reason;
    EXPECT_EQ(stamp->kind, PluginKind::Format);
    EXPECT_EQ(stamp->name, "good");
    EXPECT_EQ(stamp->version, "1.0.0");
}

TEST(ElfStampTest, RefusesEveryTruncation) {
    const Bytes file = goodPlugin();
    ASSERT_TRUE(readStamp(file));
    // Every length up to the end of the headers, then in odd steps that no alignment hides.
    const std::size_t step = file.size() / 1000 | 1;
    for (std::size_t size = 0; size < file.size(); size += size < 2048 ? 1 : step) {
        const auto stamp = readStamp(std::span(file).first(size));
        ASSERT_FALSE(stamp) << size;
        ASSERT_FALSE(stamp.error().reason.empty());
    }
}

TEST(ElfStampTest, SurvivesDamage) {
    const unsigned seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    const Bytes good = goodPlugin();
    for (int round = 0; round < 500; ++round) {
        Bytes file = good;
        for (int i = 0; i < 4; ++i) {
            const bool isInHeader = random() % 2 == 0;
            file[random() % (isInHeader ? 1024 : file.size())] =
                static_cast<std::uint8_t>(random());
        }
        if (const auto stamp = readStamp(file); !stamp) {
            ASSERT_FALSE(stamp.error().reason.empty());
        }
    }
}

}  // namespace
}  // namespace runnel
