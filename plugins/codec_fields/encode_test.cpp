// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "program_test.h"

namespace runnel::fields {
namespace {

using ::testing::ElementsAre;

struct Refusal {
    const char* entries;
    const char* fields;
    const char* complaint;
};

class FieldsRefusalTest : public ::testing::TestWithParam<Refusal> {};

TEST_P(FieldsRefusalTest, NamesTheFieldAndWhatIsExpected) {
    EXPECT_EQ(encoded("downlink: [" + std::string{GetParam().entries} + "]", GetParam().fields),
              GetParam().complaint);
}

constexpr Refusal kRefusals[]{
    {"{name: a, type: uint8}", "{a: 256}", "a must be 0 to 255, found 256"},
    {"{name: a, type: uint8}", "{a: -1}", "a must be 0 to 255, found -1"},
    {"{name: a, type: uint8}", "{a: 1.5}", "a must be a whole number, found 1.5"},
    {"{name: a, type: uint8}", "{a: inf}", "a must be 0 to 255, found inf"},
    {"{name: a, type: uint8}", "{a: \"1\"}", "a must be a number, found \"1\""},
    {"{name: a, type: uint8}", "{a: [1]}", "a must be a number, found a list"},
    {"{name: a, type: uint8}", "{b: 1}", "b is not in the layout; there are a"},
    {"{name: a, type: uint8}", "{}", "a is missing; the layout has it at byte 0"},
    {"{name: a, type: int8, bits: 4}", "{a: 8}", "a must be -8 to 7, found 8"},
    {"{name: a, type: int16, scale: 0.1}", "{a: 3276.8}",
     "a must be -3276.8 to 3276.7, found 3276.8"},
    {"{name: a, type: uint8, scale: -0.5, plus: 10}", "{a: 11}",
     "a must be -117.5 to 10, found 11"},
    {"{name: a, type: int64}", "{a: 9.3e18}",
     "a must be -9223372036854775808 to 9223372036854775807, found 9.3e+18"},
    {"{name: a, type: uint64}", "{a: -1}", "a must be 0 to 18446744073709551615, found -1"},
    {"{name: a, type: float32}", "{a: 1e300}",
     "a must be a number that float32 can hold, found 1e+300"},
    {"{name: a, type: float32}", "{a: x}", "a must be a number, found \"x\""},
    {"{name: a, type: bool}", "{a: 1}", "a must be true or false, found 1"},
    {"{name: a, type: hex, length: 2}", "{a: \"0102FF\"}", "a must be 2 bytes, found 3"},
    {"{name: a, type: hex, length: 2}", "{a: xy}",
     "a must be hexadecimal digits, two per byte, found \"xy\""},
    {"{name: a, type: text, length: 2}", "{a: abc}", "a must be at most 2 bytes, found 3"},
    {"{name: a, type: text, length: 2}", "{a: true}", "a must be text, found true"},
    {"{name: a, type: uint8, values: {0: idle, 1: busy}}", "{a: off}",
     "a must be one of idle, busy, found \"off\""},
    {"{name: a, type: uint8, flags: [x, y]}", "{a: {z: true}}", "a.z is not a flag of the layout"},
    {"{name: a, type: uint8, flags: [x, y]}", "{a: {x: 1}}", "a.x must be true or false, found 1"},
    {"{name: a, type: uint8, flags: [x, y]}", "{a: 1}", "a must be an object of flags, found 1"},
    {"{name: a.b, type: uint8}", "{a: {b: 1, c: 2}}", "a.c is not in the layout; there are a.b"},
    {"{name: a.b, type: uint8}", "{a: 1}", "a is not in the layout; there are a.b"},
    {"{name: r, repeat: 2, fields: [{name: a, type: uint8}]}", "{r: [{a: 1}]}",
     "r must have 2 elements, found 1"},
    {"{name: r, repeat: rest, fields: [{name: a, type: uint8}]}", "{r: [{a: 1}, {a: 256}]}",
     "r[1].a must be 0 to 255, found 256"},
    {"{name: r, repeat: rest, fields: [{name: a, type: uint8}]}", "{r: [{a: 1}, {b: 2}]}",
     "r[1].b is not in the layout; there are a"},
    {"{name: r, repeat: rest, fields: [{name: a, type: uint8}]}", "{r: [1]}",
     "r[0] must be an object, found 1"},
    {"{name: r, repeat: rest, fields: [{name: a, type: uint8}]}", "{r: 1}",
     "r must be a list, found 1"},
    {"{name: r, repeat: rest, fields: [{name: a, type: uint8}]}", "{r: []}",
     " must make at least one byte, found none"},
    {"{name: a, type: hex, length: 240}, {name: b, type: uint24}", "{a: \"\", b: 1}",
     "a must be 240 bytes, found 0"},
    {"{name: a, offset: 241, type: uint16}", "{a: 1}",
     "a does not fit: a payload has at most 242 bytes"},
};
INSTANTIATE_TEST_SUITE_P(Everything, FieldsRefusalTest, ::testing::ValuesIn(kRefusals));

TEST(FieldsEncodeTest, RoundsToTheNearestStep) {
    EXPECT_EQ(encoded("downlink: [{name: t, type: int16, scale: 0.1}]", "{t: 27.24}"), "0110");
    EXPECT_EQ(encoded("downlink: [{name: t, type: int16, scale: 0.1}]", "{t: 27}"), "010E");
    EXPECT_EQ(encoded("downlink: [{name: t, type: uint8}]", "{t: 12.0}"), "0C");
}

TEST(FieldsEncodeTest, ValuesMayBeGivenAsNumbers) {
    const std::string layout = "downlink: [{name: m, type: int8, values: {-1: none}}]";
    EXPECT_EQ(encoded(layout, "{m: none}"), "FF");
    EXPECT_EQ(encoded(layout, "{m: 7}"), "07");
}

TEST(FieldsEncodeTest, FlagsThatAreNotNamedAreNotSet) {
    EXPECT_EQ(encoded("downlink: [{name: f, type: uint8, flags: [x, y, z]}]", "{f: {y: true}}"),
              "02");
}

TEST(FieldsEncodeTest, TheOrderOfFieldsDoesNotMatter) {
    EXPECT_EQ(encoded("downlink: [{name: a, type: uint8}, {name: b, type: uint8}]", "{b: 2, a: 1}"),
              "0102");
}

TEST(FieldsEncodeTest, ConstantsAndGapsAreFilled) {
    EXPECT_EQ(encoded("downlink: [{const: \"A5\"}, {name: a, offset: 3, type: uint8}]", "{a: 1}"),
              "A5000001");
    EXPECT_EQ(encoded("downlink: [{const: \"A55A\"}]", "{}"), "A55A");
}

TEST(FieldsEncodeTest, WarnsOfAFieldWhoseConditionIsNotMet) {
    const CodecAnswer answer = encode(
        "downlink: [{name: mode, type: uint8, values: {0: off, 1: eco}}, {name: level, type: "
        "uint8, when: {field: mode, is: eco}}]",
        "{mode: 0, level: 5}");
    ASSERT_TRUE(answer.fields);
    EXPECT_EQ(answer.payload, Bytes{0});
    EXPECT_THAT(answer.warnings, ElementsAre("level is not sent: only if mode is \"eco\""));
}

TEST(FieldsEncodeTest, ThePortIsTheJobsElseTheOptions) {
    const std::string layout =
        "{port: 7, downlink: {7: [{name: a, type: uint8}], 8: [{name: b, "
        "type: uint16}]}}";
    EXPECT_EQ(encode(layout, "{a: 1}").port, 7);
    const CodecAnswer eight = encode(layout, "{b: 1}", 8);
    EXPECT_EQ(eight.port, 8);
    EXPECT_EQ(eight.payload, (Bytes{0, 1}));
    EXPECT_EQ(test::textOf(encode(layout, "{b: 1}", 9).fields),
              "DecodeError: port must be one with a downlink layout (7, 8), found 9");
    EXPECT_EQ(encoded("uplink: [{name: a, type: uint8}]", "{a: 1}"),
              "template has no downlink layout");
}

}  // namespace
}  // namespace runnel::fields
