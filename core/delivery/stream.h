// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/guarded.h"
#include "base/log.h"
#include "delivery/downlink_desk.h"
#include "delivery/stream_state.h"
#include "loader/guard.h"

namespace runnel {

class CatchUp;

/// What a stream is, fixed when it is made.
struct StreamSetup {
    std::shared_ptr<const StreamConfig> config;
    Scope scope;
    const FormatUse* format = nullptr;  ///< outlives the stream
    View view;
    std::uint32_t kinds = 0;  ///< bit (1 << Kind) for each kind that it carries
};

/// The parts of the broker that a stream works with; all outlive it.
struct StreamParts {
    const Journal& journal;
    CatchUp& catchUp;
    DownlinkDesk& downlinks;
    Log& log;
};

/// The delivery side of one configured stream: its books, its sessions and their share of messages.
/// Held by shared_ptr because sessions on protocol threads may outlive a removed stream.
/// Thread safety: any thread, except deliver: the router's.
class Stream final : public std::enable_shared_from_this<Stream> {
  public:
    using ReaderPtr = StreamState::ReaderPtr;

    /// Covers messages behind `start`.
    Stream(StreamSetup setup, StreamParts parts, Position start);

    const StreamSetup& setup() const { return setup_; }
    /// Does a message of the stream's scope belong to its kinds?
    bool wants(const Message& message) const;

    /// A batch of the stream's messages, in order: one lock, one ready() per session that waits.
    void deliver(std::span<const EncodedPtr> items);

    /// A new session becomes the holder; it may see ready() before this returns.
    std::shared_ptr<SessionHost> attach(const Grant& grant, const SessionRequest& request,
                                        std::shared_ptr<Session> session);
    /// Calls a session of the protocol plugin; what it throws is reported with the plugin's name.
    template <class Call>
    void tell(Call&& call) {
        const Status status = guarded(protocolPlugin_, std::forward<Call>(call));
        if (!status) report(status.error().reason);
    }
    /// Something is wrong that an administrator has to see: logged, once per text.
    void report(const std::string& text);

    Books books() const;
    std::vector<DeadLetter> deadLetters() const;
    std::size_t sessionCount() const;

  private:
    friend class StreamSession;
    friend class CatchUp;

    void wakeAll(const StreamState::WakeList& wake);
    StreamState::Start startOf(const SessionRequest& request) const;

    const StreamSetup setup_;
    const StreamParts parts_;
    const std::string protocolPlugin_;
    mutable Guarded<StreamState> state_;
    Guarded<std::set<std::string>> reported_;  ///< reasons, at most kMaxReported
    StreamState::WakeList wake_;               ///< the router's, kept for its memory
};

}  // namespace runnel
