// SPDX-License-Identifier: Apache-2.0
#include "runnel/plugin.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "runnel/testing.h"
#include "tests/support/codec_jobs.h"
#include "tests/support/fake_codec_host.h"
#include "tests/support/option_table.h"
#include "tests/support/template_examples.h"
#include "tests/support/value_text.h"

extern const runnel::Stamp runnel_stamp;
extern "C" const runnel::Plugin runnel_plugin;

namespace runnel::cayenne {
namespace {

using test::decodeJob;
using test::encodeJob;
using test::FakeCodecHost;
using test::textOf;
using test::ticketed;
using ::testing::IsEmpty;

class CayennePluginTest : public ::testing::Test {
  protected:
    FakeHost host_;
    FakeCodecHost answers_;
    std::unique_ptr<Codec> codec_ = std::move(*runnel_plugin.codec(host_, answers_));
};

TEST_F(CayennePluginTest, KeepsEveryPromiseOfAPlugin) {
    EXPECT_THAT(checkDescriptor(runnel_stamp, runnel_plugin), IsEmpty());
}

TEST_F(CayennePluginTest, ReadmeListsTheOptionsOfTheDescriptor) {
    EXPECT_EQ(test::tableRows(RUNNEL_README),
              test::optionRows({runnel_plugin.options, runnel_plugin.optionCount}));
}

TEST_F(CayennePluginTest, TheTemplateInTheReadmeDoesWhatItsExamplesSay) {
    const auto templates = test::yamlBlocks(RUNNEL_README);
    ASSERT_EQ(templates.size(), 1U);
    EXPECT_THAT(test::brokenExamples(runnel_plugin, templates[0]), IsEmpty());
}

TEST_F(CayennePluginTest, AnswersEachTicketInOneBatch) {
    const auto program = codec_->load({});
    ASSERT_TRUE(program);
    const CodecJob jobs[]{
        ticketed(decodeJob({1, 0x67, 1, 0x10}), 7, *program),
        ticketed(decodeJob({1}), 8, *program),
        ticketed(decodeJob({}), 9, *program + 1),
    };
    codec_->decode(jobs);
    const auto answers = answers_.answers();
    ASSERT_EQ(answers.size(), 3U);
    EXPECT_EQ(answers[0].ticket, 7U);
    EXPECT_EQ(textOf(answers[0].fields), "{temperature_1: 27.2}");
    EXPECT_EQ(answers[1].ticket, 8U);
    EXPECT_FALSE(answers[1].fields);
    EXPECT_EQ(answers[2].ticket, 9U);
    EXPECT_EQ(textOf(answers[2].fields), "DecodeError: program must be one that is loaded, found " +
                                             std::to_string(*program + 1) +
                                             ": load the template again");
}

TEST_F(CayennePluginTest, EncodesThroughTheInterface) {
    const auto program = codec_->load({{"port", {std::int64_t{99}}}});
    const CodecJob job = ticketed(encodeJob({{"digital_out_1", {true}}}), 1, *program);
    codec_->encode({&job, 1});
    ASSERT_EQ(answers_.answers().size(), 1U);
    EXPECT_EQ(answers_.answers()[0].payload, (Bytes{1, 1, 1}));
    EXPECT_EQ(answers_.answers()[0].port, 99);
    codec_->stop();
}

TEST_F(CayennePluginTest, AnUnloadedProgramIsUnknown) {
    const auto program = codec_->load({});
    codec_->unload(*program);
    codec_->unload(*program);
    const CodecJob job = ticketed(decodeJob({}), 1, *program);
    codec_->decode({&job, 1});
    EXPECT_FALSE(answers_.answers().at(0).fields);
}

TEST_F(CayennePluginTest, LoadsAndUnloadsWhileAnotherThreadDecodes) {
    const auto program = codec_->load({});
    std::atomic<bool> isDone = false;
    std::thread loader{[this, &isDone] {
        for (int i = 0; i < 1'000; ++i) codec_->unload(*codec_->load({}));
        isDone = true;
    }};
    const CodecJob job = ticketed(decodeJob({1, 0, 1}), 1, *program);
    do codec_->decode({&job, 1});
    while (!isDone);
    loader.join();
    for (const CodecAnswer& answer : answers_.answers()) ASSERT_TRUE(answer.fields);
}

}  // namespace
}  // namespace runnel::cayenne
