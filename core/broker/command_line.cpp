// SPDX-License-Identifier: Apache-2.0
#include "broker/command_line.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "config/suggestion.h"
#include "loader/elf_stamp.h"

namespace runnel {
namespace {

using Task = CommandLine::Task;

constexpr std::pair<std::string_view, Task> kTasks[] = {{"--check", Task::Check},
                                                        {"--list-plugins", Task::ListPlugins},
                                                        {"--describe-plugin", Task::DescribePlugin},
                                                        {"--books", Task::Books},
                                                        {"--version", Task::Version},
                                                        {"--help", Task::Help},
                                                        {"-h", Task::Help}};

Error mistake(std::string reason) {
    return {"", std::move(reason)};
}

std::optional<PluginKind> parseKind(std::string_view word) {
    for (const PluginKind kind :
         {PluginKind::Protocol, PluginKind::Format, PluginKind::Codec, PluginKind::Network}) {
        if (text(kind) == word) return kind;
    }
    return std::nullopt;
}

Error unknown(std::string_view argument) {
    std::vector<std::string> known{"--config", "--json"};
    for (const auto& task : kTasks) known.emplace_back(task.first);
    return mistake("unknown option '" + std::string(argument) + "'" + didYouMean(argument, known));
}

/// Reads the arguments one by one.
class Parser final {
  public:
    explicit Parser(std::span<const char* const> arguments)
        : rest_(arguments.begin(), arguments.end()) {}

    Result<CommandLine> parse() {
        while (next_ < rest_.size()) {
            if (const Status status = option(take()); !status) return status.error();
        }
        if (line_.isJson && line_.task != Task::DescribePlugin) {
            return mistake("--json belongs to --describe-plugin KIND NAME");
        }
        return line_;
    }

  private:
    std::string_view take() { return rest_[next_++]; }
    std::size_t left() const { return rest_.size() - next_; }

    Status option(std::string_view argument) {
        constexpr std::string_view kConfigIs = "--config=";
        if (argument == "--json") {
            line_.isJson = true;
            return Done{};
        }
        if (argument == "--config" || argument.substr(0, kConfigIs.size()) == kConfigIs) {
            return config(argument.size() > kConfigIs.size() ? argument.substr(kConfigIs.size())
                          : left() > 0                       ? take()
                                                             : std::string_view());
        }
        const auto* const task =
            std::find_if(std::begin(kTasks), std::end(kTasks),
                         [&](const auto& entry) { return entry.first == argument; });
        if (task == std::end(kTasks)) return unknown(argument);
        if (line_.task != Task::Run && line_.task != task->second) {
            return mistake("'" + std::string(argument) + "' cannot be combined with another task");
        }
        line_.task = task->second;
        return line_.task == Task::DescribePlugin ? plugin() : Status(Done{});
    }

    Status config(std::string_view file) {
        if (file.empty()) return mistake("--config needs a file");
        line_.config = file;
        return Done{};
    }

    Status plugin() {
        if (left() < 2) return mistake("--describe-plugin needs KIND and NAME");
        const std::string_view word = take();
        const auto kind = parseKind(word);
        if (!kind) {
            return mistake("KIND must be protocol, format, codec or network, found '" +
                           std::string(word) + "'");
        }
        line_.kind = *kind;
        line_.name = take();
        return Done{};
    }

    std::vector<std::string_view> rest_;
    std::size_t next_ = 0;
    CommandLine line_;
};

}  // namespace

Result<CommandLine> parseCommandLine(std::span<const char* const> arguments) {
    return Parser(arguments).parse();
}

std::string usage() {
    return R"(usage: runneld [--config FILE] [TASK]

  --config FILE                 the main file, /etc/runnel/runnel.yaml if not given

Without a task runneld runs until SIGTERM or SIGINT; SIGHUP reads the configuration again. Tasks:
  --check                       read and validate the configuration, print what is wrong with it
  --list-plugins                print the plugins found and the files refused
  --describe-plugin KIND NAME   print a plugin's options; KIND: protocol, format, codec, network
      --json                    the same for machines
  --books                       print every stream's books as JSON and check them against the
                                journal; the broker has to be stopped. Status 1 if they do not balance
  --version                     print the version
  --help                        print this text
)";
}

}  // namespace runnel
