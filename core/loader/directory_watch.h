// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/log.h"

namespace runnel {

/// Tells which plugin files (their names end in ".so") of some directories have come, changed or
/// gone since this was built. A directory that is not there yet is watched as soon as it is. Where
/// the kernel cannot tell (inotify), all directories are looked at again and again.
/// Thread safety: one thread.
class DirectoryWatch final {
  public:
    using Time = std::chrono::steady_clock::time_point;
    /// A file is at rest when nothing has happened to it for so long: half a copy is not judged.
    static constexpr std::chrono::milliseconds kQuiet{300};

    DirectoryWatch(const std::vector<std::filesystem::path>& directories, Log& log);
    ~DirectoryWatch();
    DirectoryWatch(const DirectoryWatch&) = delete;
    DirectoryWatch& operator=(const DirectoryWatch&) = delete;

    /// Looks, without waiting. Files that something has happened to and that are at rest now, each
    /// once per change, by name.
    std::vector<std::filesystem::path> settled(Time now);

  private:
    /// What shows that a file is another one, or holds something else.
    struct Stamp {
        std::uint64_t inode = 0;
        std::int64_t size = 0;
        std::int64_t changed = 0;  ///< nanoseconds; permissions count as well
        bool operator==(const Stamp&) const = default;
    };
    using Stamps = std::map<std::filesystem::path, Stamp>;
    struct Directory {
        std::filesystem::path path;
        int watch = -1;  ///< -1: not watched
    };

    static void addStamp(const std::filesystem::path& file, Stamps& stamps);
    Stamps stampAll() const;
    bool watchMissing();
    bool readEvents(Time now);
    void noteEvent(int watch, std::uint32_t mask, const std::string& name, Time now);
    void compareAll(Time now);

    std::vector<Directory> directories_;
    Stamps stamps_;                                 ///< as they were last told
    std::map<std::filesystem::path, Time> moving_;  ///< when something happened last
    int inotify_;
};

}  // namespace runnel
