// SPDX-License-Identifier: Apache-2.0
// runneld: reads the options, builds the broker, waits for a signal.
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <iostream>

#include "base/clock.h"
#include "base/config_error.h"
#include "broker/broker.h"
#include "broker/command_line.h"
#include "broker/data_directory.h"
#include "broker/describe.h"
#include "broker/template_check.h"
#include "config/read_config.h"
#include "loader/drop_ins.h"
#include "loader/elf_stamp.h"
#include "loader/loader.h"
#include "observe/stream_log.h"

using namespace runnel;

namespace {

constexpr int kWrongUse = 2;

/// Signals come by sigwait only; threads inherit the mask, so this is the first thing to happen.
sigset_t blockSignals() {
    sigset_t signals;
    sigemptyset(&signals);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) sigaddset(&signals, signal);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    signal(SIGPIPE, SIG_IGN);
    return signals;
}

/// Where plugins are copied to when nothing is started: the data directory stays untouched.
class ScratchDirectory {
  public:
    ScratchDirectory() {
        std::string name = (std::filesystem::temp_directory_path() / "runnel-XXXXXX").string();
        if (mkdtemp(name.data()) == nullptr) throw ConfigError("cannot make the directory " + name);
        path_ = name;
    }
    ~ScratchDirectory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    ScratchDirectory(const ScratchDirectory&) = delete;
    ScratchDirectory& operator=(const ScratchDirectory&) = delete;
    const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

void print(const std::vector<Complaint>& complaints) {
    for (const Complaint& complaint : complaints) std::cerr << text(complaint) << "\n";
}

/// The plugin directories of the configuration, loaded. Nullopt after printing why not.
std::optional<Plugins> pluginsOf(const CommandLine& line, const std::filesystem::path& copies,
                                 StreamLog& log) {
    const ReadResult main = readMain(line.config);
    if (main.config.plugins.empty()) {
        print(main.complaints);
        return std::nullopt;
    }
    return loadPlugins(main.config.plugins, copies, log);
}

int check(const CommandLine& line, const Clock& clock, StreamLog& log) {
    const ScratchDirectory scratch;
    const ReadResult main = readMain(line.config);
    const Plugins plugins = loadPlugins(main.config.plugins, scratch.path(), log);
    ReadResult all = readAll(line.config, plugins);
    const auto more = checkTemplates(all.config, plugins, all.complaints, clock, log);
    all.complaints.insert(all.complaints.end(), more.begin(), more.end());
    print(all.complaints);
    if (!all.complaints.empty()) {
        std::cerr << line.config.string() << ": " << all.complaints.size() << " complaint"
                  << (all.complaints.size() == 1 ? "" : "s") << "\n";
        return EXIT_FAILURE;
    }
    std::cout << line.config.string() << ": good\n";
    return EXIT_SUCCESS;
}

int show(const CommandLine& line, StreamLog& log) {
    const ScratchDirectory scratch;
    const auto plugins = pluginsOf(line, scratch.path(), log);
    if (!plugins) return EXIT_FAILURE;
    if (line.task == CommandLine::Task::ListPlugins) {
        std::cout << listPlugins(*plugins);
        return EXIT_SUCCESS;
    }
    const LoadedPlugin* plugin = plugins->find(line.kind, line.name);
    if (plugin == nullptr) {
        std::cerr << "there is no " << text(line.kind) << " plugin '" << line.name
                  << "'; these are there:\n"
                  << listPlugins(*plugins);
        return EXIT_FAILURE;
    }
    std::cout << (line.isJson ? describePluginAsJson(*plugin) : describePlugin(*plugin));
    return EXIT_SUCCESS;
}

void logAll(const std::vector<Complaint>& complaints, StreamLog& log) {
    for (const Complaint& complaint : complaints) {
        log.write(Level::Error, "config", text(complaint));
    }
}

/// Those that forbid to run the configuration.
std::size_t countObstacles(const std::vector<Complaint>& complaints) {
    return static_cast<std::size_t>(
        std::count_if(complaints.begin(), complaints.end(),
                      [](const Complaint& one) { return !one.isMissingPlugin; }));
}

/// The whole configuration, ready to build a broker; nullopt after saying why not.
std::optional<Config> configOf(const CommandLine& line, const Plugins& plugins, StreamLog& log) {
    ReadResult all = readAll(line.config, plugins);
    logAll(all.complaints, log);
    if (countObstacles(all.complaints) == 0) return std::move(all.config);
    log.write(Level::Error, "broker", "not started: the configuration has to be mended first");
    return std::nullopt;
}

/// Once, to a person only: what is written to a file or a journal stays there.
void showFirstPassword(Broker& broker) {
    const auto password = broker.takeFirstPassword();
    if (!password || isatty(STDOUT_FILENO) == 0) return;
    std::cout << "user admin, password " << *password << " (shown once; change it)" << std::endl;
}

/// SIGHUP: reload; every other one: the end.
void waitForEnd(const sigset_t& signals, const std::function<void()>& onHangUp) {
    int signal = 0;
    while (true) {
        sigwait(&signals, &signal);
        if (signal != SIGHUP) return;
        onHangUp();
    }
}

int printBooks(const Broker& broker) {
    bool isBalanced = true;
    for (const Audit& audit : broker.audit()) {
        std::cout << text(audit) << "\n";
        isBalanced = isBalanced && audit.isBalanced();
    }
    if (!isBalanced) std::cerr << "the books do not balance: pending and journaled differ\n";
    return isBalanced ? EXIT_SUCCESS : EXIT_FAILURE;
}

int serve(const CommandLine& line, const Clock& clock, StreamLog& log, const sigset_t& signals) {
    const bool isForBooks = line.task == CommandLine::Task::Books;
    const ReadResult main = readMain(line.config);
    log.setLevel(isForBooks ? Level::Warning : main.config.logLevel);
    if (main.config.data.empty()) {
        print(main.complaints);
        return EXIT_FAILURE;
    }
    const DataDirectory data(main.config.data);
    DropIns dropIns(main.config.plugins, data.path() / "plugins", log);
    std::optional<Config> config = configOf(line, dropIns.plugins(), log);
    if (!config) return EXIT_FAILURE;
    Broker broker(std::move(*config), dropIns, clock, log);
    if (isForBooks) return printBooks(broker);
    broker.start();
    showFirstPassword(broker);
    waitForEnd(signals, [&] { broker.reload(); });
    broker.stop();
    return EXIT_SUCCESS;
}

int run(const CommandLine& line, const Clock& clock, StreamLog& log, const sigset_t& signals) {
    switch (line.task) {
        case CommandLine::Task::Help:
            std::cout << usage();
            return EXIT_SUCCESS;
        case CommandLine::Task::Version:
            std::cout << "runneld " RUNNEL_VERSION "\n";
            return EXIT_SUCCESS;
        case CommandLine::Task::Check:
            return check(line, clock, log);
        case CommandLine::Task::ListPlugins:
        case CommandLine::Task::DescribePlugin:
            log.setLevel(Level::Error);
            return show(line, log);
        case CommandLine::Task::Books:
        case CommandLine::Task::Run:
            break;
    }
    return serve(line, clock, log, signals);
}

}  // namespace

int main(int argc, char** argv) {
    const sigset_t signals = blockSignals();
    const SystemClock clock;
    StreamLog log(std::cerr, clock);
    const auto line = parseCommandLine({argv + 1, static_cast<std::size_t>(argc - 1)});
    if (!line) {
        std::cerr << line.error().field << (line.error().field.empty() ? "" : " ")
                  << line.error().reason << "\n"
                  << usage();
        return kWrongUse;
    }
    try {
        return run(*line, clock, log, signals);
    } catch (const std::exception& error) {
        log.write(Level::Error, "broker", error.what());
        return EXIT_FAILURE;
    }
}
