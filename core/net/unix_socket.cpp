// SPDX-License-Identifier: Apache-2.0
#include "net/unix_socket.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace runnel::net {

namespace {

[[noreturn]] void fail(const std::filesystem::path& path, std::string_view reason) {
    throw std::runtime_error("cannot listen on " + path.string() + ": " + std::string(reason));
}

[[noreturn]] void failWithErrno(const std::filesystem::path& path) {
    fail(path, std::generic_category().message(errno));
}

sockaddr_un addressOf(const std::filesystem::path& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string& text = path.native();
    if (text.size() >= sizeof address.sun_path) {
        fail(path, "the path has " + std::to_string(text.size()) +
                       " bytes, a socket's may have at most " +
                       std::to_string(sizeof address.sun_path - 1));
    }
    std::memcpy(address.sun_path, text.data(), text.size());
    return address;
}

int newSocket(const std::filesystem::path& path) {
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) failWithErrno(path);
    return fd;
}

/// Whether connecting leads to somebody. A full queue (EAGAIN) belongs to somebody too.
bool isAnswered(const std::filesystem::path& path, const sockaddr_un& address) {
    const int fd = newSocket(path);
    const bool isRefused =
        ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 &&
        errno == ECONNREFUSED;
    ::close(fd);
    return !isRefused;
}

void removeStale(const std::filesystem::path& path, const sockaddr_un& address) {
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0) return;
    if (!S_ISSOCK(status.st_mode)) {
        fail(path, "there is something that is not a socket; remove it, or choose another path");
    }
    if (isAnswered(path, address)) fail(path, "another process listens there");
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) failWithErrno(path);
}

}  // namespace

UnixSocket::UnixSocket(UnixSocket&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      path_(std::move(other.path_)),
      device_(other.device_),
      inode_(std::exchange(other.inode_, 0)) {}

UnixSocket::~UnixSocket() {
    if (fd_ < 0) return;
    struct stat status {};
    const bool isOurs = inode_ != 0 && ::lstat(path_.c_str(), &status) == 0 &&
                        status.st_dev == device_ && status.st_ino == inode_;
    if (isOurs) ::unlink(path_.c_str());
    ::close(fd_);
}

UnixSocket listenOnUnix(const std::filesystem::path& path, mode_t mode) {
    const sockaddr_un address = addressOf(path);
    removeStale(path, address);
    UnixSocket made(newSocket(path), path);
    // The file gets the socket's mode less the umask, so it is never too open; then what is wanted.
    ::fchmod(made.fd_, mode);
    if (::bind(made.fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        failWithErrno(path);
    }
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0) failWithErrno(path);
    made.device_ = status.st_dev;
    made.inode_ = status.st_ino;
    if (::chmod(path.c_str(), mode) != 0 || ::listen(made.fd_, SOMAXCONN) != 0) {
        failWithErrno(path);
    }
    return made;
}

}  // namespace runnel::net
