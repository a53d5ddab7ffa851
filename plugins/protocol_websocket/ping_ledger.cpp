// SPDX-License-Identifier: Apache-2.0
#include "ping_ledger.h"

#include <algorithm>
#include <cstring>

namespace runnel::websocket {

namespace {

constexpr std::uint32_t kMaxWindow = 4096;     // frames
constexpr std::uint32_t kBytesPerFrame = 256;  // the byte window is this many times the frames'
constexpr std::uint32_t kMaxUncovered = 512;   // frames
constexpr std::uint32_t kPingsPerWindow = 4;   // at least, so that a PONG comes before it is full

std::size_t room(std::size_t limit, std::size_t used) {
    return limit - std::min(limit, used);
}

}  // namespace

std::size_t PingLedger::frameRoom() const {
    return room(window_, unsettledFrames_);
}

std::size_t PingLedger::byteRoom() const {
    return room(std::size_t{window_} * kBytesPerFrame, unsettledBytes_);
}

void PingLedger::sent(std::uint64_t parcel, std::size_t frames, std::size_t bytes, Time now) {
    if (uncoveredFrames_ == 0) firstUncovered_ = now;
    lastParcel_ = parcel;
    uncoveredFrames_ += static_cast<std::uint32_t>(frames);
    uncoveredBytes_ += static_cast<std::uint32_t>(bytes);
    unsettledFrames_ += static_cast<std::uint32_t>(frames);
    unsettledBytes_ += static_cast<std::uint32_t>(bytes);
}

bool PingLedger::isPingDue(Time now) const {
    if (!open_.empty() && now - lastPing_ >= kRepeat) return true;
    if (uncoveredFrames_ == 0 || open_.size() >= kMaxOpen) return false;
    // At most 512 frames, and with 128 bytes for each of them 64 KiB.
    const std::uint32_t enough = std::min(kMaxUncovered, window_ / kPingsPerWindow);
    return uncoveredFrames_ >= enough || uncoveredBytes_ >= enough * (kBytesPerFrame / 2) ||
           now - firstUncovered_ >= kMaxWait;
}

PingLedger::Payload PingLedger::ping(Time now) {
    if (open_.size() >= kMaxOpen) {
        // The next one covers these frames as well.
        open_[1].frames += open_[0].frames;
        open_[1].bytes += open_[0].bytes;
        open_.erase(open_.begin());
    }
    open_.push_back({++lastNumber_, lastParcel_, uncoveredFrames_, uncoveredBytes_});
    uncoveredFrames_ = uncoveredBytes_ = 0;
    lastPing_ = now;
    Payload payload;
    std::memcpy(payload.data(), &nonce_, sizeof nonce_);
    std::memcpy(payload.data() + sizeof nonce_, &lastNumber_, sizeof lastNumber_);
    return payload;
}

std::optional<std::uint64_t> PingLedger::pong(std::string_view payload) {
    if (payload.size() != sizeof(Payload)) return std::nullopt;
    if (std::memcmp(payload.data(), &nonce_, sizeof nonce_) != 0) return std::nullopt;
    std::uint64_t number = 0;
    std::memcpy(&number, payload.data() + sizeof nonce_, sizeof number);
    const auto found = std::find_if(open_.begin(), open_.end(),
                                    [&](const Ping& ping) { return ping.number == number; });
    if (found == open_.end()) return std::nullopt;
    const std::uint64_t parcel = found->parcel;
    const std::uint32_t before = unsettledFrames_;
    for (auto ping = open_.begin(); ping <= found; ++ping) {
        unsettledFrames_ -= ping->frames;
        unsettledBytes_ -= ping->bytes;
    }
    open_.erase(open_.begin(), found + 1);
    if (unsettledFrames_ == before) return std::nullopt;
    window_ = std::min(kMaxWindow, window_ * 2);
    return parcel;
}

}  // namespace runnel::websocket
