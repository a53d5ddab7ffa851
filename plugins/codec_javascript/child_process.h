// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "runnel/values.h"

namespace runnel::javascript {

/// The program file of the child, which is a part of this plugin's file (child_image.cpp).
std::span<const std::uint8_t> childImage();

/// One child, started from memory: no file has to be where the plugin expects it, and both are
/// always of one version. It has an empty environment and nothing of the broker's but a socket, a
/// page of shared memory and a file in memory for its last words. Owns the process: it is killed
/// and reaped at the latest by the destructor. Thread safety: one thread, which has to live as long
/// as the child: the kernel kills the child when it ends.
class ChildProcess final {
  public:
    /// `image` is a program like childImage(). The error's field is "child".
    static Result<std::unique_ptr<ChildProcess>> start(std::span<const std::uint8_t> image);
    ~ChildProcess();
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;

    int socket() const { return socket_; }  ///< a stream, non-blocking
    pid_t pid() const { return pid_; }
    /// The number of the job that it began last; 0 before the first.
    std::uint64_t begun() const { return begun_->load(std::memory_order_acquire); }

    /// Kills it if it runs, waits for its end and says how it came: "ended with status 1: its last
    /// words", "was ended by signal 9 (Killed)".
    std::string end();
    /// After end(): whether it ended by itself and well.
    bool hasEndedWell() const { return status_ == 0; }

  private:
    ChildProcess() = default;
    Status prepare();
    Status spawn(int program, int theirs);
    std::string lastWords() const;

    pid_t pid_ = 0;
    int socket_ = -1;
    int page_ = -1;
    int words_ = -1;
    int status_ = -1;
    std::atomic<std::uint64_t>* begun_ = nullptr;
};

}  // namespace runnel::javascript
