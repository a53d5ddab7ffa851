// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>

#include "loader/elf_stamp.h"
#include "loader/plugins.h"

/// One file, on its way to a checked plugin. Reasons of errors complete the sentence "<file> …".
/// Thread safety: any thread, one call at a time.
namespace runnel {

/// Whose files are taken.
enum class Owners : std::uint8_t {
    Any,     ///< at the start: the administrator starts what the directories hold
    Trusted  ///< while the broker runs: nobody but root and the broker's own user could write it
};

/// The whole content. With Owners::Trusted it is exactly what was looked at, and no symbolic link.
Result<Bytes> readPluginFile(const std::filesystem::path& file, Owners owners);

/// Judges a content and maps it, unless `check` says what is wrong with what it claims to be. Runs
/// static constructors of the plugin.
using CheckStamp = std::function<Status(const PluginStamp&)>;
Result<LoadedPlugin> loadPlugin(const std::filesystem::path& file, const Bytes& content,
                                const std::filesystem::path& privateCopies,
                                const CheckStamp& check);

/// "format json 1.0.0".
std::string title(const LoadedPlugin& plugin);

}  // namespace runnel
