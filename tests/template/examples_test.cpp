// SPDX-License-Identifier: Apache-2.0
#include "template/examples.h"

#include <gmock/gmock.h>

#include "template/difference.h"
#include "tests/support/template_bench.h"

namespace runnel::test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Type = TemplateExample::Type;

Fields value(std::int64_t number) {
    return {{"value", {number}}};
}

TemplateExample uplink(Bytes bytes, Fields fields) {
    TemplateExample example;
    example.bytes = std::move(bytes);
    example.fields = std::move(fields);
    example.place = {.file = "/etc/a.yaml", .line = 7, .column = 5};
    return example;
}

TemplateExample encode(Fields fields, Bytes bytes) {
    TemplateExample example = uplink(std::move(bytes), std::move(fields));
    example.type = Type::DownlinkEncode;
    return example;
}

class ExamplesTest : public ::testing::Test {
  protected:
    /// What the example is complained about, behind its title; "" if nothing.
    std::string complaint(TemplateExample example) {
        spec_.examples = {std::move(example)};
        const auto complaints = bench_.configure({spec_});
        if (complaints.empty()) return "";
        EXPECT_EQ(complaints.size(), 1U);
        EXPECT_EQ(complaints[0].place.line, 7);
        const std::string title = "template a@1: example 1: ";
        EXPECT_EQ(complaints[0].text.substr(0, title.size()), title);
        return complaints[0].text.substr(title.size());
    }

    TemplateBench bench_;
    TemplateSpec spec_ = TemplateBench::spec("a");
};

TEST_F(ExamplesTest, WhatTheCodecMakesIsComparedBothWays) {
    EXPECT_EQ(complaint(uplink({9}, value(9))), "");
    EXPECT_EQ(complaint(uplink({9}, value(8))), "output.data/value: expected 8, found 9");
    EXPECT_EQ(complaint(encode(value(9), {9})), "");
    EXPECT_EQ(complaint(encode(value(9), {8})), "output.bytes: expected 08, found 09");
    TemplateExample port = encode(value(9), {9});
    port.portAfter = 6;
    EXPECT_EQ(complaint(port), "output.fPort: expected 6, found 5");
    EXPECT_EQ(complaint(uplink({}, value(9))),
              "expected data, found an error: value: is missing: the payload is empty");
}

TEST_F(ExamplesTest, AnErrorThatIsExpectedHasToComeWithItsTexts) {
    TemplateExample fails = uplink({}, {});
    fails.fails = true;
    fails.errors = {"is missing", "empty"};
    EXPECT_EQ(complaint(fails), "");
    fails.errors = {"too short"};
    EXPECT_THAT(complaint(fails), HasSubstr("expected an error with \"too short\", found: value"));
    fails.bytes = {1};
    EXPECT_EQ(complaint(fails), "expected an error, \"too short\", found none");
}

TEST_F(ExamplesTest, WarningsAreComparedIfTheyAreWritten) {
    TemplateExample example = uplink({9}, value(9));
    example.warnings.emplace();
    EXPECT_EQ(complaint(example), "");
    example.warnings->push_back("low battery");
    EXPECT_THAT(complaint(example), HasSubstr("output.warnings: expected a list of 1, found"));
}

TEST_F(ExamplesTest, ADocumentIsMadeByTheTemplatesFormatEvenOfAnError) {
    spec_.format = "fields";
    spec_.formatOptions = {{"text", {std::string("value")}}};
    TemplateExample example = uplink({9}, value(9));
    example.document = "value 9\n";
    EXPECT_EQ(complaint(example), "");
    example.document = "value 8";
    EXPECT_EQ(complaint(example), R"(document: expected "value 8", found "value 9")");
    example.bytes.clear();
    example.hasOutput = false;
    example.document = "value no: is missing: the payload is empty";
    EXPECT_EQ(complaint(example), "");
}

TEST_F(ExamplesTest, NothingIsRunWithoutTheCodecsPluginAndOfDownlinksToDecode) {
    TemplateExample decode = uplink({9}, value(8));
    decode.type = Type::DownlinkDecode;
    EXPECT_EQ(complaint(decode), "");
    spec_.codec = "later";
    EXPECT_EQ(complaint(uplink({9}, value(8))), "");
    EXPECT_THAT(bench_.codec.jobs(), IsEmpty());
}

