// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/guarded.h"
#include "base/log.h"
#include "delivery/changed_streams.h"
#include "delivery/downlink_desk.h"
#include "delivery/stream_state.h"
#include "loader/guard.h"
#include "state/state.h"
#include "template/stream_transform.h"

namespace runnel {

class CatchUp;
struct Latencies;

/// What a stream is, fixed when it is made.
struct StreamSetup {
    std::shared_ptr<const StreamConfig> config;
    Scope scope;
    const FormatUse* format = nullptr;  ///< outlives the stream
    View view;
    std::uint32_t kinds = 0;  ///< bit (1 << Kind) for each kind that it carries
    /// Null: documents need no fields and no template.
    std::shared_ptr<const StreamTransform> transform{};
};

/// The parts of the broker that a stream works with; all outlive it.
struct StreamParts {
    const Journal& journal;
    CatchUp& catchUp;
    DownlinkDesk& downlinks;
    ChangedStreams& changed;
    Log& log;
    Latencies* latencies = nullptr;  ///< may be null
    const Clock* clock = nullptr;    ///< dates StreamHealth::since; null: it stays 0
};

/// One live connection, for people.
struct SessionInfo {
    std::string peer;
    Instant since{};
    std::uint64_t token = 0;  ///< Grant::token
    bool isHolder = false;
    bool isSendOnly = false;
    Lag lag;
};

/// What a history of the whole broker adds up.
struct StreamPace {
    std::uint64_t settled = 0;  ///< since the call before, or since the stream object was made
    std::uint64_t pending = 0;
    std::size_t sessions = 0;  ///< as sessionCount()
};

/// How a stream is, for people.
struct StreamHealth {
    enum class Word : std::uint8_t { Waiting, Connecting, Working, Failing };
    Word word{};
    std::string text;  ///< what its session said last
    Instant since{};   ///< when the word changed last, or the stream was made
};

/// The delivery side of one configured stream: its books, its sessions and their share of messages.
/// Held by shared_ptr because sessions on protocol threads may outlive a removed stream.
/// Thread safety: any thread, except deliver: the router's.
class Stream final : public DecodingWaiter, public std::enable_shared_from_this<Stream> {
  public:
    using ReaderPtr = StreamState::ReaderPtr;

    /// Goes on where `saved` stands; its name, scope and kinds do not matter.
    Stream(StreamSetup setup, StreamParts parts, const StreamRecord& saved);

    const StreamSetup& setup() const { return setup_; }
    /// Does a message of the stream's scope belong to its kinds, and not to another application?
    bool wants(const Message& message) const;
    /// The message as this stream shows it.
    EncodedPtr encoded(MessagePtr message, Again again = {}) const;
    /// What reads a document that was sent to this device; nullopt: the document itself names it.
    const FormatUse& reading(std::optional<Eui> device) const;
    /// Fields that a session waits for are there.
    void decoded() override;

    /// A batch of the stream's messages, in order: one lock, one ready() per session that waits.
    /// Those that were counted before a restart are skipped.
    void deliver(std::span<const EncodedPtr> items);
    /// The journal loses everything up to `through`, among it these messages of the stream. Called
    /// before they are gone. What no session has taken is expired, and the next one is told.
    void lose(Position through, std::span<const Position> wanted, std::string_view reason);
    /// The same, without a look at the messages: `left` of the pending ones are behind `through`.
    void loseAll(Position through, std::uint64_t left, std::string_view reason);
    /// The oldest position that the stream may still have to read from the journal is behind this
    /// one; messages that come later do not lower it.
    Position needsBehind() const;

