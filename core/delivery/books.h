// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "journal/journal.h"

namespace runnel {

/// What became of a stream's messages: matched = settled + expired + dead + filtered + pending, at
/// any moment. Thread safety: a plain value.
struct Books {
    std::uint64_t matched = 0;   ///< the stream's scope and kinds covered it
    std::uint64_t settled = 0;   ///< delivered
    std::uint64_t expired = 0;   ///< retention removed it before anybody took it
    std::uint64_t dead = 0;      ///< can never be delivered
    std::uint64_t filtered = 0;  ///< format, protocol or client did not want it

    std::uint64_t done() const { return settled + expired + dead + filtered; }
    std::uint64_t pending() const { return matched - done(); }
};

/// A message that could not be delivered, kept to be looked at.
struct DeadLetter {
    MessagePtr message;
    std::string reason;
};

}  // namespace runnel
