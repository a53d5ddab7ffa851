// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>

#include "child/programs.h"

namespace runnel::javascript {

/// Where the child writes the number of the job that it begins: memory shared with the broker.
using Begun = std::atomic<std::uint64_t>;
static_assert(Begun::is_always_lock_free);

/// Reads frames from the broker, has their jobs done, sends the answers, as many at a time as are
/// ready. Thread safety: the engine's thread.
class Server final {
  public:
    Server(Engine& engine, int socket, Begun& begun)
        : engine_(engine), programs_(engine), socket_(socket), begun_(begun) {}

    /// Says Hello and returns when the broker has gone or the engine had better be started afresh;
    /// every job that was begun is answered then.
    void serve();

  private:
    bool receive();
    bool handle(const FrameBuffer::Cut& cut);
    bool flush();
    bool hasHealth();

    Engine& engine_;
    Programs programs_;
    int socket_;
    Begun& begun_;
    FrameBuffer input_;
    std::string answers_;
    std::chrono::steady_clock::time_point flushed_;
    std::uint32_t jobs_ = 0;
};

}  // namespace runnel::javascript
