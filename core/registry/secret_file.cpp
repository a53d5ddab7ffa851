// SPDX-License-Identifier: Apache-2.0
#include "registry/secret_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <string>
#include <system_error>

namespace runnel {

namespace {

[[noreturn]] void fail(std::string_view verb, const std::filesystem::path& file, int error) {
    throw std::runtime_error("cannot " + std::string(verb) + " " + file.string() + ": " +
                             std::generic_category().message(error) +
                             "; its directory has to be writable for the user that runneld runs "
                             "as, with free space");
}

/// An open file that is closed at the end of its scope.
class Descriptor final {
  public:
    Descriptor(const std::filesystem::path& path, int flags) : path_(path) {
        fd_ = ::open(path.c_str(), flags | O_CLOEXEC, 0600);
        if (fd_ < 0) fail((flags & O_CREAT) != 0 ? "create" : "open", path, errno);
    }
    ~Descriptor() { ::close(fd_); }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;

    void write(std::string_view content) const {
        while (!content.empty()) {
            const ssize_t count = ::write(fd_, content.data(), content.size());
            if (count < 0 && errno == EINTR) continue;
            if (count < 0) fail("write", path_, errno);
            content.remove_prefix(static_cast<std::size_t>(count));
        }
    }
    void sync() const {
        if (::fsync(fd_) != 0) fail("save", path_, errno);
    }

  private:
    const std::filesystem::path& path_;
    int fd_;
};

}  // namespace

void writeSecretFile(const std::filesystem::path& file, std::string_view content) {
    const std::filesystem::path next = file.string() + ".new";
    ::unlink(next.c_str());  // left over from a crash: it keeps its own rights
    {
        const Descriptor out(next, O_WRONLY | O_CREAT | O_EXCL);
        out.write(content);
        out.sync();
    }
    if (::rename(next.c_str(), file.c_str()) != 0) fail("replace", file, errno);
    const std::filesystem::path parent = file.has_parent_path() ? file.parent_path() : ".";
    Descriptor(parent, O_RDONLY | O_DIRECTORY).sync();
}

}  // namespace runnel
