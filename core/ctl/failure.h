// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace runnel::ctl {

/// What scripts see; the texts stand in --help and in the manual page.
enum class ExitCode : std::uint8_t {
    Done = 0,
    Refused = 1,        ///< the broker says no, or what was waited for has failed
    WrongUse = 2,       ///< the arguments or the files named by them
    Unreachable = 3,    ///< no broker answers
    NotAuthorised = 4,  ///< no or a wrong key, a role that is not enough, a socket of others
};

/// Ends the command. The text says what was found, what was expected and what to do; it may have
/// several lines and holds no secret. Thread safety: a plain value.
class Failure final : public std::runtime_error {
  public:
    Failure(ExitCode code, const std::string& text) : std::runtime_error(text), code_(code) {}
    ExitCode code() const { return code_; }

  private:
    ExitCode code_;
};

}  // namespace runnel::ctl
