// SPDX-License-Identifier: Apache-2.0
#include "ctl/command_line.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <cctype>

#include "config/suggestion.h"
#include "ctl/client.h"
#include "ctl/commands/commands.h"
#include "ctl/context.h"

namespace runnel::ctl {
namespace {

constexpr const char* kAbout = "runnelctl manages a running runneld, the LoRaWAN stream broker.";

constexpr const char* kFooter = R"(
Streams are named EUI/name; a bare name will do if only one stream has it.
runnelctl COMMAND --help shows a command's own options.

Exit status:
  0  done
  1  refused by the broker
  2  wrong use: the arguments, or a file that they name
  3  the broker cannot be reached
  4  not authorised)";

/// Value names and nothing else behind an option: what excludes what is said in its help.
class HelpFormatter final : public CLI::Formatter {
  public:
    HelpFormatter() { column_width(26); }

    std::string make_option_opts(const CLI::Option* option) const override {
        if (option->get_positional() || option->get_expected_min() == 0) return "";
        return " " + valueName(option->get_lnames().front());
    }
    std::string make_usage(const CLI::App* app, std::string name) const override {
        std::string usage = "Usage: " + name;
        for (const CLI::Option* option : app->get_options()) {
            if (option->get_positional()) {
                const std::string shown = option->get_name();
                const bool isMany = option->get_items_expected_max() > 1;
                usage += option->get_required() ? " " + shown
                         : isMany               ? " [" + shown + "...]"
                                                : " [" + shown + "]";
            } else if (option->get_required()) {
                usage += " --" + option->get_lnames().front() + make_option_opts(option);
            }
        }
        const bool hasCommands = !app->get_subcommands({}).empty();
        return usage + (hasCommands ? " COMMAND [OPTIONS]\n" : " [OPTIONS]\n");
    }

