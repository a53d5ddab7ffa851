// SPDX-License-Identifier: Apache-2.0
#include "broker/command_line.h"

#include <gmock/gmock.h>

#include <sstream>
#include <vector>

namespace runnel {
namespace {

using ::testing::HasSubstr;
using Task = CommandLine::Task;

Result<CommandLine> parse(std::vector<const char*> arguments) {
    return parseCommandLine(arguments);
}

TEST(CommandLineTest, RunsByDefault) {
    const auto line = parse({});
    ASSERT_TRUE(line);
    EXPECT_EQ(line->task, Task::Run);
    EXPECT_EQ(line->config, "/etc/runnel/runnel.yaml");
}

TEST(CommandLineTest, ReadsTasksAndTheFile) {
    EXPECT_EQ(parse({"--config", "a.yaml"})->config, "a.yaml");
    EXPECT_EQ(parse({"--config=b.yaml", "--check"})->config, "b.yaml");
    EXPECT_EQ(parse({"--check", "--config", "a.yaml"})->task, Task::Check);
    EXPECT_EQ(parse({"--list-plugins"})->task, Task::ListPlugins);
    EXPECT_EQ(parse({"--version"})->task, Task::Version);
    EXPECT_EQ(parse({"-h"})->task, Task::Help);
    const auto line = parse({"--describe-plugin", "network", "simulator", "--json"});
    ASSERT_TRUE(line);
    EXPECT_EQ(line->task, Task::DescribePlugin);
    EXPECT_EQ(line->kind, PluginKind::Network);
    EXPECT_EQ(line->name, "simulator");
    EXPECT_TRUE(line->isJson);
}

TEST(CommandLineTest, RefusesWhatItDoesNotKnow) {
    const auto reason = [](std::vector<const char*> arguments) {
        const auto line = parse(std::move(arguments));
        return line ? std::string() : line.error().reason;
    };
    EXPECT_EQ(reason({"--chekc"}), "unknown option '--chekc' (did you mean '--check'?)");
    EXPECT_EQ(reason({"now"}), "unknown option 'now'");
    EXPECT_EQ(reason({""}), "unknown option ''");
    EXPECT_EQ(reason({"--config"}), "--config needs a file");
    EXPECT_EQ(reason({"--config="}), "--config needs a file");
    EXPECT_EQ(reason({"--describe-plugin", "format"}), "--describe-plugin needs KIND and NAME");
    EXPECT_THAT(reason({"--describe-plugin", "fromat", "json"}), HasSubstr("found 'fromat'"));
    EXPECT_THAT(reason({"--check", "--version"}), HasSubstr("cannot be combined"));
    EXPECT_THAT(reason({"--check", "--json"}), HasSubstr("--json belongs to"));
}

TEST(CommandLineTest, NamesEveryOptionInItsUsage) {
    for (const char* option : {"--config FILE", "--check", "--list-plugins",
                               "--describe-plugin KIND NAME", "--json", "--version", "--help"}) {
        EXPECT_THAT(usage(), HasSubstr(option));
    }
}

}  // namespace
}  // namespace runnel
