// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <istream>
#include <ostream>
#include <string>
#include <vector>

#include "ctl/failure.h"

namespace runnel::ctl {

/// The program's streams. Thread safety: borrowed, one thread.
struct Streams {
    std::istream& in;
    std::ostream& out;
    std::ostream& err;
};

/// runnelctl: reads the arguments (without the program's name), does what they say, says on `err`
/// what went wrong. Nothing is thrown. Thread safety: one thread.
ExitCode run(std::vector<std::string> arguments, const Streams& streams);

}  // namespace runnel::ctl
