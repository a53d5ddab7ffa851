// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>

#include "runnel/protocol.h"

namespace runnel::sessions {

/// What a SessionLoop and its Inbox note about one of their sessions, so that they need no table.
struct Membership {
    std::atomic<bool> isListed = false;  ///< in the inbox
    bool isWatched = false;
    std::uint32_t place = 0;
};

/// A session of a SessionLoop. Thread safety: membership().isListed and the overrides of Session
/// any thread, the rest the loop's.
class LoopSession : public Session {
  public:
    virtual Membership& membership() = 0;
    virtual std::uint64_t stream() const = 0;

    /// The inbox named this session: it may take.
    virtual void takeReady() = 0;
    /// A quarter of a second has passed; false: no need to look again.
    virtual bool tick() = 0;
    /// Is the other side still there? Asked every few seconds.
    virtual void checkSilence() = 0;
    /// Say why, then hang up; SessionLoop::remove follows when that is done.
    virtual void end(CloseReason reason, std::string_view text) = 0;
    /// Hang up at once.
    virtual void abort() = 0;
};

/// What an application is told when the core gives no text.
constexpr std::string_view closeText(CloseReason reason) {
    switch (reason) {
        case CloseReason::Shutdown:
            return "the broker is shutting down";
        case CloseReason::Revoked:
            return "the token was revoked";
        case CloseReason::Removed:
            return "the stream was removed";
        case CloseReason::Changed:
            return "the stream was changed; connect again";
        case CloseReason::TakenOver:
            return "too many sessions of this stream; the oldest one ends";
        case CloseReason::PluginReplaced:
            return "the protocol's plugin was replaced; connect again";
        case CloseReason::Overloaded:
            return "overloaded; try again later";
    }
    return "internal error";
}

}  // namespace runnel::sessions
