// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "program_test.h"

namespace runnel::fields {
namespace {

struct Vector {
    const char* entries;
    const char* payload;
    const char* fields;
};

class FieldsVectorTest : public ::testing::TestWithParam<Vector> {};

TEST_P(FieldsVectorTest, DecodesAndEncodesBack) {
    const std::string entries = GetParam().entries;
    const CodecAnswer answer = decode("uplink: [" + entries + "]", GetParam().payload);
    EXPECT_EQ(test::textOf(answer.fields), GetParam().fields);
    EXPECT_THAT(answer.warnings, ::testing::IsEmpty());
    ASSERT_TRUE(answer.fields);
    const FieldsProgram back = program("downlink: [" + entries + "]");
    const CodecAnswer payload = back.encode(test::encodeJob(*answer.fields));
    ASSERT_TRUE(payload.fields) << payload.fields.error().field << payload.fields.error().reason;
    EXPECT_EQ(payload.payload, *parseHex(GetParam().payload));
}

constexpr Vector kNumbers[]{
    {"{name: a, type: uint8}", "FF", "{a: 255}"},
    {"{name: a, type: int8}", "FF", "{a: -1}"},
    {"{name: a, type: int8}", "80", "{a: -128}"},
    {"{name: a, type: uint16}", "0102", "{a: 258}"},
    {"{name: a, type: uint16, endian: little}", "0102", "{a: 513}"},
    {"{name: a, type: int16}", "8000", "{a: -32768}"},
    {"{name: a, type: int16, endian: little}", "FEFF", "{a: -2}"},
    {"{name: a, type: uint24}", "FFFFFE", "{a: 16777214}"},
    {"{name: a, type: int24}", "800000", "{a: -8388608}"},
    {"{name: a, type: int24, endian: little}", "FEFFFF", "{a: -2}"},
    {"{name: a, type: uint32}", "FFFFFFFF", "{a: 4294967295}"},
    {"{name: a, type: int32, endian: little}", "00000080", "{a: -2147483648}"},
    {"{name: a, type: uint64}", "7FFFFFFFFFFFFFFF", "{a: 9223372036854775807}"},
    {"{name: a, type: uint64}", "8000000000000000", "{a: 9223372036854775808.0}"},
    {"{name: a, type: int64}", "8000000000000000", "{a: -9223372036854775808}"},
    {"{name: a, type: int64, endian: little}", "FEFFFFFFFFFFFFFF", "{a: -2}"},
    {"{name: a, type: float32}", "41AC0000", "{a: 21.5}"},
    {"{name: a, type: float32, endian: little}", "0000ACC1", "{a: -21.5}"},
    {"{name: a, type: float64}", "3FB999999999999A", "{a: 0.1}"},
    {"{name: a, type: bool}", "01", "{a: true}"},
    {"{name: a, type: bool}", "00", "{a: false}"},
    {"{name: a, type: bool, bit: 3}", "08", "{a: true}"},
    {"{name: a, type: hex, length: 3}", "00ABCD", "{a: 00ABCD}"},
    {"{name: b, type: bool}, {name: a, type: hex, length: rest}", "01", "{b: true, a: }"},
    {"{name: a, type: text, length: 5}", "4162630000", "{a: Abc}"},
    {"{name: a, type: text, length: rest}", "416263", "{a: Abc}"},
};

constexpr Vector kScaled[]{
    {"{name: t, type: int16, scale: 0.1}", "0110", "{t: 27.2}"},
    {"{name: t, type: int16, scale: 0.1}", "FFD7", "{t: -4.1}"},
    {"{name: t, type: uint8, scale: 0.5, plus: -40}", "37", "{t: -12.5}"},
    {"{name: t, type: uint16, scale: 0.1, plus: -40}", "0110", "{t: -12.8}"},
    {"{name: t, type: uint8, scale: 10}", "0C", "{t: 120}"},
    {"{name: t, type: uint8, plus: 100}", "0C", "{t: 112}"},
    {"{name: t, type: uint8, scale: -1}", "0C", "{t: -12}"},
    {"{name: t, type: uint16, scale: 0.01, decimals: 1}", "0BB8", "{t: 30.0}"},
    {"{name: t, type: uint16, scale: 0.1, decimals: 0}", "0BB8", "{t: 300}"},
    {"{name: t, type: float32, scale: 2, unit: V}", "3F800000", "{t: 2.0}"},
    {"{name: t, type: int32, scale: 0.0000001}", "1F59EB38", "{t: 52.5986616}"},
};

constexpr Vector kBits[]{
    {"{name: a, type: uint8, bits: 3, bit: 5}, {name: b, offset: same, type: uint8, bits: 5}", "A5",
     "{a: 5, b: 5}"},
    {"{name: a, type: uint16, bits: 12, bit: 4}, {name: b, offset: 1, type: uint8, bits: 4}",
     "ABCD", "{a: 2748, b: 13}"},
    {"{name: a, type: int8, bits: 4, bit: 4}, {name: b, offset: same, type: int8, bits: 4}", "F7",
     "{a: -1, b: 7}"},
    {"{name: a, type: uint16, endian: little, bits: 10}", "FF03", "{a: 1023}"},
    {"{name: a, type: uint64, bits: 1, bit: 63}", "8000000000000000", "{a: 1}"},
    {"{name: a, type: bool, bit: 7}, {name: b, offset: same, type: uint8, bits: 7}", "81",
     "{a: true, b: 1}"},
    {"{name: f, type: uint8, flags: [open, tamper, low]}", "05",
     "{f: {open: true, tamper: false, low: true}}"},
    {"{name: f, type: uint16, flags: {15: on, 0: off}}", "8000", "{f: {on: true, off: false}}"},
    {"{name: m, type: uint8, values: {0: idle, 1: busy}}", "01", "{m: busy}"},
    {"{name: m, type: int8, values: {-1: error}}", "FF", "{m: error}"},
    {"{name: m, type: uint8, bits: 2, bit: 6, values: {3: all}}", "C0", "{m: all}"},
};

constexpr Vector kStructure[]{
    {"{name: a, type: uint8}, {name: b, offset: 3, type: uint8}", "01000002", "{a: 1, b: 2}"},
    {"{name: b, offset: 1, type: uint8}, {name: a, offset: 0, type: uint8}", "0102",
     "{b: 2, a: 1}"},
    {"{name: x.a, type: uint8}, {name: x.b.c, type: uint8}, {name: y, type: uint8}", "010203",
     "{x: {a: 1, b: {c: 2}}, y: 3}"},
    {"{const: \"01FF\"}, {name: a, type: uint8}", "01FF07", "{a: 7}"},
    {"{name: r, repeat: 2, fields: [{name: a, type: uint8}]}, {name: z, type: uint8}", "010203",
     "{r: [{a: 1}, {a: 2}], z: 3}"},
    {"{name: r, repeat: rest, fields: [{name: a, type: int16, scale: 0.1}]}", "00FF0100",
     "{r: [{a: 25.5}, {a: 25.6}]}"},
    {"{name: k, type: uint8}, {name: r, repeat: rest, fields: [{name: a, type: uint8}]}", "07",
     "{k: 7, r: []}"},
    {"{name: r, repeat: 2, fields: [{name: n, type: uint8}, {name: s, repeat: 2, fields: "
     "[{name: v, offset: 1, type: uint8}]}]}",
     "01000200030400050006", "{r: [{n: 1, s: [{v: 2}, {v: 3}]}, {n: 4, s: [{v: 5}, {v: 6}]}]}"},
    {"{name: k, type: uint8}, {name: a, type: uint8, when: {field: k, is: 1}}, "
     "{name: b, type: uint16, when: {field: k, is: [2, 3]}}",
     "030102", "{k: 3, b: 258}"},
    {"{name: k, type: uint8, values: {1: eco}}, {name: a, type: uint8, when: {field: k, is: eco}}",
     "0107", "{k: eco, a: 7}"},
    {"{name: k, type: bool}, {name: a, type: uint8, when: {field: k, is: true}}", "00",
     "{k: false}"},
    {"{name: k, type: uint8}, {name: v, type: uint8, when: {field: k, is: 1}}, "
     "{name: v, type: int16, when: {field: k, is: 2}}",
     "02FFFF", "{k: 2, v: -1}"},
    {"{name: k, type: uint8}, {name: r, repeat: rest, fields: [{name: t, type: uint8}, {name: a, "
     "type: uint8, when: {field: t, is: 1}}, {name: b, type: uint16, when: {field: k, is: 9}}]}",
     "0901AA000102BBBB", "{k: 9, r: [{t: 1, a: 170, b: 1}, {t: 2, b: 48059}]}"},
};

INSTANTIATE_TEST_SUITE_P(Numbers, FieldsVectorTest, ::testing::ValuesIn(kNumbers));
INSTANTIATE_TEST_SUITE_P(Scaled, FieldsVectorTest, ::testing::ValuesIn(kScaled));
INSTANTIATE_TEST_SUITE_P(Bits, FieldsVectorTest, ::testing::ValuesIn(kBits));
INSTANTIATE_TEST_SUITE_P(Structure, FieldsVectorTest, ::testing::ValuesIn(kStructure));

}  // namespace
}  // namespace runnel::fields
