// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/disk_floor.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <string>
#include <system_error>

namespace runnel::bench {

std::vector<double> syncEach(const std::filesystem::path& directory, std::size_t count,
                             std::size_t bytes) {
    const std::string file = (directory / "floor").string();
    const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) throw std::system_error(errno, std::generic_category(), file);
    const std::string block(bytes, 'x');
    std::vector<double> milliseconds;
    for (std::size_t i = 0; i < count; ++i) {
        const auto start = std::chrono::steady_clock::now();
        const bool isWritten = ::write(fd, block.data(), bytes) == static_cast<ssize_t>(bytes);
        if (!isWritten || ::fdatasync(fd) != 0) {
            const int error = errno;
            ::close(fd);
            throw std::system_error(error, std::generic_category(), file);
        }
        const std::chrono::duration<double, std::milli> took =
            std::chrono::steady_clock::now() - start;
        milliseconds.push_back(took.count());
    }
    ::close(fd);
    std::filesystem::remove(file);
    return milliseconds;
}

double quantile(std::vector<double> values, double share) {
    if (values.empty()) return 0;
    const auto rank = static_cast<std::size_t>(share * static_cast<double>(values.size() - 1));
    std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(rank),
                     values.end());
    return values[rank];
}

}  // namespace runnel::bench
