// SPDX-License-Identifier: Apache-2.0
#include <csignal>
#include <iostream>

#include "ctl/command_line.h"

int main(int argc, char** argv) {
    // A reader that has gone, such as head, is a failed write and no reason to die.
    std::signal(SIGPIPE, SIG_IGN);
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    return static_cast<int>(runnel::ctl::run(arguments, {std::cin, std::cout, std::cerr}));
}
