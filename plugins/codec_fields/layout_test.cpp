// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "program_test.h"

namespace runnel::fields {
namespace {

using ::testing::StartsWith;

struct Bad {
    const char* options;
    const char* complaint;  ///< its start
};

class BadLayoutTest : public ::testing::TestWithParam<Bad> {};

TEST_P(BadLayoutTest, IsRefusedWithPathAndReason) {
    EXPECT_THAT(complaint(GetParam().options), StartsWith(GetParam().complaint));
}

constexpr Bad kShapes[]{
    {"{endian: big}", "uplink is missing, and so is downlink: give at least one of them"},
    {"uplink: 5", "uplink must be a list of entries, found 5"},
    {"uplink: []", "uplink must be a list of entries, found an empty one"},
    {"uplink: {}", "uplink must have entries, found an empty map"},
    {"uplink: [5]", "uplink[0] must be a map with name and type, found 5"},
    {"downlink: {2: {}}", "downlink.2 must be a list of entries, found an object"},
    {"uplink: {0: [{name: a, type: int8}]}",
     "uplink.0 must be a port of 1 to 255, a range such as 10-12, or default"},
    {"uplink: {256: [{name: a, type: int8}]}", "uplink.256 must be a port of 1 to 255"},
    {"uplink: {3-2: [{name: a, type: int8}]}", "uplink.3-2 must be a port of 1 to 255"},
    {"uplink: {x: [{name: a, type: int8}]}", "uplink.x must be a port of 1 to 255"},
    {"uplink: {1-3: [{name: a, type: int8}], 2: [{name: a, type: int8}]}",
     "uplink.2 has a port that another key has: 2"},
    {"uplink: {10-12: [{name: a, type: word}]}", "uplink.10-12[0].type must be one of uint8, "},
};

constexpr Bad kKeys[]{
    {"uplink: [{name: a}]", "uplink[0].type is missing; it must be one of uint8, int8, "},
    {"uplink: [{type: int8}]", "uplink[0].name is missing; it must be the name of the field"},
    {"uplink: [{name: a, type: int8}, {name: b, type: word}]",
     "uplink[1].type must be one of uint8, int8, uint16, int16, uint24, int24, uint32, int32, "
     "uint64, int64, float32, float64, bool, hex, text, found \"word\""},
    {"uplink: [{name: a, type: 8}]", "uplink[0].type must be a text that is not empty, found 8"},
    {"uplink: [{name: a, type: int8, scael: 2}]",
     "uplink[0].scael is no key of an entry; there are name, offset, when, unit, type, endian, "
     "bits, bit, scale, plus, decimals, values, flags, length, const, repeat, fields"},
    {"uplink: [{name: a, type: hex, length: 2, scale: 2}]",
     "uplink[0].scale is no key of an entry of type hex; there are name, offset, when, unit, type, "
     "length"},
    {"uplink: [{name: a, type: bool, bits: 2}]",
     "uplink[0].bits is no key of an entry of type bool; "},
    {"uplink: [{name: a, type: float32, bit: 2}]",
     "uplink[0].bit is no key of an entry of type float32; "},
    {"uplink: [{const: \"01\", type: int8}]",
     "uplink[0].type is no key of an entry with const; there are const, offset, when"},
    {"uplink: [{name: \"\", type: int8}]", "uplink[0].name must be a text that is not empty"},
    {"uplink: [{name: a..b, type: int8}]",
     "uplink[0].name must be a name, or several with single dots between, found \"a..b\""},
    {"uplink: [{name: a., type: int8}]", "uplink[0].name must be a name, or several"},
    {"uplink: [{name: a, type: int8}, {name: a, type: int8}]",
     "uplink[1].name must be a new one unless both entries have when, found \"a\" again"},
    {"uplink: [{name: a, type: int8}, {name: a.b, type: int8}]",
     "uplink[1].name must not be both a value and an object, found \"a.b\" beside \"a\""},
    {"uplink: [{name: a.b, type: int8}, {name: a, type: int8}]",
     "uplink[1].name must not be both a value and an object"},
};

constexpr Bad kValues[]{
    {"uplink: [{name: a, type: int8, offset: -1}]",
     "uplink[0].offset must be a whole number, 0 to 241, or same, found -1"},
    {"uplink: [{name: a, type: int8, offset: 242}]", "uplink[0].offset must be a whole number"},
    {"uplink: [{name: a, type: int8, endian: middle}]",
     "uplink[0].endian must be big or little, found \"middle\""},
    {"uplink: [{name: a, type: int8, bits: 9}]",
     "uplink[0].bits must be a whole number, 1 to 8, found 9"},
    {"uplink: [{name: a, type: uint16, bits: 9, bit: 8}]",
     "uplink[0].bit must be a whole number, 0 to 7, found 8"},
    {"uplink: [{name: a, type: uint16, bit: 8}]",
     "uplink[0].bit needs bits, the number of bits, beside it"},
    {"uplink: [{name: a, type: bool, bit: 8}]",
     "uplink[0].bit must be a whole number, 0 to 7, found 8"},
    {"uplink: [{name: a, type: int8, scale: 0}]",
     "uplink[0].scale must be a number other than 0, found 0"},
    {"uplink: [{name: a, type: int8, scale: x}]", "uplink[0].scale must be a number, found \"x\""},
    {"uplink: [{name: a, type: int8, plus: inf}]", "uplink[0].plus must be a number, found inf"},
    {"uplink: [{name: a, type: int8, decimals: 10}]",
     "uplink[0].decimals must be a whole number, 0 to 9, found 10"},
    {"uplink: [{name: a, type: int8, unit: 5}]",
     "uplink[0].unit must be a text that is not empty, found 5"},
    {"uplink: [{name: a, type: hex}]",
     "uplink[0].length is missing; it must be a whole number, 1 to 242, or rest"},
    {"uplink: [{name: a, type: text, length: 0}]", "uplink[0].length must be a whole number"},
    {"uplink: [{const: 1}]",
     "uplink[0].const must be hexadecimal digits in quotes, such as \"01FF\", found 1"},
    {"uplink: [{const: \"1\"}]", "uplink[0].const must be hexadecimal digits in quotes"},
};

constexpr Bad kNames[]{
    {"uplink: [{name: a, type: uint8, values: {}}]",
     "uplink[0].values must be a map that is not empty, found an object"},
    {"uplink: [{name: a, type: uint8, values: {x: idle}}]",
     "uplink[0].values.x must have a whole number of 0 to 255 before the colon"},
    {"uplink: [{name: a, type: int8, bits: 2, values: {2: idle}}]",
     "uplink[0].values.2 must have a whole number of -2 to 1 before the colon"},
    {"uplink: [{name: a, type: uint8, values: {1: 5}}]",
     "uplink[0].values.1 must be a text that is not empty, found 5"},
    {"uplink: [{name: a, type: uint8, values: {1: x, 2: x}}]",
     "uplink[0].values.2 must be another text than that of 1, found \"x\""},
    {"uplink: [{name: a, type: uint8, scale: 2, values: {1: x}}]",
     "uplink[0].scale does not go with values"},
    {"uplink: [{name: a, type: uint8, values: {1: x}, flags: [y]}]",
     "uplink[0].flags does not go with values"},
    {"uplink: [{name: a, type: uint8, flags: []}]",
     "uplink[0].flags must be a list of names, bit 0 first, or a map from bits to names"},
    {"uplink: [{name: a, type: uint8, flags: {8: x}}]",
     "uplink[0].flags must have bits of 0 to 7, found another one for \"x\""},
    {"uplink: [{name: a, type: uint8, flags: [x, x]}]",
     "uplink[0].flags must have each bit and name once, found \"x\" again"},
    {"uplink: [{name: a, type: uint8, flags: [5]}]", "uplink[0].flags must have names, found 5"},
    {"uplink: [{name: a, type: uint8, decimals: 1, flags: [x]}]",
     "uplink[0].decimals does not go with flags"},
};

constexpr Bad kStructures[]{
    {"uplink: [{name: r, repeat: 0, fields: [{name: a, type: int8}]}]",
     "uplink[0].repeat must be a whole number, 1 to 242, or rest, found 0"},
    {"uplink: [{name: r, repeat: 2}]", "uplink[0].fields must be a list of entries, found nothing"},
    {"uplink: [{name: r, repeat: 2, fields: [{name: a, type: x}]}]",
     "uplink[0].fields[0].type must be one of "},
    {"uplink: [{name: r, repeat: 2, fields: [{name: s, repeat: 2, fields: [{name: t, repeat: 2, "
     "fields: [{name: a, type: int8}]}]}]}]",
     "uplink[0].fields[0].fields[0].repeat must not be inside two others"},
    {"uplink: [{name: a, type: int8, when: {field: b, is: 1}}]",
     "uplink[0].when.field must be an earlier field with a single value and entry, found \"b\""},
    {"uplink: [{name: a, type: int8}, {name: b, type: int8, when: {field: a}}]",
     "uplink[1].when.is is missing; it must be a number, text, true or false, or a list of them"},
    {"uplink: [{name: a, type: int8}, {name: b, type: int8, when: {field: a, is: {}}}]",
     "uplink[1].when.is must be a number, text, true or false, or a list of them, found an object"},
    {"uplink: [{name: a, type: int8}, {name: b, type: int8, when: {field: a, is: 1, not: 2}}]",
     "uplink[1].when.not is no key of when; there are field, is"},
    {"uplink: [{name: a, type: int8}, {name: b, type: int8, when: 5}]",
     "uplink[1].when must be a map that is not empty, found 5"},
    {"uplink: [{name: a, type: uint8, flags: [x]}, {name: b, type: int8, when: {field: a, is: 1}}]",
     "uplink[1].when.field must be an earlier field with a single value"},
};

INSTANTIATE_TEST_SUITE_P(Shapes, BadLayoutTest, ::testing::ValuesIn(kShapes));
INSTANTIATE_TEST_SUITE_P(Keys, BadLayoutTest, ::testing::ValuesIn(kKeys));
INSTANTIATE_TEST_SUITE_P(Values, BadLayoutTest, ::testing::ValuesIn(kValues));
INSTANTIATE_TEST_SUITE_P(Names, BadLayoutTest, ::testing::ValuesIn(kNames));
INSTANTIATE_TEST_SUITE_P(Structures, BadLayoutTest, ::testing::ValuesIn(kStructures));

TEST(LayoutTest, AKeyIsThereOnce) {
    const Value type{std::string{"int8"}};
    const Fields entry{{"name", {std::string{"a"}}}, {"type", type}, {"type", type}};
    const auto loaded = FieldsProgram::load({{"uplink", {List{{entry}}}}});
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().field + " " + loaded.error().reason, "uplink[0].type is there twice");
}

TEST(LayoutTest, HasAtMost256EntriesWithInnerOnesAndAllPorts) {
    std::string inner;
    for (int i = 0; i < 254; ++i) inner += "{name: a" + std::to_string(i) + ", type: int8}, ";
    const std::string repeat = "{name: r, repeat: rest, fields: [" + inner + "]}";
    const std::string one = "{name: z, type: int8}";
    EXPECT_EQ(complaint("uplink: {1: [" + repeat + "], 2: [" + one + "]}"), "none");
    EXPECT_EQ(complaint("uplink: {1: [" + repeat + "], 2: [" + one + ", {name: y, type: int8}]}"),
              "uplink.2[1] is too much: there may be 256 entries");
}

TEST(LayoutTest, SurvivesAnyTree) {
    const Value anything[]{{},
                           {true},
                           {std::int64_t{-1}},
                           {0.5},
                           {std::string{}},
                           {std::string{"uint8"}},
                           {List{}},
                           {List{{std::string{"a"}}, {Fields{}}}},
                           {Fields{}},
                           {Fields{{"1", {std::string{"a"}}}, {"field", {List{}}}}}};
    for (const char* key :
         {"name", "offset", "type", "length", "endian", "bits", "bit", "scale", "plus", "decimals",
          "unit", "values", "flags", "repeat", "fields", "when", "const", "", "other"}) {
        for (const Value& value : anything) {
            Fields entry{{"name", {std::string{"a"}}}, {"type", {std::string{"uint8"}}}};
            entry.push_back({key, value});
            const Value list{List{{entry}}};
            static_cast<void>(FieldsProgram::load({{"uplink", list}}));
            static_cast<void>(FieldsProgram::load({{"downlink", {Fields{{"default", list}}}}}));
            static_cast<void>(FieldsProgram::load({{"uplink", {List{{Fields{{key, value}}}}}}}));
            static_cast<void>(FieldsProgram::load({{"uplink", value}}));
        }
    }
}

}  // namespace
}  // namespace runnel::fields
