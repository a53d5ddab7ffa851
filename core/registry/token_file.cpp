// SPDX-License-Identifier: Apache-2.0
#include "registry/token_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <stdexcept>
#include <system_error>

#include "registry/tokens.h"

namespace runnel {

namespace {

[[noreturn]] void fail(const std::filesystem::path& file, const char* verb) {
    throw std::runtime_error("cannot " + std::string(verb) + " " + file.string() + ": " +
                             std::generic_category().message(errno));
}

void writeAll(int fd, const std::string& text, const std::filesystem::path& file) {
    std::size_t written = 0;
    while (written < text.size()) {
        const ssize_t count = ::write(fd, text.data() + written, text.size() - written);
        if (count < 0) {
            ::close(fd);
            fail(file, "write");
        }
        written += static_cast<std::size_t>(count);
    }
}

}  // namespace

TokenFile::TokenFile(std::filesystem::path file) : file_(std::move(file)) {
    if (!std::filesystem::exists(file_)) return;
    std::ifstream in(file_);
    if (!in) fail(file_, "read");
    for (std::string line; std::getline(in, line);) {
        const std::size_t tab = line.find('\t');
        if (tab != std::string::npos) tokens_[line.substr(0, tab)] = line.substr(tab + 1);
    }
}

TokenFile::Entry TokenFile::get(const std::string& stream) {
    const auto found = tokens_.find(stream);
    if (found != tokens_.end()) return {found->second, false};
    hasNew_ = true;
    return {tokens_[stream] = Tokens::make(), true};
}

void TokenFile::save() const {
    std::string text;
    for (const auto& [stream, token] : tokens_) {
        text.append(stream).append("\t").append(token).append("\n");
    }
    const std::filesystem::path next = file_.string() + ".new";
    const int fd = ::open(next.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) fail(next, "create");
    if (::fchmod(fd, 0600) != 0) {  // a left-over file keeps its own rights
        ::close(fd);
        fail(next, "protect");
    }
    writeAll(fd, text, next);
    const bool isSafe = ::fsync(fd) == 0;
    if (::close(fd) != 0 || !isSafe) fail(next, "write");
    if (::rename(next.c_str(), file_.c_str()) != 0) fail(file_, "replace");
}

}  // namespace runnel
