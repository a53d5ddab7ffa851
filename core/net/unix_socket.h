// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <filesystem>

namespace runnel::net {

/// A listening, non-blocking, close-on-exec Unix socket and its file. Thread safety: none; one
/// thread at a time.
class UnixSocket final {
  public:
    UnixSocket(UnixSocket&& other) noexcept;
    UnixSocket& operator=(UnixSocket&&) = delete;
    /// Closes the socket, and removes the file unless it is somebody else's by now.
    ~UnixSocket();

    int fd() const { return fd_; }

  private:
    friend UnixSocket listenOnUnix(const std::filesystem::path& path, mode_t mode);
    UnixSocket(int fd, std::filesystem::path path) : fd_(fd), path_(std::move(path)) {}

    int fd_;
    std::filesystem::path path_;
    dev_t device_{};
    ino_t inode_{};
};

/// Whoever may write to the file may connect: `mode` (0660) counts whatever the umask, from the
/// first moment on. A socket file that nobody listens on any more is replaced. Throws
/// std::runtime_error whose text names path and reason: somebody listens there, it is not a socket,
/// the path is longer than a socket's may be (107 bytes), the directory is missing.
UnixSocket listenOnUnix(const std::filesystem::path& path, mode_t mode);

}  // namespace runnel::net
