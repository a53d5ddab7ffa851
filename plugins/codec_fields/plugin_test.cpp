// SPDX-License-Identifier: Apache-2.0
#include "runnel/plugin.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runnel/testing.h"
#include "tests/support/codec_jobs.h"
#include "tests/support/fake_codec_host.h"
#include "tests/support/option_table.h"
#include "tests/support/template_examples.h"
#include "tests/support/value_text.h"

extern const runnel::Stamp runnel_stamp;
extern "C" const runnel::Plugin runnel_plugin;

namespace runnel::fields {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(FieldsPluginTest, KeepsEveryPromiseOfAPlugin) {
    EXPECT_THAT(checkDescriptor(runnel_stamp, runnel_plugin), IsEmpty());
}

TEST(FieldsPluginTest, ReadmeListsTheOptionsOfTheDescriptor) {
    EXPECT_EQ(test::tableRows(RUNNEL_README),
              test::optionRows({runnel_plugin.options, runnel_plugin.optionCount}));
}

TEST(FieldsPluginTest, TheTemplatesInTheReadmeDoWhatTheirExamplesSay) {
    const auto templates = test::yamlBlocks(RUNNEL_README);
    EXPECT_THAT(templates, SizeIs(3));
    for (const std::string& each : templates) {
        EXPECT_THAT(test::brokenExamples(runnel_plugin, each), IsEmpty());
    }
}

TEST(FieldsPluginTest, KeepsProgramsApart) {
    FakeHost host;
    test::FakeCodecHost answers;
    const auto codec = std::move(*runnel_plugin.codec(host, answers));
    const auto one = codec->load(test::fieldsOf("uplink: [{name: one, type: uint8}]"));
    const auto two = codec->load(test::fieldsOf("uplink: [{name: two, type: int8}]"));
    EXPECT_FALSE(codec->load({}));
    const CodecJob jobs[]{test::ticketed(test::decodeJob({255}), 1, *one),
                          test::ticketed(test::decodeJob({255}), 2, *two)};
    codec->decode(jobs);
    codec->unload(*one);
    codec->decode(jobs);
    const auto seen = answers.answers();
    ASSERT_THAT(seen, SizeIs(4));
    EXPECT_EQ(test::textOf(seen[0].fields), "{one: 255}");
    EXPECT_EQ(test::textOf(seen[1].fields), "{two: -1}");
    EXPECT_FALSE(seen[2].fields);
    EXPECT_EQ(seen[3].ticket, 2U);
    EXPECT_EQ(test::textOf(seen[3].fields), "{two: -1}");
    codec->stop();
}

}  // namespace
}  // namespace runnel::fields
