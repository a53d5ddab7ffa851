// SPDX-License-Identifier: Apache-2.0
#include "ctl/command_line.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>

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
    app.footer(kFooter);
    app.set_version_flag("--version", "runnelctl " RUNNEL_VERSION);
    app.get_formatter()->column_width(28);
    Common common;
    addCommonOptions(app, common);
    Action chosen;
    addCommands(Menu(app, chosen));
    std::reverse(arguments.begin(), arguments.end());
    try {
        app.parse(arguments);
    } catch (const CLI::ParseError& error) {
        const bool isAnswer = app.exit(error, streams.out, streams.err) == 0;
        return isAnswer ? ExitCode::Done : ExitCode::WrongUse;
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
