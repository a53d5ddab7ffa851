// SPDX-License-Identifier: Apache-2.0
#include "template/templates.h"

#include <gmock/gmock.h>

#include "tests/support/template_bench.h"

namespace runnel::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr Eui kParking{0xA1}, kOther{0xA2};

class TemplatesTest : public ::testing::Test {
  protected:
    static ApplicationSpec application(Eui eui, std::string reference) {
        ApplicationSpec spec;
        spec.eui = eui;
        spec.deviceTemplate = std::move(reference);
        return spec;
    }
    std::string title(std::string_view reference) const {
        return bench_.templates.find(reference)->title();
    }
    std::vector<std::string> titles() const {
        std::vector<std::string> list;
        for (const auto& entry : bench_.templates.all()) list.push_back(entry.use->title());
        return list;
    }

    TemplateBench bench_;
};

TEST_F(TemplatesTest, ANameIsTheNewestVersionAndAVersionIsThatOne) {
    EXPECT_THAT(bench_.configure({TemplateBench::spec("a", 2), TemplateBench::spec("a", 10),
                                  TemplateBench::spec("a", 1), TemplateBench::spec("b")}),
                IsEmpty());
    EXPECT_EQ(title("a"), "a@10");
    EXPECT_EQ(title("a@2"), "a@2");
    EXPECT_EQ(title("b"), "b@1");
    EXPECT_THAT(titles(), ElementsAre("a@1", "a@2", "a@10", "b@1"));
}

TEST_F(TemplatesTest, OneThatIsNotThereIsAllTrouble) {
    bench_.configure({TemplateBench::spec("a", 2), TemplateBench::spec("abc")});
    for (const char* reference : {"", "ab", "a@1", "a@", "a@x", "a@2x", "a@0", "b"}) {
        const auto use = bench_.templates.find(reference);
        ASSERT_TRUE(use->trouble()) << reference;
        EXPECT_THAT(use->trouble()->reason,
                    HasSubstr("there is no device template '" + std::string(reference) + "'"));
        EXPECT_EQ(use->codec(), nullptr);
    }
}

TEST_F(TemplatesTest, ACodecsRefusalIsAComplaintThatNamesTheTemplateAndItsPlace) {
    TemplateSpec spec = TemplateBench::spec("a");
    spec.codecOptions = {{"refuse", {std::string("line 3, column 4: what is this")}}};
    spec.place = {.file = "/etc/a.yaml", .line = 1, .column = 1};
    const auto complaints = bench_.configure({spec});
    ASSERT_EQ(complaints.size(), 1U);
    EXPECT_EQ(complaints[0].text, "template a@1: refuse: line 3, column 4: what is this");
    EXPECT_EQ(complaints[0].place.file, "/etc/a.yaml");
}

TEST_F(TemplatesTest, ACodecThatIsNotThereIsTroubleButNoComplaintUntilItComes) {
    TemplateSpec spec = TemplateBench::spec("a");
    spec.codec = "later";
    EXPECT_THAT(bench_.configure({spec}), IsEmpty());
    EXPECT_THAT(bench_.templates.find("a")->trouble()->reason, HasSubstr("'later'"));
    FakeCodec later{"later"};
    bench_.plugins.add(later.plugin());
    bench_.configure({spec});
    EXPECT_FALSE(bench_.templates.find("a")->trouble());
}

TEST_F(TemplatesTest, AFormatsRefusalIsAComplaint) {
    TemplateSpec spec = TemplateBench::spec("a");
    spec.format = "fields";
    spec.formatOptions = {{"text", {std::string("bad")}}};
    const auto complaints = bench_.configure({spec});
    ASSERT_EQ(complaints.size(), 1U);
    EXPECT_EQ(complaints[0].text, "template a@1: text: is bad");
}

TEST_F(TemplatesTest, WhatHasNotChangedIsTheSameObjectWithTheSameProgram) {
    bench_.configure({TemplateBench::spec("a"), TemplateBench::spec("b")});
    const auto before = bench_.templates.find("a");
    TemplateSpec moved = TemplateBench::spec("a");
    moved.place.line = 7;
    TemplateSpec changed = TemplateBench::spec("b");
    changed.codecOptions = {{"port", {std::int64_t{9}}}};
    const auto other = bench_.templates.find("b");
    bench_.configure({moved, changed});
    EXPECT_EQ(bench_.templates.find("a"), before);
    EXPECT_NE(bench_.templates.find("b"), other);
}

TEST_F(TemplatesTest, AProgramEndsWhenNobodyUsesItsTemplateAnyMore) {
    bench_.configure({TemplateBench::spec("a")});
    auto held = bench_.templates.find("a");
    bench_.configure({});
    EXPECT_EQ(bench_.codec.programs(), 1U);
    held.reset();
    EXPECT_EQ(bench_.codec.programs(), 0U);
}

TEST_F(TemplatesTest, AnApplicationsTemplateIsTheOneItsFileNamesElseTheApisWord) {
    bench_.configure({TemplateBench::spec("a"), TemplateBench::spec("b")},
                     {application(kParking, "a")});
    bench_.templates.setApplication(kParking, "b");
    bench_.templates.setApplication(kOther, "b");
    EXPECT_EQ(bench_.templates.ofApplication(kParking)->title(), "a@1");
    EXPECT_EQ(bench_.templates.ofApplication(kOther)->title(), "b@1");
    EXPECT_EQ(bench_.templates.ofApplication(Eui{1}), nullptr);
    bench_.templates.setApplication(kOther, "");
    EXPECT_EQ(bench_.templates.ofApplication(kOther), nullptr);
}

TEST_F(TemplatesTest, TheApisStayWhenFilesAreReadAgainAndFilesGoBeforeThem) {
    std::vector<Complaint> complaints;
    bench_.configure({TemplateBench::spec("filed")});
    bench_.templates.put(bench_.templates.make(TemplateBench::spec("ours", 3), complaints));
    bench_.templates.put(bench_.templates.make(TemplateBench::spec("both"), complaints));
    TemplateSpec both = TemplateBench::spec("both");
    both.description = "of the file";
    bench_.configure({both});
    EXPECT_THAT(complaints, IsEmpty());
    EXPECT_THAT(titles(), ElementsAre("both@1", "ours@3"));
    EXPECT_EQ(bench_.templates.get({"both", 1})->origin, Origin::File);
    EXPECT_EQ(bench_.templates.get({"ours", 3})->origin, Origin::Api);
    bench_.templates.put(bench_.templates.make(TemplateBench::spec("both"), complaints));
    EXPECT_EQ(bench_.templates.find("both")->spec().description, "of the file");
    bench_.templates.remove({"ours", 3});
    EXPECT_THAT(titles(), ElementsAre("both@1"));
}

}  // namespace
}  // namespace runnel::test