TEST_F(ExamplesTest, OutputWithoutACodecIsAComplaint) {
    spec_.codec = "";
    EXPECT_THAT(complaint(uplink({9}, value(9))), HasSubstr("found no 'codec' in this template"));
}

TEST_F(ExamplesTest, ThePlaceInAComplaintIsThatOfTheOptionAndInsideItsText) {
    spec_.optionPlaces["codec"] = {.place = {"/etc/a.yaml", 3, 3}, .text = {}};
    spec_.optionPlaces["codec.refuse"] = {.place = {"/etc/a.yaml", 5, 13},
                                          .text = Place{"/etc/a.yaml", 6, 7}};
    for (const auto& [reason, line, column] :
         std::initializer_list<std::tuple<const char*, int, int>>{
             {"no (line 2, column 4)", 7, 10}, {"no, at line 2, column 4", 5, 13}}) {
        spec_.codecOptions = {{"refuse", {std::string(reason)}}};
        const auto complaints = bench_.configure({spec_});
        ASSERT_EQ(complaints.size(), 1U);
        EXPECT_EQ(complaints[0].place.line, line);
        EXPECT_EQ(complaints[0].place.column, column);
    }
    spec_.optionPlaces.erase("codec.refuse");
    EXPECT_EQ(bench_.configure({spec_}).at(0).place.line, 3);
}

TEST_F(ExamplesTest, OneThatFailedIsTriedAgainThoughNothingHasChanged) {
    spec_.examples = {uplink({9}, value(8))};
    EXPECT_EQ(bench_.configure({spec_}).size(), 1U);
    EXPECT_EQ(bench_.configure({spec_}).size(), 1U);
}

Value tree(double number) {
    return {Fields{{"a/b", {List{{number}, {Fields{{"x", {true}}}}}}}, {"n", {}}}};
}

TEST(DifferenceTest, NumbersAreTheSameWithinABillionthAndMembersInAnyOrder) {
    EXPECT_FALSE(difference({std::int64_t{21}}, {21.0}));
    EXPECT_FALSE(difference({0.3}, {0.1 + 0.2}));
    EXPECT_FALSE(difference({0.0}, {0.1 + 0.2 - 0.3}));
    EXPECT_TRUE(difference({1.0}, {1.00001}));
    EXPECT_TRUE(
        difference({std::int64_t{9'007'199'254'740'993}}, {std::int64_t{9'007'199'254'740'992}}));
    EXPECT_FALSE(
        difference({Fields{{"a", {1.0}}, {"b", {2.0}}}}, {Fields{{"b", {2.0}}, {"a", {1.0}}}}));
    EXPECT_FALSE(difference(tree(1), tree(1)));
}

TEST(DifferenceTest, SaysWhereTheFirstOneIs) {
    EXPECT_EQ(difference(tree(1), tree(2)), "/a~1b/0: expected 1, found 2");
    EXPECT_EQ(difference({Fields{{"a", {1.0}}}}, {Fields{}}),
              "/a: expected 1, found no such member");
    EXPECT_EQ(difference({Fields{}}, {Fields{{"a", {true}}}}),
              "/a: expected no such member, found true");
    EXPECT_EQ(difference({std::string("5")}, {5.0}), ": expected the text \"5\", found 5");
    EXPECT_EQ(difference({List{}}, {Fields{}}), ": expected a list of 0, found a mapping");
}

TEST(DifferenceTest, DocumentsOfJsonAreComparedByMeaningOthersAsTexts) {
    const auto json = [](const char* a, const char* b) {
        return documentDifference("application/json; charset=utf-8", a, b);
    };
    EXPECT_FALSE(json("{\"a\": 1.50, \"b\": [\"x\"]}\n", "{\"b\":[\"x\"],\"a\":1.5}"));
    EXPECT_EQ(json("{\"a\":1}", "{\"a\":\"1\"}"), "/a: expected 1, found the text \"1\"");
    EXPECT_THAT(*json("{\"a\":", "{}"), HasSubstr("what is expected is no JSON"));
    EXPECT_EQ(json("", "{}"), ": expected \"\", found \"{}\"");
    EXPECT_FALSE(documentDifference("text/plain", "a b\n", "a b"));
    EXPECT_TRUE(documentDifference("text/plain", "a  b", "a b"));
}

}  // namespace
}  // namespace runnel::test
