// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <chrono>
#include <iostream>
#include <random>

#include "program_test.h"

namespace runnel::fields {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(FieldsDecodeTest, SaysWhichFieldATooShortPayloadLacks) {
    const std::string layout = "uplink: [{name: a, type: uint8}, {name: b, type: uint16}]";
    EXPECT_EQ(decoded(layout, "0102"),
              "DecodeError: payload must have 2 bytes of b at byte 1, but has 2 bytes");
    EXPECT_EQ(decoded(layout, ""),
              "DecodeError: payload must have 1 byte of a at byte 0, but has 0 bytes");
    EXPECT_EQ(decoded("uplink: [{name: a, offset: 9, type: hex, length: rest}]", "01"),
              "DecodeError: payload must have 0 bytes of a at byte 9, but has 1 bytes");
}

TEST(FieldsDecodeTest, WarnsOfBytesThatNoEntryDescribes) {
    const CodecAnswer answer = decode("uplink: [{name: a, type: uint8}]", "010203");
    EXPECT_EQ(test::textOf(answer.fields), "{a: 1}");
    EXPECT_THAT(answer.warnings, ElementsAre("the layout ends at byte 1, the payload has 3 bytes"));
}

TEST(FieldsDecodeTest, AnUnknownValueStaysANumberWithAWarning) {
    const CodecAnswer answer = decode("uplink: [{name: m, type: uint8, values: {0: idle}}]", "07");
    EXPECT_EQ(test::textOf(answer.fields), "{m: 7}");
    EXPECT_THAT(answer.warnings, ElementsAre("m has the unknown value 7"));
}

TEST(FieldsDecodeTest, AConstantHasToBeThere) {
    EXPECT_EQ(decoded("uplink: [{const: \"01FF\"}]", "0200"),
              "DecodeError: payload must have 01FF at byte 0, found 0200");
    EXPECT_EQ(decoded("uplink: [{const: \"01FF\"}]", "01"),
              "DecodeError: payload must have 2 bytes of a constant at byte 0, but has 1 bytes");
}

TEST(FieldsDecodeTest, PortsHaveTheirLayouts) {
    const std::string layout =
        "uplink: {2: [{name: two, type: uint8}], 10-12: [{name: ten, type: uint8}]}";
    EXPECT_EQ(test::textOf(decode(layout, "05", 2).fields), "{two: 5}");
    EXPECT_EQ(test::textOf(decode(layout, "05", 12).fields), "{ten: 5}");
    EXPECT_EQ(test::textOf(decode(layout, "05", 13).fields),
              "DecodeError: port must be one with a uplink layout (2, 10-12), found 13");
    const std::string rest =
        "uplink: {default: [{name: any, type: uint8}], 2: [{name: two, type: "
        "uint8}]}";
    EXPECT_EQ(test::textOf(decode(rest, "05", 2).fields), "{two: 5}");
    EXPECT_EQ(test::textOf(decode(rest, "05", 255).fields), "{any: 5}");
    EXPECT_EQ(test::textOf(decode("downlink: [{name: a, type: uint8}]", "05").fields),
              "DecodeError: template has no uplink layout");
}

TEST(FieldsDecodeTest, AnElementTakesAtLeastOneByte) {
    for (const char* const count : {"rest", "200"}) {
        EXPECT_EQ(
            decoded("uplink: [{name: k, type: uint8}, {name: r, repeat: " + std::string{count} +
                        ", fields: [{name: a, type: uint8, when: {field: k, is: 1}}]}]",
                    "0205"),
            "DecodeError: payload has an element of r without any byte, at byte 1");
    }
}

TEST(FieldsDecodeTest, APayloadHasAtMostAThousandFields) {
    std::string fields;
    for (int i = 0; i < 5; ++i) {
        fields += "{name: f" + std::to_string(i) + ", offset: 0, type: uint8}, ";
    }
    const std::string layout = "uplink: [{name: r, repeat: rest, fields: [" + fields + "]}]";
    EXPECT_TRUE(decode(layout, std::string(2 * 199, '0')).fields);
    EXPECT_EQ(decoded(layout, std::string(2 * 201, '0')),
              "DecodeError: payload has more than 1000 fields: shorten it, or repeat less");
}

TEST(FieldsDecodeTest, RoundsToDecimals) {
    EXPECT_EQ(decoded("uplink: [{name: a, type: uint16, scale: 0.001, decimals: 1}]", "04D2"),
              "{a: 1.2}");
    EXPECT_EQ(decoded("uplink: [{name: a, type: float32, decimals: 2}]", "3F9E0419"), "{a: 1.23}");
    EXPECT_EQ(decoded("uplink: [{name: a, type: float32, decimals: 0}]", "3FE66666"), "{a: 2}");
    EXPECT_EQ(decoded("uplink: [{name: a, type: float32}]", "7FC00000"), "{a: nan}");
}

TEST(FieldsDecodeTest, TheOptionEndianIsForEntriesThatSayNothing) {
    EXPECT_EQ(decoded("{endian: little, uplink: [{name: a, type: uint16}, {name: b, type: uint16, "
                      "endian: big}]}",
                      "01000001"),
              "{a: 1, b: 1}");
}

/// Entries of every kind, one after the other, as a mind without reason would write them.
std::string anyEntry(std::mt19937& random, int number, bool mayRepeat) {
    static constexpr const char* kEntries[]{"type: uint8",
                                            "type: int24, scale: 0.1",
                                            "type: uint64",
                                            "type: float32, decimals: 2",
                                            "type: float64",
                                            "type: bool, bit: 7",
                                            "type: hex, length: 4",
                                            "type: hex, length: rest",
                                            "type: text, length: 3",
                                            "type: text, length: rest",
                                            "offset: same, type: uint16, bits: 9",
                                            "offset: 240, type: uint8",
                                            "type: uint8, flags: [a, b]",
                                            "type: uint8, values: {0: none, 255: all}",
                                            "type: uint8, when: {field: f0, is: [0, 1, 2]}"};
    const std::string name = "{name: f" + std::to_string(number) + ", ";
    if (number == 0) return name + "type: uint8}";
    if (mayRepeat && random() % 6 == 0) {
        const std::string count = random() % 2 == 0 ? "rest" : std::to_string(1 + random() % 9);
        return name + "repeat: " + count + ", fields: [" + anyEntry(random, 0, false) + ", " +
               anyEntry(random, 1, random() % 2 == 0) + "]}";
    }
    return name + kEntries[random() % std::size(kEntries)] + "}";
}

std::string anyEntries(std::mt19937& random) {
    std::string entries;
    for (int i = 0, size = 1 + static_cast<int>(random() % 8); i < size; ++i) {
        entries += anyEntry(random, i, i % 3 == 2);
        entries += ", ";
    }
    return entries;
}

/// How many of a hundred payloads of any bytes could be read.
int readAnything(const FieldsProgram& both, std::mt19937& random) {
    int readable = 0;
    for (int i = 0; i < 100; ++i) {
        CodecJob job = test::decodeJob(Bytes(random() % 243));
        for (auto& byte : job.payload) byte = static_cast<std::uint8_t>(random() >> (random() % 8));
        const CodecAnswer answer = both.decode(job);
        if (!answer.fields) continue;
        ++readable;
        EXPECT_FALSE(answer.fields->empty());
        static_cast<void>(both.encode(test::encodeJob(*answer.fields)));
    }
    return readable;
}

TEST(FieldsDecodeTest, SurvivesAnyBytesInAnyLayout) {
    const auto seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random{seed};
    int readable = 0;
    for (int i = 0; i < 300; ++i) {
        const Value entries = test::valueOf("[" + anyEntries(random) + "]");
        SCOPED_TRACE(test::textOf(entries));
        const auto both = FieldsProgram::load({{"uplink", entries}, {"downlink", entries}});
        if (both) readable += readAnything(*both, random);  // else repeats are too deep
    }
    EXPECT_GT(readable, 100);
}

TEST(FieldsDecodeTest, TenFieldsTakeLittleTime) {
    std::string entries;
    for (int i = 0; i < 10; ++i) {
        entries += "{name: field" + std::to_string(i) + ", type: int16, scale: 0.1}, ";
    }
    const FieldsProgram ten = program("uplink: [" + entries + "]");
    const CodecJob job = test::decodeJob(Bytes(20, 0x12));
    constexpr int kRounds = 20'000;
    const auto start = std::chrono::steady_clock::now();
    std::size_t fields = 0;
    for (int i = 0; i < kRounds; ++i) fields += ten.decode(job).fields->size();
    const std::chrono::duration<double, std::micro> spent =
        std::chrono::steady_clock::now() - start;
    EXPECT_EQ(fields, 10U * kRounds);
    const double each = spent.count() / kRounds;
    std::cout << "10 fields: " << each << " us per payload\n";
    RecordProperty("microseconds", std::to_string(each));
    EXPECT_LT(each, 50) << "not even with a sanitizer on a busy machine";
}

}  // namespace
}  // namespace runnel::fields