  private:
    /// "EUI" of "--device"; most are called as their option.
    static std::string valueName(std::string option) {
        constexpr std::pair<std::string_view, const char*> kNames[] = {
            {"application", "EUI"},  {"device", "EUI"},       {"gateway", "EUI"},
            {"option", "KEY=VALUE"}, {"tag", "KEY=VALUE"},    {"count", "N"},
            {"limit", "N"},          {"timeout", "SECONDS"},  {"from", "TIME"},
            {"to", "TIME"},          {"expires", "TIME"},     {"overlap", "DURATION"},
            {"ca", "FILE"},          {"duplicates", "WHICH"}, {"to-stream", "STREAM"}};
        for (const auto& [name, value] : kNames) {
            if (name == option) return value;
        }
        option = option.substr(option.rfind('-') + 1);
        std::transform(option.begin(), option.end(), option.begin(),
                       [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
        return option;
    }
};

/// What may stand behind every command.
struct Common {
    TargetOptions target;
    bool isJson = false;
    bool printsCommands = false;
};

void addCommonOptions(CLI::App& app, Common& common) {
    app.add_flag("--json", common.isJson, "Print the API's documents instead of tables");
    auto* socket = app.add_option("--socket", common.target.socket,
                                  "The broker's Unix socket; also $RUNNEL_SOCKET");
    app.add_option("--url", common.target.url, "The broker's https://HOST:8444 instead")
        ->excludes(socket);
    app.add_option("--key-file", common.target.keyFile,
                   "File with the API key for --url; also $RUNNEL_KEY (the key itself)");
    app.add_option("--ca", common.target.ca,
                   "File with certificates to trust, such as the broker's own certificate.pem");
    app.add_option("--timeout", common.target.timeoutSeconds, "Seconds to wait for an answer")
        ->check(CLI::Range(1, 3600))
        ->capture_default_str();
    app.add_flag("--print-commands", common.printsCommands)->group("");
}

void addCommands(const Menu& menu) {
    addStreamCommands(menu);
    addTokenCommands(menu);
    addApplicationCommands(menu);
    addDeviceCommands(menu);
    addGatewayCommands(menu);
    addDownlinkCommands(menu);
    addTemplateCommands(menu);
    addMessageCommands(menu);
    addReplayCommand(menu);
    addDeadCommands(menu);
    addExportCommand(menu);
    addApplyCommand(menu);
    addUserCommands(menu);
    addKeyCommands(menu);
    addBrokerCommands(menu);
}

/// "stream add: --application --device …" for every command, for the tests of what is written about
/// them in the completion and in the manual page.
void printCommands(const CLI::App& app, const std::string& name, std::ostream& out) {
    out << name << ":";
    for (const CLI::Option* option : app.get_options()) {
        const bool isShown = !option->get_group().empty() && !option->get_positional();
        if (isShown) out << " --" << option->get_lnames().front();
    }
    out << '\n';
    for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
        printCommands(*command, (name == "runnelctl" ? "" : name + " ") + command->get_name(), out);
    }
}

/// The group or command that was being read.
const CLI::App& innermost(const CLI::App& app) {
    const CLI::App* inner = &app;
    while (!inner->get_subcommands().empty()) inner = inner->get_subcommands().front();
    return *inner;
}

std::string pathOf(const CLI::App& app) {
    return app.get_parent() == nullptr ? app.get_name()
                                       : pathOf(*app.get_parent()) + " " + app.get_name();
}

/// What is wrong with the arguments, and where to read more.
std::string mistake(const CLI::App& app, const CLI::ParseError& error) {
    const CLI::App& inner = innermost(app);
    const std::vector<std::string> left = app.remaining(true);
    std::string said = error.what();
    std::vector<std::string> names;
    for (const CLI::App* command : inner.get_subcommands([](const CLI::App*) { return true; })) {
        names.push_back(command->get_name());
    }
    if (!names.empty() && !left.empty() && left.front().front() != '-') {
        said = "there is no command '" + left.front() + "'" + didYouMean(left.front(), names);
    } else if (!names.empty() && left.empty()) {
        said = "expected a command: " + joined(names);
    }
    return said + "; see '" + pathOf(inner) + " --help'";
}

ExitCode act(const Action& action, const Common& common, const Streams& streams) {
    try {
        Client client(findTarget(common.target));
        Context context{client, streams.in, streams.out, streams.err, common.isJson};
        action(context);
        streams.out.flush();
        return ExitCode::Done;
    } catch (const Failure& failure) {
        streams.out.flush();
        streams.err << "runnelctl: " << failure.what() << '\n';
        return failure.code();
    } catch (const std::exception& error) {
        streams.err << "runnelctl: the answer was not understood (" << error.what()
                    << "); are runnelctl and runneld of one version?\n";
        return ExitCode::Refused;
    }
}

}  // namespace

ExitCode run(std::vector<std::string> arguments, const Streams& streams) {
    CLI::App app(kAbout, "runnelctl");
    app.formatter(std::make_shared<HelpFormatter>());
    app.set_help_flag("-h,--help", "Print this text");
    app.set_version_flag("--version", "runnelctl " RUNNEL_VERSION, "Print the version");
    Common common;
    addCommonOptions(app, common);
    Action chosen;
    addCommands(Menu(app, chosen));
    app.footer(kFooter);
    std::reverse(arguments.begin(), arguments.end());
    try {
        app.parse(arguments);
    } catch (const CLI::Success& answer) {
        app.exit(answer, streams.out, streams.err);
        return ExitCode::Done;
    } catch (const CLI::ParseError& error) {
        streams.err << "runnelctl: " << mistake(app, error) << '\n';
        return ExitCode::WrongUse;
    }
    if (common.printsCommands) {
        printCommands(app, "runnelctl", streams.out);
        return ExitCode::Done;
    }
    if (!chosen) {
        streams.err << app.help();
        return ExitCode::WrongUse;
    }
    return act(chosen, common, streams);
}

}  // namespace runnel::ctl
