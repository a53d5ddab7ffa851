// SPDX-License-Identifier: Apache-2.0
// bench_sessions: what thousands of TLS WebSocket sessions cost the real runneld. See README.md.
#include <sched.h>
#include <sys/resource.h>

#include <cstdlib>
#include <iostream>

#include "tests/bench/options.h"
#include "tests/bench/report.h"
#include "tests/bench/stages.h"

using namespace runnel::bench;

namespace {

constexpr int kWrongUse = 2;
constexpr std::size_t kOtherFiles = 200;

/// runneld inherits the limit. False when it does not do for so many sessions.
bool raiseFileLimit(std::size_t sessions) {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) ::getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur >= sessions + kOtherFiles) return true;
    std::cout << "the limit of open files is " << limit.rlim_cur
              << " and cannot be raised: " << sessions << " sessions do not fit\n";
    return false;
}

void pinToSecondCore() {
    cpu_set_t cores;
    CPU_ZERO(&cores);
    CPU_SET(1, &cores);
    if (::sched_setaffinity(0, sizeof cores, &cores) != 0) {
        std::cout << "there is no second core to pin to\n";
    }
}

}  // namespace

int main(int argc, char** argv) {
    std::string complaint;
    const auto options = readOptions({argv + 1, static_cast<std::size_t>(argc - 1)}, complaint);
    if (!options) {
        std::cerr << complaint << "\n" << usage();
        return kWrongUse;
    }
    try {
        if (!raiseFileLimit(options->sessions)) return EXIT_FAILURE;
        if (options->isPinned) pinToSecondCore();
        const Figures figures = Stages(*options).run();
        printTable(std::cout, *options, figures);
        if (!options->json.empty()) writeJson(*options, figures);
    } catch (const std::exception& error) {
        std::cout << "FAILED: " << error.what() << std::endl;
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}
