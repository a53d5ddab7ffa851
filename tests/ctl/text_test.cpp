// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <sstream>

#include "config/yaml_tree.h"
#include "ctl/csv.h"
#include "ctl/failure.h"
#include "ctl/problem.h"
#include "ctl/table.h"
#include "ctl/time_text.h"
#include "ctl/yaml_writer.h"

namespace runnel::ctl {
namespace {

using std::chrono::system_clock;

std::string written(const Object::Ptr& object) {
    std::ostringstream out;
    writeYaml(out, *object);
    return out.str();
}

/// What a reader makes of what was written.
Var readBack(const std::string& yaml) {
    std::vector<Complaint> complaints;
    FileCheck check("yaml", complaints);
    std::istringstream in(yaml);
    const auto documents = readYamlStream(in, check);
    if (!documents || documents->size() != 1) {
        ADD_FAILURE() << (complaints.empty() ? "no document" : complaints.front().text) << yaml;
        return {};
    }
    return valueOf(documents->front());
}

TEST(YamlWriterTest, WhatWasWrittenIsReadBackAsTheSame) {
    const Object::Ptr object = parseObject(R"({"name":"Bay 1","devices":[{"eui":"0080E1150529E258",
        "tags":{"floor":3,"zone":"north","half":0.5,"code":"007","number":"12","open":true}},
        {"eui":"70B3D57ED0000001"}],"streams":[{"options":{},"events":["uplink","a, b"],
        "map":{"12E4":"1e4"},"none":[],"nested":[["x"],[{"y":-1}]]}],"empty":""})");
    EXPECT_TRUE(isSame(readBack(written(object)), Var(object))) << written(object);
}

TEST(YamlWriterTest, TextsThatYamlMightTakeForSomethingElseStayTexts) {
    for (const std::string text : {"true",
                                   "No",
                                   "null",
                                   "~",
                                   "12",
                                   "0x1F",
                                   "1e3",
                                   "- a",
                                   "a: b",
                                   "a #b",
                                   "#",
                                   "",
                                   " a",
                                   "a ",
                                   "*x",
                                   "&x",
                                   "!x",
                                   "%x",
                                   "@x",
                                   "`x",
                                   "'x'",
                                   "\"x\"",
                                   "a\\b",
                                   "a\nb",
                                   "\t",
                                   "\x01",
                                   "\xC2\x85",
                                   "\xE2\x80\xA8",
                                   "\xEF\xBB\xBFx",
                                   "Zürich",
                                   "---",
                                   "...",
                                   "[x]",
                                   "{x}",
                                   "?",
                                   "2026-11-22T20:31:50.123Z",
                                   "wss://host:8443/?token=a_b-c",
                                   "y",
                                   "-",
                                   "a,b"}) {
        Object::Ptr object = newObject();
        object->set("key", text);
        object->set(text, arrayOf({text}));
        EXPECT_TRUE(isSame(readBack(written(object)), Var(object))) << written(object);
    }
}

TEST(YamlWriterTest, PlainWordsStandWithoutQuotes) {
    Object::Ptr object = newObject();
    object->set("name", "Parking sensors");
    object->set("enabled", true);
    object->set("events", arrayOf({"uplink", "join"}));
    EXPECT_EQ(written(object), "name: Parking sensors\nenabled: true\nevents: [uplink, join]\n");
}

TEST(TableTest, AlignsByCharactersAndNumbersToTheRight) {
    Table table({"NAME", "#COUNT", "TEXT"});
    table.add({"Zürich", "7", "a"});
    table.add({"x", "1234567", ""});
    std::ostringstream out;
    table.print(out);
    EXPECT_EQ(out.str(),
              "NAME      COUNT  TEXT\n"
              "Zürich        7  a\n"
              "x       1234567  -\n");
}

TEST(TableTest, ATerminalObeysNothingThatComesFromOutside) {
    EXPECT_EQ(printable("a\x1B[2Jb\nc\xC2\x9B"
                        "d"),
              "a?[2Jb?c?d");
    EXPECT_EQ(printable("a\nb", true), "a\nb");
}

