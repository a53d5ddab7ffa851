// SPDX-License-Identifier: Apache-2.0
#include "loader/plugin_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <sstream>

#include "loader/descriptor_check.h"
#include "loader/mapped_plugin.h"

namespace runnel {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kLargestFile = 256U << 20U;

Error refusal(std::string reason) {
    return {"", std::move(reason)};
}

class OpenFile final {
  public:
    OpenFile(const fs::path& path, int flags)
        : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | flags)) {}
    ~OpenFile() {
        if (fd_ >= 0) ::close(fd_);
    }
    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;
    int fd() const { return fd_; }

  private:
    const int fd_;
};

Error cannotOpen(int reason) {
    if (reason == ELOOP) {
        return refusal("is a symbolic link, expected a regular file; copy the file itself");
    }
    if (reason == EACCES || reason == EPERM) {
        return refusal("cannot be opened; check its permissions");
    }
    return refusal(reason == ENOENT ? "is not a regular file"
                                    : "cannot be opened: " + std::string(std::strerror(reason)));
}

Status checkOwner(const fs::path& file, const struct stat& found) {
    const uid_t own = ::geteuid();
    if (found.st_uid != 0 && found.st_uid != own) {
        return refusal("belongs to uid " + std::to_string(found.st_uid) +
                       ", expected root or the broker's own uid " + std::to_string(own) +
                       "; chown root " + file.string());
    }
    if ((found.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
        std::ostringstream mode;
        mode << std::oct << (found.st_mode & 07777U);
        return refusal("may be written by others than its owner: found mode " + mode.str() +
                       ", expected 644 or less; chmod go-w " + file.string());
    }
    return Done{};
}

/// Fewer bytes than `size` if the file ends before.
Bytes readUpTo(int fd, std::size_t size) {
    Bytes content(size);
    std::size_t filled = 0;
    while (filled < size) {
        const ssize_t count = ::read(fd, content.data() + filled, size - filled);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) break;
        filled += static_cast<std::size_t>(count);
    }
    content.resize(filled);
    return content;
}

}  // namespace

Result<Bytes> readPluginFile(const fs::path& file, Owners owners) {
    const OpenFile open(file, owners == Owners::Trusted ? O_NOFOLLOW : 0);
    if (open.fd() < 0) return cannotOpen(errno);
    struct stat found {};
    if (::fstat(open.fd(), &found) != 0 || !S_ISREG(found.st_mode)) {
        return refusal("is not a regular file");
    }
    if (owners == Owners::Trusted) {
        if (const Status status = checkOwner(file, found); !status) return status.error();
    }
    const auto size = static_cast<std::uintmax_t>(found.st_size);
    if (size > kLargestFile) {
        return refusal("is too large: found " + std::to_string(size) + " bytes, expected at most " +
                       std::to_string(kLargestFile));
    }
    Bytes content = readUpTo(open.fd(), size);
    if (content.size() != size) return refusal("became shorter while it was read; copy it again");
    return content;
}

Result<LoadedPlugin> loadPlugin(const fs::path& file, const Bytes& content,
                                const fs::path& privateCopies, const CheckStamp& check) {
    const Result<PluginStamp> stamp = readStamp(content);
    if (!stamp) return stamp.error();
    if (const Status status = check(*stamp); !status) return status.error();
    const Result<const Plugin*> plugin = mapPlugin(content, privateCopies);
    if (!plugin) return plugin.error();
    if (const Status status = checkDescriptor(stamp->kind, **plugin); !status) {
        return status.error();
    }
    return LoadedPlugin{stamp->kind, stamp->name, stamp->version, file, *plugin};
}

std::string title(const LoadedPlugin& plugin) {
    return std::string(text(plugin.kind)) + " " + plugin.name + " " + plugin.version;
}

}  // namespace runnel
