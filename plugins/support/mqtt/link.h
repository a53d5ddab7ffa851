// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace runnel::mqtt {

/// What a link tells its user; always on the loop's thread, never from inside one of the user's
/// own calls. The user may destroy the link in any of them.
class LinkHandler {
  public:
    virtual void opened() {}
    /// MQTT's bytes, cut anywhere.
    virtual void received(std::span<const std::uint8_t> bytes) = 0;
    /// What waited is written, down to the connection's low watermark; with a client's: all of it.
    virtual void drained() {}
    /// The last call; `why` is for people and holds no secret.
    virtual void closed(std::string_view why) = 0;

  protected:
    ~LinkHandler() = default;
};

/// The stream of bytes under MQTT: a TCP connection, with or without TLS, or a WebSocket's binary
/// messages on one (MQTT 5 §6). Thread safety: none; the loop's thread.
class Link {
  public:
    virtual ~Link() = default;

    /// Queues the bytes; they leave at the end of the turn. Ignored when it is not open.
    virtual void send(std::span<const std::uint8_t> bytes) = 0;
    /// Writes what is queued as far as that goes, now: for who serves thousands in one turn.
    virtual void sendNow() = 0;
    virtual std::size_t pendingBytes() const = 0;
    virtual void pauseReading() = 0;
    virtual void resumeReading() = 0;
    /// Sends what is queued, says good-bye, then calls closed(). received() comes no more.
    virtual void close() = 0;
    /// Hangs up at once; closed() follows.
    virtual void abort() = 0;
    virtual bool isOpen() const = 0;
};

}  // namespace runnel::mqtt