TEST(TimeTextTest, AcceptsWhatPeopleType) {
    const auto now = system_clock::from_time_t(1'795'379'510);  // 2026-11-22T20:31:50Z
    const auto ago = [&](const std::string& text) {
        return timeFor("--from", text, Relative::Ago, now);
    };
    EXPECT_EQ(ago("2h"), "2026-11-22T18:31:50Z");
    EXPECT_EQ(ago("now"), "2026-11-22T20:31:50Z");
    EXPECT_EQ(timeFor("--expires", "1d", Relative::FromNow, now), "2026-11-23T20:31:50Z");
    EXPECT_EQ(ago("2026-11-22"), "2026-11-22T00:00:00Z");
    EXPECT_EQ(ago("2026-11-22T20:31"), "2026-11-22T20:31:00Z");
    EXPECT_EQ(ago("2026-11-22 20:31:05.5+01:00"), "2026-11-22T20:31:05.5+01:00");
    EXPECT_EQ(ago("2026-11-22T20:31:05Z"), "2026-11-22T20:31:05Z");
    EXPECT_EQ(ago("2026-11-22 20:31:05.123456789-03:30"), "2026-11-22T20:31:05.123456789-03:30");
    EXPECT_EQ(ago(""), "");
}

TEST(TimeTextTest, SaysWhatWasExpectedOfATimeThatIsNone) {
    for (const std::string text :
         {"yesterday", "2h30m", "22.11.2026", "-2h", "99999999999999d", "2026-11-22T",
          "2026-11-22T20", "2026-11-22T20:31:5Z", "2026-11-22T20:31:05.Z",
          "2026-11-22T20:31:05.1234567890Z", "2026-11-22T20:31Zulu", "2026-11-22T20:31+1:00"}) {
        try {
            timeFor("--from", text, Relative::Ago);
            ADD_FAILURE() << text;
        } catch (const Failure& failure) {
            EXPECT_EQ(failure.code(), ExitCode::WrongUse);
            EXPECT_NE(std::string(failure.what()).find("--from must be a time"), std::string::npos);
        }
    }
}

std::vector<std::vector<std::string>> rowsOf(const std::string& text) {
    std::istringstream in(text);
    CsvReader reader(in);
    std::vector<std::vector<std::string>> rows;
    for (std::vector<std::string> cells; reader.next(cells);) rows.push_back(cells);
    return rows;
}

TEST(CsvTest, ReadsQuotesLineEndsAndEmptyCells) {
    using Rows = std::vector<std::vector<std::string>>;
    EXPECT_EQ(rowsOf("\xEF\xBB\xBF"
                     "a,b\r\n\r\n1,\"x, \"\"y\"\"\nz\"\n,\n"),
              (Rows{{"a", "b"}, {"1", "x, \"y\"\nz"}, {"", ""}}));
    EXPECT_EQ(rowsOf("a,b"), (Rows{{"a", "b"}}));
    EXPECT_TRUE(rowsOf("").empty());
}

TEST(CsvTest, KnowsLinesAndBrokenQuotes) {
    std::istringstream in("a\n\"x\ny\"\nb\"c\n\"open");
    CsvReader reader(in);
    std::vector<std::string> cells;
    const std::vector<std::pair<int, bool>> expected{{1, true}, {2, true}, {4, false}, {5, false}};
    for (const auto& [line, isWhole] : expected) {
        ASSERT_TRUE(reader.next(cells));
        EXPECT_EQ(reader.line(), line);
        EXPECT_EQ(reader.isWhole(), isWhole) << line;
    }
    EXPECT_FALSE(reader.next(cells));
}

TEST(ProblemTest, EachErrorHasALineWithItsField) {
    const Failure failure = failureOf(422, R"({"title":"t","detail":"the stream is wrong","errors":[
        {"pointer":"/options/url","detail":"must be https"},{"pointer":"","detail":"too much"},
        {"place":"a.yaml:3:1","detail":"unknown key"}]})");
    EXPECT_EQ(failure.code(), ExitCode::Refused);
    EXPECT_STREQ(failure.what(),
                 "the stream is wrong\n  options.url: must be https\n  too much\n"
                 "  a.yaml:3:1: unknown key");
}

TEST(ProblemTest, AnAnswerThatIsNoProblemDocumentLeavesItsStatus) {
    const Failure failure = failureOf(502, "<html>");
    EXPECT_NE(std::string(failure.what()).find("502"), std::string::npos);
    EXPECT_EQ(failureOf(403, "{}").code(), ExitCode::NotAuthorised);
    EXPECT_EQ(failureOf(401, "").code(), ExitCode::NotAuthorised);
}

}  // namespace
}  // namespace runnel::ctl
