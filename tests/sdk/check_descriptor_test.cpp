// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <functional>

#include "runnel/testing.h"

namespace runnel {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Result<std::unique_ptr<Format>> noFormat(Host&, const Fields&) {
    return Error{"", "none"};
}
Result<std::unique_ptr<Codec>> noCodec(Host&, CodecHost&) {
    return Error{"", "none"};
}

constexpr Option kGood[] = {
    {"title", "text", "[anything", "A text.", false, false},
    {"isOn", "boolean", "true", "A switch.", false, false},
    {"count", "integer", "-3", "A number.", false, false},
    {"port", "integer 1..65535", "8443", "A port.", false, false},
    {"ratio", "number", "0.5", "A number.", false, false},
    {"share", "number 0..1.5", "1.5", "A share.", false, false},
    {"mode", "choice a|b|c", "c", "A choice.", false, false},
    {"names", "list", "[a, b]", "Names.", false, false},
    {"headers", "map", "{}", "Headers.", false, false},
    {"password", "text", nullptr, "A secret.", true, true},
};

struct Described {
    Stamp stamp{{'R', 'U', 'N', 'N', 'E', 'L', '\x01', '\0'},
                sizeof(Stamp),
                kAbiMajor,
                kAbiMinor,
                PluginKind::Format,
                layout(),
                "sample_1",
                "1.0"};
    Plugin plugin{.summary = "A sample",
                  .options = kGood,
                  .optionCount = std::size(kGood),
                  .format = &noFormat};

    Complaints check() const { return checkDescriptor(stamp, plugin); }
};

TEST(CheckDescriptorTest, AcceptsEveryDocumentedOptionType) {
    EXPECT_THAT(Described{}.check(), IsEmpty());
}

TEST(CheckDescriptorTest, FindsWhatIsWrongWithTheStamp) {
    const std::pair<std::function<void(Stamp&)>, const char*> cases[]{
        {[](Stamp& stamp) { stamp.magic[0] = 'X'; }, "magic"},
        {[](Stamp& stamp) { stamp.size = 75; }, "size"},
        {[](Stamp& stamp) { stamp.abiMajor = 2; }, "ABI"},
        {[](Stamp& stamp) { stamp.layout ^= LayoutDebugContainers; }, "layout"},
        {[](Stamp& stamp) { stamp.name[0] = 'S'; }, "name"},
        {[](Stamp& stamp) { stamp.name[0] = '\0'; }, "name"},
        {[](Stamp& stamp) { std::ranges::fill(stamp.name, 'a'); }, "name"},
        {[](Stamp& stamp) { stamp.version[0] = '\0'; }, "version"},
        {[](Stamp& stamp) { stamp.kind = PluginKind{9}; }, "kind"},
    };
    for (const auto& [breakIt, word] : cases) {
        Described described;
        breakIt(described.stamp);
        EXPECT_THAT(described.check(), Contains(HasSubstr(word)));
    }
}

TEST(CheckDescriptorTest, FindsWhatIsWrongWithThePlugin) {
    const std::pair<std::function<void(Plugin&)>, const char*> cases[]{
        {[](Plugin& plugin) { plugin.size = 1; }, "sizeof(Plugin)"},
        {[](Plugin& plugin) { plugin.summary = ""; }, "summary"},
        {[](Plugin& plugin) { plugin.format = nullptr; }, "`format` is not set"},
        {[](Plugin& plugin) { plugin.codec = &noCodec; }, "`codec` is set"},
        {[](Plugin& plugin) { plugin.options = nullptr; }, "no entries"},
        {[](Plugin& plugin) {
             plugin.settings = kGood;
             plugin.settingCount = 1;
         },
         "only a protocol"},
    };
    for (const auto& [breakIt, word] : cases) {
        Described described;
        breakIt(described.plugin);
        EXPECT_THAT(described.check(), Contains(HasSubstr(word)));
    }
}

TEST(CheckDescriptorTest, FindsWhatIsWrongWithAnOption) {
    const std::pair<Option, const char*> cases[]{
        {{"", "text", nullptr, "Help.", false, false}, "name"},
        {{"a-b", "text", nullptr, "Help.", false, false}, "name"},
        {{nullptr, "text", nullptr, "Help.", false, false}, "name"},
        {{"x", "string", nullptr, "Help.", false, false}, "`x` has an unknown type"},
        {{"x", nullptr, nullptr, "Help.", false, false}, "unknown type"},
        {{"x", "integers", nullptr, "Help.", false, false}, "unknown type"},
        {{"x", "integer 1-9", nullptr, "Help.", false, false}, "unknown type"},
        {{"x", "integer 9..1", nullptr, "Help.", false, false}, "range"},
        {{"x", "integer 1..x", nullptr, "Help.", false, false}, "range"},
        {{"x", "integer 1..9", "0", "Help.", false, false}, "outside its range"},
        {{"x", "integer", "1.5", "Help.", false, false}, "no number"},
        {{"x", "number 0..1", "1.1", "Help.", false, false}, "outside its range"},
        {{"x", "boolean", "yes", "Help.", false, false}, "true or false"},
        {{"x", "choice a|b", "d", "Help.", false, false}, "none of its choices"},
        {{"x", "choice a||b", "a", "Help.", false, false}, "empty choice"},
        {{"x", "list", "a, b", "Help.", false, false}, "[ ]"},
        {{"x", "map", "[]", "Help.", false, false}, "{ }"},
        {{"x", "text", nullptr, "", false, false}, "no help"},
        {{"x", "text", nullptr, nullptr, false, false}, "no help"},
        {{"x", "text", "y", "Help.", true, false}, "required and has a default"},
    };
    for (const auto& [option, word] : cases) {
        Described described;
        described.plugin.options = &option;
        described.plugin.optionCount = 1;
        EXPECT_THAT(described.check(), Contains(HasSubstr(word)));
    }
}

TEST(CheckDescriptorTest, FindsAnOptionThatIsThereTwice) {
    const std::array twice{kGood[0], kGood[0]};
    Described described;
    described.plugin.options = twice.data();
    described.plugin.optionCount = twice.size();
    EXPECT_THAT(described.check(), Contains("option `title` is there twice"));
}

}  // namespace
}  // namespace runnel
