// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <set>
#include <vector>

#include "base/log.h"
#include "loader/directory_watch.h"
#include "loader/elf_stamp.h"
#include "loader/loader.h"
#include "loader/plugins.h"

namespace runnel {

/// The plugins of some directories: those of the start, and what is dropped in later. A file that
/// comes later has to be a regular file of root or of the broker's own user that nobody else may
/// write. What is loaded stays: a file of a loaded plugin that changes or goes is a line in the
/// log, once, and counts after a restart. Thread safety: plugins() by any thread, the rest by one.
class DropIns final {
  public:
    /// Loads as loadPlugins does; nothing that comes from now on is missed. `log` outlives it.
    DropIns(const std::vector<std::filesystem::path>& directories,
            std::filesystem::path privateCopies, Log& log);

    const Plugins& plugins() const { return plugins_; }

    /// Judges the files that are at rest since the last call. Returns the plugins that are new;
    /// plugins() has them and the files that were refused. Runs static constructors of plugins.
    std::vector<const LoadedPlugin*> look(DirectoryWatch::Time now);

  private:
    const LoadedPlugin* judge(const std::filesystem::path& file);
    void refuse(const std::filesystem::path& file, const std::string& reason);
    bool isInUse(const std::filesystem::path& file) const;
    void sayOnce(const std::filesystem::path& file, const std::string& what);
    Status checkNew(const PluginStamp& stamp) const;

    DirectoryWatch watch_;  ///< first: it sees what comes while the others are loaded
    const std::filesystem::path privateCopies_;
    Log& log_;
    Plugins plugins_;
    std::set<std::filesystem::path> said_;  ///< files that need a restart
};

}  // namespace runnel
