// SPDX-License-Identifier: Apache-2.0
#include "cayenne_program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "tests/support/codec_jobs.h"
#include "tests/support/value_text.h"

namespace runnel::cayenne {
namespace {

using test::textOf;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

CayenneProgram program(const Fields& parameters = {}) {
    auto loaded = CayenneProgram::load(parameters);
    EXPECT_TRUE(loaded) << loaded.error().field << " " << loaded.error().reason;
    return std::move(*loaded);
}

CodecAnswer decodeHex(std::string_view hex, const CayenneProgram& with = program()) {
    return with.decode(test::decodeJob(*parseHex(hex)));
}

std::string decoded(std::string_view hex) {
    return textOf(decodeHex(hex).fields);
}

CodecAnswer encode(const Fields& fields, const CayenneProgram& with = program()) {
    return with.encode(test::encodeJob(fields));
}

/// The payload in hexadecimal, or what is wrong.
std::string encoded(const Fields& fields) {
    const CodecAnswer answer = encode(fields);
    if (!answer.fields) return answer.fields.error().field + " " + answer.fields.error().reason;
    std::string hex;
    appendHex(hex, answer.payload.data(), answer.payload.size());
    return hex;
}

struct Vector {
    const char* payload;
    const char* fields;
};

class CayenneVectorTest : public ::testing::TestWithParam<Vector> {};

TEST_P(CayenneVectorTest, DecodesAndEncodesBack) {
    const CodecAnswer answer = decodeHex(GetParam().payload);
    EXPECT_EQ(textOf(answer.fields), GetParam().fields);
    EXPECT_THAT(answer.warnings, IsEmpty());
    if (answer.fields && !answer.fields->empty()) {
        EXPECT_EQ(encoded(*answer.fields), GetParam().payload);
    }
}

constexpr Vector kTypes[]{
    {"", "{}"},
    {"010001", "{digital_in_1: 1}"},
    {"0101FF", "{digital_out_1: 255}"},
    {"02020CE4", "{analog_in_2: 33.0}"},
    {"0202FFFF", "{analog_in_2: -0.01}"},
    {"FF037FFF", "{analog_out_255: 327.67}"},
    {"FF038000", "{analog_out_255: -327.68}"},
    {"0064FFFFFFFF", "{generic_0: 4294967295}"},
    {"0165FFFF", "{luminosity_1: 65535}"},
    {"016601", "{presence_1: 1}"},
    {"03670110", "{temperature_3: 27.2}"},
    {"0167FFD7", "{temperature_1: -4.1}"},
    {"01678000", "{temperature_1: -3276.8}"},
    {"01687B", "{relative_humidity_1: 61.5}"},
    {"067104D2FB2E0000", "{accelerometer_6: {x: 1.234, y: -1.234, z: 0.0}}"},
    {"01732740", "{barometric_pressure_1: 1004.8}"},
    {"0173FFFF", "{barometric_pressure_1: 6553.5}"},
    {"0174014A", "{voltage_1: 3.3}"},
    {"0175FFFF", "{current_1: 65.535}"},
    {"017633BCA100", "{frequency_1: 868000000}"},
    {"017864", "{percentage_1: 100}"},
    {"0179FFF4", "{altitude_1: -12}"},
    {"017D01A4", "{concentration_1: 420}"},
    {"018007D0", "{power_1: 2000}"},
    {"0182000004D2", "{distance_1: 1.234}"},
    {"0183FFFFFFFF", "{energy_1: 4294967.295}"},
    {"0184010E", "{direction_1: 270}"},
    {"018565920080", "{unixtime_1: 1704067200}"},
    {"0186FFFF00647FFF", "{gyrometer_1: {x: -0.01, y: 1.0, z: 327.67}}"},
    {"0187FF8000", "{colour_1: {red: 255, green: 128, blue: 0}}"},
    {"018806765FF2960A0003E8", "{gps_1: {latitude: 42.3519, longitude: -87.9094, altitude: 10.0}}"},
    {"018902863C58FAC29F80FFFF9C",
     "{gps_precise_1: {latitude: 42.351704, longitude: -87.90848, altitude: -1.0}}"},
    {"018E01", "{switch_1: 1}"},
    {"03670110056700FF", "{temperature_3: 27.2, temperature_5: 25.5}"},
    {"026700FF0168500167FFFF",
     "{temperature_2: 25.5, relative_humidity_1: 40.0, temperature_1: -0.1}"},
};
INSTANTIATE_TEST_SUITE_P(EveryType, CayenneVectorTest, ::testing::ValuesIn(kTypes));

TEST(CayenneDecodeTest, NamesTheByteOfWhatItCannotRead) {
    const std::string unknown = decoded("0167011002F000");
    EXPECT_THAT(unknown, StartsWith("DecodeError: payload has the unknown type 240 at byte 5; "
                                    "known are 0, 1, 2, 3, 100, "));
    EXPECT_EQ(decoded("016701"),
              "DecodeError: payload must have 2 bytes of temperature at byte 2, found 1");
    EXPECT_EQ(decoded("016701100188"),
              "DecodeError: payload must have 9 bytes of gps at byte 6, found 0");
    EXPECT_EQ(decoded("0167011001"),
              "DecodeError: payload must be channel, type and value again and again, found one "
              "byte more at byte 4");
}

TEST(CayenneDecodeTest, KeepsTheLaterOfTwoValuesOfOneField) {
    const CodecAnswer answer = decodeHex("01670110016802016700FF");
    EXPECT_EQ(textOf(answer.fields), "{temperature_1: 25.5, relative_humidity_1: 1.0}");
    EXPECT_THAT(answer.warnings,
                ElementsAre("temperature_1 comes again at byte 7; the later value stays"));
}

TEST(CayenneDecodeTest, SurvivesAnyBytes) {
    const auto seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random{seed};
    const CayenneProgram any = program();
    for (int i = 0; i < 50'000; ++i) {
        CodecJob job;
        job.payload.resize(random() % 243);
        for (auto& byte : job.payload) byte = static_cast<std::uint8_t>(random());
        // Types that exist, often enough to get far.
        for (std::size_t at = 1; at < job.payload.size(); at += 3) {
            if (random() % 4 != 0) job.payload[at] = static_cast<std::uint8_t>(random() % 4);
        }
        const CodecAnswer answer = any.decode(job);
        if (!answer.fields || answer.fields->empty() || !answer.warnings.empty()) continue;
        const CodecAnswer back = any.encode(test::encodeJob(*answer.fields));
        ASSERT_TRUE(back.fields) << back.fields.error().reason;
        ASSERT_EQ(back.payload, job.payload);
    }
}

TEST(CayenneEncodeTest, RoundsToTheStepOfTheType) {
    EXPECT_EQ(encoded({{"temperature_1", {27.24}}}), "01670110");
    EXPECT_EQ(encoded({{"temperature_1", {-27.26}}}), "0167FEEF");
    EXPECT_EQ(encoded({{"temperature_1", {std::int64_t{27}}}}), "0167010E");
    EXPECT_EQ(encoded({{"luminosity_1", {12.0}}}), "0165000C");
}

TEST(CayenneEncodeTest, TakesTrueAndFalseInTypesOfOneByte) {
    EXPECT_EQ(encoded({{"digital_out_3", {true}}, {"switch_4", {false}}}), "030101048E00");
    EXPECT_EQ(encoded({{"luminosity_1", {true}}}), "luminosity_1 must be a number, found true");
    EXPECT_EQ(encoded({{"relative_humidity_1", {true}}}),
              "relative_humidity_1 must be a number, found true");
}

TEST(CayenneEncodeTest, NamesFieldAndRangeOfWhatDoesNotFit) {
    EXPECT_EQ(encoded({{"temperature_1", {3276.8}}}),
              "temperature_1 must be -3276.8 to 3276.7, found 3276.8");
    EXPECT_EQ(encoded({{"temperature_1", {std::numeric_limits<double>::quiet_NaN()}}}),
              "temperature_1 must be -3276.8 to 3276.7, found nan");
    EXPECT_EQ(encoded({{"digital_out_1", {std::int64_t{256}}}}),
              "digital_out_1 must be 0 to 255, found 256");
    EXPECT_EQ(encoded({{"generic_1", {1e300}}}), "generic_1 must be 0 to 4294967295, found 1e+300");
    EXPECT_EQ(encoded({{"analog_out_1", {std::string{"12"}}}}),
              "analog_out_1 must be a number, found \"12\"");
}

TEST(CayenneEncodeTest, ObjectsHaveExactlyTheirParts) {
    const Value one{std::int64_t{1}};
    EXPECT_EQ(encoded({{"colour_1", {Fields{{"blue", one}, {"red", one}, {"green", {true}}}}}}),
              "0187010101")
        << "in any order";
    EXPECT_EQ(encoded({{"colour_1", one}}),
              "colour_1 must be an object of red, green, blue, found 1");
    EXPECT_EQ(encoded({{"colour_1", {Fields{{"red", one}}}}}),
              "colour_1.green is missing; it must be 0 to 255");
    EXPECT_EQ(encoded({{"gps_1", {Fields{{"lat", one}}}}}),
              "gps_1.lat is not known; there are latitude, longitude, altitude");
    EXPECT_EQ(encoded({{"gps_1", {Fields{{"latitude", {1000.0}}}}}}),
              "gps_1.latitude must be -838.8608 to 838.8607, found 1000");
}

TEST(CayenneEncodeTest, RefusesNamesThatAreNone) {
    for (const char* name :
         {"", "_", "temperature", "temperature_", "temperature_256", "temperature_01",
          "temperature_-1", "temperature_1x", "heat_1", "_1"}) {
        EXPECT_THAT(encoded({{name, {1.0}}}),
                    StartsWith(std::string{name} + " must be <type>_<channel>, such as "));
    }
    EXPECT_EQ(encoded({}), " must have at least one field, found none");
}

TEST(CayenneEncodeTest, APayloadHasAtMost242Bytes) {
    Fields fields;
    for (int i = 0; i < 80; ++i) {
        fields.push_back({"digital_out_" + std::to_string(i), {true}});
    }
    EXPECT_EQ(encode(fields).payload.size(), 240U);
    fields.push_back({"digital_out_80", {true}});
    EXPECT_EQ(encoded(fields),
              "digital_out_80 does not fit: a payload has at most 242 bytes, leave fields out");
}

TEST(CayenneEncodeTest, ThePortIsTheJobsElseTheOptions) {
    const Fields fields{{"digital_out_1", {true}}};
    EXPECT_EQ(encode(fields).port, 1);
    const CayenneProgram ten = program({{"port", {std::int64_t{10}}}});
    EXPECT_EQ(encode(fields, ten).port, 10);
    EXPECT_EQ(ten.encode(test::encodeJob(fields, 20)).port, 20);
}

TEST(CayenneNamesTest, ReplaceNamesInBothDirections) {
    const CayenneProgram named = program({{"names",
                                           {Fields{{"temperature_1", {std::string{"room"}}},
                                                   {"gps_2", {std::string{"position"}}}}}}});
    const CodecAnswer answer = decodeHex("01670110026700FF", named);
    EXPECT_EQ(textOf(answer.fields), "{room: 27.2, temperature_2: 25.5}");
    EXPECT_EQ(encode(*answer.fields, named).payload, *parseHex("01670110026700FF"));
    EXPECT_EQ(encode({{"temperature_1", {27.2}}}, named).payload, *parseHex("01670110"))
        << "the original name is understood too";
}

TEST(CayenneNamesTest, AreRefusedWithTheirKey) {
    const auto complaint = [](const char* key, Value value) {
        const auto loaded = CayenneProgram::load({{"names", {Fields{{key, std::move(value)}}}}});
        return loaded ? "none" : loaded.error().field + " " + loaded.error().reason;
    };
    EXPECT_THAT(complaint("1", {std::string{"room"}}),
                StartsWith("names.1 must be <type>_<channel>, such as temperature_1; types are "));
    EXPECT_EQ(complaint("gps_1", {std::string{}}),
              "names.gps_1 must be the name of a field, found \"\"");
    EXPECT_EQ(complaint("gps_1", {std::string{"gps_2"}}),
              "names.gps_1 must be a name that no other field has, found \"gps_2\"");
    const auto twice = CayenneProgram::load(
        {{"names", {Fields{{"gps_1", {std::string{"here"}}}, {"gps_2", {std::string{"here"}}}}}}});
    ASSERT_FALSE(twice);
    EXPECT_EQ(twice.error().field, "names.gps_2");
}

}  // namespace
}  // namespace runnel::cayenne
