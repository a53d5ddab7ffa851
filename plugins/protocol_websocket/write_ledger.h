// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <utility>

namespace runnel::websocket {

/// For `acknowledge: none`: which parcels have left for the socket. Counts bytes, remembers two
/// places in the stream of bytes and so settles a little late, never early.
/// Thread safety: none; the session's loop.
class WriteLedger final {
  public:
    /// `queued`: all bytes ever given to the connection, this parcel's included.
    void sent(std::uint64_t parcel, std::uint64_t queued) {
        latest_ = {queued, parcel};
        if (next_.end == 0) next_ = latest_;
    }

    /// `written`: all bytes that have left the connection's buffer. Returns the parcel through
    /// which everything is written, if that is news.
    std::optional<std::uint64_t> written(std::uint64_t written) {
        if (latest_.end != 0 && written >= latest_.end) return clear();
        if (next_.end == 0 || written < next_.end) return std::nullopt;
        return std::exchange(next_, latest_).parcel;
    }

    bool hasUnsettled() const { return latest_.end != 0; }

  private:
    struct Mark {
        std::uint64_t end = 0;  // 0: none
        std::uint64_t parcel = 0;
    };

    std::uint64_t clear() {
        next_ = {};
        return std::exchange(latest_, Mark{}).parcel;
    }

    Mark next_;
    Mark latest_;
};

}  // namespace runnel::websocket
