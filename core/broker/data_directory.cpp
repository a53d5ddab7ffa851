// SPDX-License-Identifier: Apache-2.0
#include "broker/data_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "base/config_error.h"

namespace runnel {

namespace {

std::string reason() {
    return std::generic_category().message(errno);
}

}  // namespace

DataDirectory::DataDirectory(std::filesystem::path path) : path_(std::move(path)) {
    std::error_code error;
    std::filesystem::create_directories(path_, error);
    if (error) {
        throw ConfigError("cannot make the data directory " + path_.string() + ": " +
                          error.message() + "; make it, owned by the user that runneld runs as");
    }
    const std::string file = (path_ / "lock").string();
    lock_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock_ < 0) {
        throw ConfigError("cannot write into the data directory: " + file + ": " + reason() +
                          "; it has to be writable for the user that runneld runs as");
    }
    if (::flock(lock_, LOCK_EX | LOCK_NB) == 0) return;
    const std::string why = errno == EWOULDBLOCK ? "another runneld uses it; stop that one first"
                                                 : "cannot lock " + file + ": " + reason();
    ::close(lock_);
    throw ConfigError("the data directory " + path_.string() + " is not free: " + why);
}

DataDirectory::~DataDirectory() {
    ::close(lock_);
}

}  // namespace runnel