    /// A new session becomes the holder; it may see ready() before this returns. Null if the
    /// stream has been retired. `now`: for people, since when the session is there.
    std::shared_ptr<SessionHost> attach(const Grant& grant, const SessionRequest& request,
                                        std::shared_ptr<Session> session, Instant now = {});
    /// Closes exactly the sessions that were attached with this token: from now on they get
    /// nothing, what they settle or send does not count, and what they had comes again to the next
    /// holder. The token opens nothing any more by then. Returns how many there were.
    std::size_t endSessions(std::uint64_t token, CloseReason reason, std::string_view text);
    /// The holder first, send-only ones last.
    std::vector<SessionInfo> sessions() const;
    /// Waiting if there is no session; Working if a session has said nothing of itself.
    StreamHealth health() const;
    /// Calls a session of the protocol plugin; what it throws is reported with the plugin's name.
    template <class Call>
    void tell(Call&& call) {
        const Status status = guarded(protocolPlugin_, std::forward<Call>(call));
        if (!status) report(status.error().reason);
    }
    /// Something is wrong that an administrator has to see: logged, once per text.
    void report(const std::string& text);
    /// What a session that its plugin opened says of the other side: logged when it is news.
    void health(Health health, std::string_view text);

    /// Sends a dead letter of this stream again, marked as replayed. An error says why not now.
    Status resend(const DeadLetter& letter);
    /// Sends a made-up message to the holder, marked as replayed; nothing waits for a session to
    /// come. An error says why not.
    Status sendSample(MessagePtr message, std::shared_ptr<SampleFate> fate = nullptr);
    /// The newest tries of a protocol that repeats them; the newest first.
    std::vector<Attempt> attempts() const { return attempts_.all(); }

    /// A replay comes into this stream: see ReplayLane. False if the stream has been retired.
    bool openReplay(std::uint64_t replay, std::shared_ptr<ReplayCounts> counts,
                    std::weak_ptr<Chore> source);
    ReplayLane::Appetite replayAppetite(std::uint64_t replay);
    /// In this stream's format and view.
    /// False if the stream has been retired, or the replay closed: then nothing was taken.
    bool feedReplay(std::uint64_t replay, std::span<const MessagePtr> messages, bool isLast);
    std::optional<Position> closeReplay(std::uint64_t replay);

    /// The end of this object, not of the stream: returns where it stands, and that is saved once
    /// more, as the record of a stream that is not there. Its sessions get nothing more and are to
    /// be closed. Between batches, so that no message up to `delivered` is still on its way to it.
    StreamRecord retire(Position delivered);
    /// Nothing that was saved under the stream's name before counts any more: it goes with the next
    /// save. Of a retired one nothing is left then, dead letters included.
    void forgetPast();
    /// The record is to be saved.
    void markChanged();

    StreamRecord record() const;
    Books books() const { return record().books; }
    /// Holder and listeners.
    std::size_t sessionCount() const;
    /// One caller at most: each call begins anew.
    StreamPace pace();
    /// Messages that connected sessions could still take or settle.
    std::uint64_t underWay() const;
    /// Adds what has to be saved; `now` dates new dead letters.
    void collect(State::Changes& changes, Instant now);

  private:
    friend class StreamSession;
    friend class CatchUp;

    Instant now() const;
    void wakeAll(const StreamState::WakeList& wake);
    void callAll(const std::vector<std::shared_ptr<Chore>>& chores);
    void name(StreamRecord& record) const;
    template <class Lose>
    void loseWith(Lose&& change, std::string_view reason);
    StreamState::Start startOf(const SessionRequest& request) const;

    const StreamSetup setup_;
    const StreamParts parts_;
    const std::string protocolPlugin_;
    mutable Guarded<StreamState> state_;
    std::atomic<bool> isChanged_{};
    Guarded<std::set<std::string>> reported_;  ///< reasons, at most kMaxReported
    /// `word` and `since` are as at the last look at them.
    struct Said {
        std::optional<Health> health{};
        StreamHealth shown{};
    };
    mutable Guarded<Said> said_;
    Attempts attempts_;
    StreamState::WakeList wake_;  ///< the router's, kept for its memory
};

}  // namespace runnel
