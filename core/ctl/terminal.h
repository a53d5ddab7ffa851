// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <istream>
#include <string>

/// What is typed and must not be seen. Thread safety: one thread.
namespace runnel::ctl {

/// The first line of `file`, or of `in` if `file` is "-". Throws Failure(WrongUse) if there is
/// none; `option` is named in it.
std::string readSecret(const std::string& option, const std::string& file, std::istream& in);

/// A new password: from `file` as readSecret; without one, typed twice on the terminal without
/// echo, or the first line of `in` if the program's input is no terminal.
std::string readPassword(const std::string& prompt, const std::string& file, std::istream& in);

}  // namespace runnel::ctl
