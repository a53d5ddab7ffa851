// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace runnel::bench {

/// What the bare minimum costs on this machine at this moment: one thread that hands the same
/// WebSocket frames to every session's SSL_write, up to 16 KiB at a time, and knows of nothing
/// else. Its clients read in a thread of their own.
struct FloorSize {
    std::size_t sessions;
    std::size_t frameBytes;
    std::size_t framesPerRound;
    std::size_t rounds;
    std::size_t roundsPerSecond;  // 0: the next round begins when everybody has got the last one
};

/// CPU microseconds of the sending thread for a frame. Throws std::runtime_error when OpenSSL or
/// the kernel refuses.
double measureFloor(const FloorSize& size);

}  // namespace runnel::bench
