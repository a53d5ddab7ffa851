// SPDX-License-Identifier: Apache-2.0
#include "loader/directory_watch.h"

#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>

namespace runnel {
namespace {

namespace fs = std::filesystem;

/// Something is as it is meant to be now, or gone.
constexpr std::uint32_t kEnds =
    IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ATTRIB;
/// The directory is not where it was any more.
constexpr std::uint32_t kGone = IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED;

std::optional<struct stat> statOf(const fs::path& file) {
    struct stat found {};
    if (::lstat(file.c_str(), &found) != 0) return std::nullopt;
    return found;
}

/// Links are there at once; of any other new file the end of its writing is told.
bool isLink(const fs::path& file) {
    const auto found = statOf(file);
    return found && (S_ISLNK(found->st_mode) || found->st_nlink > 1);
}

}  // namespace

DirectoryWatch::DirectoryWatch(const std::vector<fs::path>& directories, Log& log)
    : inotify_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
    if (inotify_ < 0) {
        log.write(Level::Warning, "loader",
                  "the kernel cannot tell what comes into the plugin directories (" +
                      std::string(std::strerror(errno)) +
                      "); they are looked at instead. To mend it, raise fs.inotify limits");
    }
    for (const fs::path& path : directories) directories_.push_back({path});
    watchMissing();
    stamps_ = stampAll();
}

DirectoryWatch::~DirectoryWatch() {
    if (inotify_ >= 0) ::close(inotify_);
}

/// Nothing if the file is not there.
void DirectoryWatch::addStamp(const fs::path& file, Stamps& stamps) {
    constexpr std::int64_t kNanoseconds = 1'000'000'000;
    const auto found = statOf(file);
    if (!found) return;
    stamps[file] = {found->st_ino, found->st_size,
                    found->st_ctim.tv_sec * kNanoseconds + found->st_ctim.tv_nsec};
}

DirectoryWatch::Stamps DirectoryWatch::stampAll() const {
    Stamps stamps;
    for (const Directory& directory : directories_) {
        std::error_code error;
        for (fs::directory_iterator entry(directory.path, error), end; !error && entry != end;
             entry.increment(error)) {
            if (entry->path().extension() == ".so") addStamp(entry->path(), stamps);
        }
    }
    return stamps;
}

/// True if one is watched from now on that was not.
bool DirectoryWatch::watchMissing() {
    bool isNew = false;
    for (Directory& directory : directories_) {
        if (inotify_ < 0 || directory.watch >= 0) continue;
        directory.watch =
            ::inotify_add_watch(inotify_, directory.path.c_str(),
                                kEnds | IN_CREATE | IN_MODIFY | IN_DELETE_SELF | IN_MOVE_SELF);
        isNew = isNew || directory.watch >= 0;
    }
    return isNew;
}

std::vector<fs::path> DirectoryWatch::settled(Time now) {
    const bool isComplete = readEvents(now);
    const bool isNew = watchMissing();
    if (!isComplete || isNew) compareAll(now);
    std::vector<fs::path> files;
    for (auto one = moving_.begin(); one != moving_.end();) {
        if (now - one->second < kQuiet) {
            ++one;
            continue;
        }
        files.push_back(one->first);
        stamps_.erase(one->first);
        addStamp(one->first, stamps_);
        one = moving_.erase(one);
    }
    return files;
}

/// False if not everything was told.
bool DirectoryWatch::readEvents(Time now) {
    bool isComplete = inotify_ >= 0;
    alignas(inotify_event) std::array<char, 1U << 14U> buffer{};
    while (true) {
        const ssize_t size = ::read(inotify_, buffer.data(), buffer.size());
        if (size < 0 && errno == EINTR) continue;
        if (size <= 0) return isComplete;
        for (ssize_t at = 0; at < size;) {
            const auto* event = reinterpret_cast<const inotify_event*>(buffer.data() + at);
            at += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
            const std::string name = event->len > 0 ? event->name : "";
            if ((event->mask & (IN_Q_OVERFLOW | kGone)) != 0) isComplete = false;
            noteEvent(event->wd, event->mask, name, now);
        }
    }
}

void DirectoryWatch::noteEvent(int watch, std::uint32_t mask, const std::string& name, Time now) {
    for (Directory& directory : directories_) {
        if (directory.watch != watch || watch < 0) continue;
        if ((mask & IN_MOVE_SELF) != 0) ::inotify_rm_watch(inotify_, watch);
        if ((mask & kGone) != 0) directory.watch = -1;
        const fs::path file = directory.path / name;
        if (file.extension() != ".so") continue;
        const bool ends = (mask & kEnds) != 0 || ((mask & IN_CREATE) != 0 && isLink(file));
        if (ends || moving_.contains(file)) moving_[file] = now;
    }
}

/// What is not as it was last told has changed just now.
void DirectoryWatch::compareAll(Time now) {
    Stamps found = stampAll();
    for (const auto& [file, stamp] : found) {
        const auto known = stamps_.find(file);
        if (known == stamps_.end() || known->second != stamp) moving_[file] = now;
    }
    for (const auto& [file, stamp] : stamps_) {
        if (!found.contains(file)) moving_[file] = now;
    }
    stamps_ = std::move(found);
}

}  // namespace runnel
