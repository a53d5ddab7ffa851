// SPDX-License-Identifier: Apache-2.0
#include "runnel/plugin.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "codec_world.h"
#include "tests/support/option_table.h"

extern const runnel::Stamp runnel_stamp;
extern "C" const runnel::Plugin runnel_plugin;

namespace runnel::javascript {
namespace {

TEST(JavascriptPluginTest, KeepsEveryPromiseOfAPlugin) {
    EXPECT_THAT(checkDescriptor(runnel_stamp, runnel_plugin), testing::IsEmpty());
}

TEST(JavascriptPluginTest, ReadmeListsTheOptionsOfTheDescriptor) {
    EXPECT_EQ(test::tableRows(PLUGIN_FOLDER "/README.md"),
              test::optionRows({runnel_plugin.options, runnel_plugin.optionCount}));
}

TEST(JavascriptPluginTest, TheFactoryMakesACodecThatWorks) {
    FakeHost host;
    Answers answers;
    auto codec = runnel_plugin.codec(host, answers);
    ASSERT_TRUE(codec);
    const auto program =
        (*codec)->load({{"script", {std::string{"decodeUplink = () => ({data: {a: 1}})"}}}});
    ASSERT_TRUE(program) << program.error().reason;
    CodecJob job;
    job.ticket = 1;
    job.program = *program;
    (*codec)->decode({&job, 1});
    EXPECT_EQ(errorOf(answers.await(1)), "");
    (*codec)->stop();
}

}  // namespace
}  // namespace runnel::javascript
