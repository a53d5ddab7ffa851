// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "runnel/plugin.h"

namespace runnel {

/// One line for the administrator. `part` names who speaks ("journal", "plugin websocket").
/// Thread safety: any thread. Takes no secret: callers leave tokens and keys out.
class Log {
  public:
    virtual ~Log() = default;
    virtual void write(Level level, std::string_view part, std::string_view text) = 0;
    /// What is below is left out from now on; a log that takes everything ignores it.
    virtual void setLevel(Level) {}
};

}  // namespace runnel
