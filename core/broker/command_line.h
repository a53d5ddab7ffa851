// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "runnel/plugin.h"

namespace runnel {

/// What `runneld` was asked to do. Thread safety: a plain value.
struct CommandLine {
    enum class Task : std::uint8_t {
        Run,
        Check,           ///< validate everything, start nothing
        ListPlugins,     ///< print and end
        DescribePlugin,  ///< print `kind` and `name` and end
        Books,           ///< check and print every stream's books and end
        Version,
        Help
    } task = Task::Run;
    std::filesystem::path config = "/etc/runnel/runnel.yaml";
    PluginKind kind{};
    std::string name;
    bool isJson{};  ///< DescribePlugin: for machines
};

/// `arguments` without the program's name. An error is one sentence; print it with usage() to the
/// error stream and end with status 2. Thread safety: a pure function.
Result<CommandLine> parseCommandLine(std::span<const char* const> arguments);

/// All options, for `--help`.
std::string usage();

}  // namespace runnel
