// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "runnel/plugin.h"

namespace runnel {

/// What a plugin file says about itself, checked.
struct PluginStamp {
    PluginKind kind{};
    std::string name;
    std::string version;
};

/// Judges the bytes of a plugin file without running any of its code: whether the dynamic loader
/// may be trusted with it (a truncated file would kill the process inside dlopen), whether it was
/// built for this machine and this SDK, and what it is. The error's reason completes the sentence
/// "<file> …": what was found, what was expected, what to do.
/// Thread safety: a pure function.
Result<PluginStamp> readStamp(std::span<const std::uint8_t> file);

/// "protocol", "format", "codec" or "network", as people read and write it.
std::string_view text(PluginKind kind);

}  // namespace runnel
