// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace runnel::websocket {

/// Which PING covers which parcels, and how much may be on its way without a PONG.
///
/// A PING goes out behind the frames that it covers, and every client answers PINGs in order, so
/// its PONG says that these frames arrived. A PONG may skip earlier PINGs (RFC 6455 §5.5.3) and so
/// settles for them too. The window starts at 256 frames and 64 KiB and doubles with each PONG that
/// settles something, up to 4,096 frames and 1 MiB.
///
/// Thread safety: none; the session's loop. Pure logic: time comes in as an argument.
class PingLedger final {
  public:
    using Time = std::chrono::steady_clock::time_point;
    using Payload = std::array<char, 16>;

    static constexpr std::size_t kMaxOpen = 8;          ///< npm ws 8.23 ends a connection at 60
    static constexpr std::chrono::seconds kMaxWait{1};  ///< of a frame for its PING
    static constexpr std::chrono::seconds kRepeat{30};  ///< some clients drop a PONG

    /// `nonce` tells this session's PINGs from all others'; take it at random.
    explicit PingLedger(std::uint64_t nonce) : nonce_(nonce) {}

    /// Frames and bytes that may still be sent; 0: wait for a PONG.
    std::size_t frameRoom() const;
    std::size_t byteRoom() const;

    /// These frames were handed to the connection. Parcel ids rise.
    void sent(std::uint64_t parcel, std::size_t frames, std::size_t bytes, Time now);
    /// Enough was sent since the last PING, or it waits for longer than kMaxWait, or no PONG came
    /// for kRepeat.
    bool isPingDue(Time now) const;
    /// The next PING's payload; it covers everything sent so far. Also without anything to cover.
    Payload ping(Time now);
    /// The parcel through which this PONG settles; nullopt: nothing new, or not our PING's payload
    /// (unsolicited PONGs are legal).
    std::optional<std::uint64_t> pong(std::string_view payload);

    /// Something was sent that no PONG has covered yet.
    bool hasUnsettled() const { return unsettledFrames_ > 0; }
    Time lastPing() const { return lastPing_; }
    std::size_t openPings() const { return open_.size(); }

  private:
    struct Ping {
        std::uint64_t number;
        std::uint64_t parcel;  // the last one that it covers
        std::uint32_t frames;  // of this PING only, not of earlier ones
        std::uint32_t bytes;
    };

    std::uint64_t nonce_;
    std::uint64_t lastNumber_ = 0;
    std::uint64_t lastParcel_ = 0;
    std::uint32_t window_ = 256;  // frames
    std::uint32_t unsettledFrames_ = 0;
    std::uint32_t unsettledBytes_ = 0;
    std::uint32_t uncoveredFrames_ = 0;  // sent behind the last PING
    std::uint32_t uncoveredBytes_ = 0;
    Time firstUncovered_{};
    Time lastPing_{};
    std::vector<Ping> open_;
};

}  // namespace runnel::websocket
