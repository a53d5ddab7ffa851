// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "mqtt/packet.h"

namespace runnel::mqtt {

/// Why bytes are no MQTT, or not what may come here.
struct Failure {
    Reason reason{};
    std::string text;  ///< what was found and what was expected; no secrets
};

/// Gets packets from a Decoder. Views in the packet are valid until the call returns.
class PacketHandler {
  public:
    virtual void packet(const Packet& packet) = 0;

  protected:
    ~PacketHandler() = default;
};

/// Who sends the bytes: a server takes CONNECT, SUBSCRIBE…, a client CONNACK, SUBACK….
enum class Sender : std::uint8_t { Client, Server };

/// Turns one connection's incoming bytes into packets, each checked against every rule of the
/// standard that needs no memory of other packets: lengths, flags, UTF-8, topic names and filters,
/// which properties may stand where and how often, which reasons a packet may have, packet ids
/// that are not 0. Holds memory only while a packet is incomplete or the decoder is paused.
/// Thread safety: none.
class Decoder final {
  public:
    /// A packet of more than `maxPacketBytes` (whole, fixed header included) fails as soon as its
    /// length is known. The version is 5 until setVersion; a client's CONNECT says its own and
    /// sets it.
    Decoder(Sender sender, std::size_t maxPacketBytes);

    void setVersion(Version version) { version_ = version; }
    Version version() const { return version_; }

    /// Calls `handler` for each packet that is complete now. After a failure nothing more comes:
    /// failure() says why. Not to be called from within a handler.
    void feed(std::span<const std::uint8_t> bytes, PacketHandler& handler);

    /// From within a handler or outside: no more packets until resume(); what is fed meanwhile is
    /// kept, so the caller stops reading soon.
    void pause() { isPaused_ = true; }
    bool isPaused() const { return isPaused_; }
    /// Goes on with what was kept: at once, or, called from within a handler, when that returns.
    void resume(PacketHandler& handler);
    /// No more packets, ever; also from within a handler.
    void stop() { isStopped_ = true; }

    const std::optional<Failure>& failure() const { return failure_; }
    /// Bytes kept of packets that are incomplete or wait for resume().
    std::size_t kept() const { return kept_.size() - begin_; }

  private:
    using Bytes = std::span<const std::uint8_t>;

    bool isRunning() const { return !isPaused_ && !isStopped_ && !failure_; }
    /// How long the packet is that `bytes` begin with.
    struct Frame {
        std::size_t headerBytes{};
        std::size_t bytes{};  ///< with the header; 0 while it is unknown, or after a failure
    };
    Frame frameOf(Bytes bytes);
    void decodePacket(Bytes header, Bytes body, PacketHandler& handler);
    /// All complete packets; how many bytes they had.
    std::size_t decode(Bytes bytes, PacketHandler& handler);
    /// Completes the kept packet with the first of `bytes`; the others.
    Bytes completeKept(Bytes bytes, PacketHandler& handler);
    void decodeKept(PacketHandler& handler);
    void keep(Bytes bytes) { kept_.insert(kept_.end(), bytes.begin(), bytes.end()); }
    Bytes keptBytes() const { return Bytes{kept_}.subspan(begin_); }
    void tidy();

    std::vector<std::uint8_t> kept_;
    std::size_t begin_ = 0;  ///< of what is kept in kept_
    std::optional<Failure> failure_;
    std::size_t maxPacketBytes_;
    Sender sender_;
    Version version_ = Version::V5;
    bool isDecoding_ = false;
    bool isPaused_ = false;
    bool isStopped_ = false;
};

}  // namespace runnel::mqtt
