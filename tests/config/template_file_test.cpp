// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "tests/config/config_files.h"

namespace runnel {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Type = TemplateExample::Type;

constexpr const char* kFile = "templates/acme.yaml";

TEST(TemplateFileTest, ReadsExamplesAsAuthorsOfCodecsWriteThem) {
    const ConfigFiles files;
    files.write(kFile, R"(name: acme
examples: [
  {"type": "uplink", "description": "a warm room",
   "input": {"bytes": [1, 35, 255], "fPort": 15, "recvTime": "2020-08-02T20:00:00.000+05:00"},
   "output": {"data": {"t": -1.5e3, "small": 1e-7, "code": "1e-7", "gone": null, "big": 9223372036854775808},
              "warnings": []},
   "normalizedOutput": {"data": [{"air": {"temperature": -1500}}]}},
  {"type": "downlink-encode", "input": {"data": {"on": true}},
   "output": {"bytes": [60], "fPort": 7}},
  {"type": "downlink-decode", "input": {"bytes": [60], "fPort": 7}, "output": {"data": {"on": true}}},
  {"input": {"bytes": "01 0a FF"}, "output": {"data": {}, "errors": ["too short"]}}
])");
    ASSERT_THAT(files.complaints(), IsEmpty());
    const auto examples = files.read().config.templateSpecs.at(0).examples;
    ASSERT_THAT(examples, SizeIs(4));
    EXPECT_EQ(examples[0].description, "a warm room");
    EXPECT_THAT(examples[0].bytes, ElementsAre(1, 35, 255));
    EXPECT_EQ(examples[0].port, 15);
    EXPECT_EQ(examples[0].time, Instant{std::chrono::milliseconds{1'596'380'400'000}});
    EXPECT_EQ(valueOr<double>(examples[0].fields, "t", 0), -1500);
    EXPECT_EQ(valueOr<double>(examples[0].fields, "small", 0), 1e-7);
    EXPECT_EQ(valueOr<std::string>(examples[0].fields, "code", ""), "1e-7");
    EXPECT_EQ(valueOr<double>(examples[0].fields, "big", 0), 9223372036854775808.0);
    EXPECT_TRUE(examples[0].warnings && examples[0].warnings->empty());
    EXPECT_EQ(examples[0].place.line, 3);
    EXPECT_EQ(examples[1].type, Type::DownlinkEncode);
    EXPECT_EQ(valueOr<bool>(examples[1].fields, "on", false), true);
    EXPECT_THAT(examples[1].bytes, ElementsAre(60));
    EXPECT_EQ(examples[1].portAfter, 7);
    EXPECT_EQ(examples[2].type, Type::DownlinkDecode);
    EXPECT_THAT(examples[3].bytes, ElementsAre(1, 10, 255));
    EXPECT_TRUE(examples[3].fails);
    EXPECT_THAT(examples[3].errors, ElementsAre("too short"));
}

TEST(TemplateFileTest, ComplainsAboutExamplesWithPlace) {
    const std::string one = "name: acme\nexamples:\n  - ";
    const Wrong wrongs[] = {
        {"{output: {data: {}}}", "3:5: an example needs a value for 'input'"},
        {"{input: {bytes: 0}, output: {data: {}}}", "3:21: 'bytes' must be at most 242 bytes"},
        {"{input: {bytes: [256]}, output: {data: {}}}", "3:21: 'bytes' must be"},
        {"{input: {bytes: []}}", "3:5: an example needs a value for 'output'"},
        {"{input: {bytes: []}, output: {}}", "3:34: 'output' needs 'data'"},
        {"{input: {bytes: [], fPort: 0}, output: {data: {}}}", "3:32: 'fPort' must be"},
        {"{input: {bytes: [], fPort: 1.5}, output: {data: {}}}", "3:32: 'fPort' must be a whole"},
        {"{input: {bytes: [], recvTime: noon}, output: {data: {}}}", "3:35: 'recvTime' must be"},
        {"{input: {bytes: []}, output: {data: []}}", "3:41: 'data' must be a mapping"},
        {"{input: {bytes: []}, output: {data: {a: 1, a: 2}}}", "3:48: key 'a' is written twice"},
        {"{input: {bytes: []}, output: {data: {}, error: [x]}}", "3:45: unknown key 'error'"},
        {"{type: join, input: {bytes: []}, output: {data: {}}}", "3:12: 'type' must be one of"},
        {"{input: {bytes: []}, document: x}", "3:5: an example with 'document' needs 'format'"},
    };
    for (const Wrong& wrong : wrongs) {
        const ConfigFiles files;
        files.write(kFile, one + wrong.input + "\n");
        const auto complaints = files.complaints();
        ASSERT_THAT(complaints, SizeIs(1)) << wrong.input;
        EXPECT_THAT(complaints[0], HasSubstr(std::string("acme.yaml:") + wrong.complaint));
    }
}

TEST(TemplateFileTest, ComplainsAboutItsOwnMembersWithPlace) {
    const Wrong wrongs[] = {
        {"version: 1.5", "2:10: 'version' must be a whole number, found '1.5'"},
        {"version: 0", "2:10: 'version' must be"},
        {"codec: {plugin: ''}", "2:17: 'plugin' must be"},
        {"codec: {}", "2:8: 'codec' needs a value for 'plugin'"},
        {"format: {plugin: ''}", "2:"},
    };
    for (const Wrong& wrong : wrongs) {
        const ConfigFiles files;
        files.write(kFile, std::string("name: acme\n") + wrong.input + "\n");
        const auto complaints = files.complaints();
        ASSERT_THAT(complaints, SizeIs(1)) << wrong.input;
        EXPECT_THAT(complaints[0], HasSubstr(std::string("acme.yaml:") + wrong.complaint));
    }
}

TEST(TemplateFileTest, TakesTwoHundredExamples) {
    const ConfigFiles files;
    std::string text = "name: acme\nexamples:\n";
    const std::string one = "  - {input: {bytes: []}, output: {data: {}}}\n";
    for (int i = 0; i < 200; ++i) text += one;
    files.write(kFile, text);
    EXPECT_THAT(files.complaints(), IsEmpty());
    files.write(kFile, text + one);
    ASSERT_THAT(files.complaints(), SizeIs(1));
    EXPECT_THAT(files.complaints()[0], HasSubstr("203:5: 'examples' must be at most 200"));
}

TEST(TemplateFileTest, KnowsWhereOptionsAndTheirTextsStand) {
    const ConfigFiles files;
    files.write(kFile, R"(name: acme
format:
  plugin: json
  options:
    fields: |

       a
    sequence: "true"
    timeout: |2
       5
)");
    const auto places = files.read().config.templateSpecs.at(0).optionPlaces;
    ASSERT_TRUE(places.contains("format.fields"));
    EXPECT_EQ(places.at("format").place.line, 5);
    EXPECT_EQ(places.at("format.fields").place.column, 13);
    ASSERT_TRUE(places.at("format.fields").text);
    EXPECT_EQ(places.at("format.fields").text->line, 6);
    EXPECT_EQ(places.at("format.fields").text->column, 8);
    EXPECT_FALSE(places.at("format.sequence").text);
    EXPECT_FALSE(places.at("format.timeout").text);
}

}  // namespace
}  // namespace runnel
