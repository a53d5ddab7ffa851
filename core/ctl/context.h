// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <istream>
#include <ostream>

#include "ctl/client.h"

namespace runnel::ctl {

/// What a command works with. Results go to `out`, what is said beside them to `err`.
/// Thread safety: one thread. All of it is borrowed for the command's time.
struct Context {
    Client& client;
    std::istream& in;
    std::ostream& out;
    std::ostream& err;
    bool isJson = false;  ///< --json: the API's document instead of text for people
};

/// A command with its arguments. Throws Failure.
using Action = std::function<void(Context&)>;

}  // namespace runnel::ctl
