// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runnel/document.h"

/// The side towards the application. A protocol plugin PULLS: nothing waits for a session but the
/// journal. Order of calls: authenticate -> attach -> (ready -> take … settle)* -> closed.
namespace runnel {

/// A stream as its protocol sees it. Its scope: its device, else gateway, else application.
struct StreamConfig {
    std::uint64_t stream{};   ///< names the stream as long as the broker runs
    std::string name;         ///< for people: "70B3D57ED0000001/cloud"
    std::string protocol;     ///< plugin name, such as "websocket"
    std::string contentType;  ///< of its documents
    bool isText = true;       ///< its documents are UTF-8
    std::optional<Eui> application, device, gateway;
    Fields options;  ///< the protocol's own, validated against Plugin::options
};

/// What a token allows. Shared, since a stream's sessions all point to one configuration.
struct Grant {
    std::uint64_t token{};  ///< which of the stream's tokens
    bool mayReceive{};      ///< documents go out
    bool maySend{};         ///< downlinks come in
    std::shared_ptr<const StreamConfig> stream;
};

/// Why there is no grant or no session. `text` may be shown to the other side: it holds no secret.
struct Denial {
    enum class Why : std::uint8_t {
        UnknownToken,     ///< WebSocket 401, MQTT 5 reason 0x86
        Throttled,        ///< too many unknown tokens from this address: 429, 0x97
        Disabled,         ///< stream switched off: 403, 0x87
        OtherProtocol,    ///< the token is good, at another door; `text` names it: 403, 0x87
        TooManySessions,  ///< 32 per stream: 503, 0x97
        Stopping          ///< 503, 0x88
    } why{};
    std::string text;
};

/// One message for one session: one document, or several receptions' documents; settled as one.
struct Parcel {
    std::uint64_t id{};                      ///< per session, rising; not a Position
    std::shared_ptr<const Message> message;  ///< null: a gap notice
    std::shared_ptr<const std::vector<std::string>>
        documents;         ///< at least one, encoded by the stream's format
    bool isRedelivered{};  ///< was taken before and not settled
    bool isReplay{};       ///< sent again on request
};

enum class Outcome : std::uint8_t {
    Delivered,
    Filtered,  ///< the protocol chose not to send it
    Rejected   ///< can never be delivered: a dead letter. Retries stay inside the plugin
};

enum class CloseReason : std::uint8_t {
    Shutdown,        ///< WebSocket 1001
    Revoked,         ///< token: 1008
    Removed,         ///< stream: 1008
    Changed,         ///< stream's options: 1012
    TakenOver,       ///< more than 32 sessions, the oldest goes: 1008
    PluginReplaced,  ///< 1012
    Overloaded       ///< 1013
};

enum class Health : std::uint8_t { Connecting, Working, Failing };

struct SessionRequest {
    std::string peer;               ///< the other side's address, for people
    std::string consumer;           ///< reserved, ""
    std::optional<Position> since;  ///< start behind this position; never moves a cursor back
    std::optional<Instant> from;    ///< start at the first message of this time
    bool isSendOnly{};              ///< takes no parcels, so it is neither holder nor listener
};

/// One live connection, the plugin's side. Called by the core from any thread, and also from within
/// a call to SessionHost: note it, wake the connection's loop, return. Never throws.
class Session {
  public:
    virtual ~Session() = default;

    /// There is something to take: once after attach and once after each take() that came up short.
    virtual void ready() = 0;
    /// Answers receive(ticket), exactly once, when the downlinks are stored: a receipt for each, in
    /// order, none for an Acknowledge. `isAccepted`: none of them is a rejection.
    virtual void answer(Ticket ticket, std::vector<std::string> receipts, bool isAccepted) = 0;
    /// Say why in the protocol's way, then end and call SessionHost::closed.
    virtual void close(CloseReason reason, std::string_view text) = 0;
};

/// One live connection, the core's side. Thread safety: one thread at a time; memory only, never
/// waits. After closed() every call is ignored.
class SessionHost {
  public:
    virtual ~SessionHost() = default;

    /// Appends at most `maxParcels`, and stops after the parcel that reaches `maxBytes` of
    /// documents. Returns how many; fewer than `maxParcels` without reaching `maxBytes` is a short
    /// take.
    virtual std::size_t take(std::vector<Parcel>& out, std::size_t maxParcels,
                             std::size_t maxBytes) = 0;
    /// This parcel and all before it arrived. Unknown ids are ignored.
    virtual void settleThrough(std::uint64_t parcel) = 0;
    /// In any order; the core computes the cursor. `why` is kept with a dead letter.
    virtual void settle(std::uint64_t parcel, Outcome outcome, std::string_view why) = 0;
    /// One try at a parcel that may be repeated; the last 20 of a stream are shown to people.
    virtual void attempt(std::uint64_t parcel, std::uint16_t status,
                         std::string_view answerStart) = 0;
    /// What the application sent. Same device: in call order.
    virtual void receive(const DecodeInput& input, Ticket ticket) = 0;
    /// For sessions that the plugin opens itself: is the other side there?
    virtual void health(Health health, std::string_view text) = 0;
    /// The connection has ended; unsettled parcels will come again.
    virtual void closed(std::string_view why) = 0;
};

/// What a protocol may call. Thread safety: any thread, does not block.
class ProtocolHost {
  public:
    /// `peer` is the other side's address without port; wrong tokens are counted by it. With
    /// `isSendOnly` the token of another protocol's stream is welcome: a downlink may come by any
    /// door.
    virtual Result<Grant, Denial> authenticate(std::string_view token, std::string_view peer,
                                               bool isSendOnly) = 0;
    /// Re-checks the grant. The session may get ready() before this returns.
    virtual Result<std::shared_ptr<SessionHost>, Denial> attach(
        const Grant& grant, SessionRequest request, std::shared_ptr<Session> session) = 0;

  protected:
    ~ProtocolHost() = default;
};

/// A stream protocol. Thread safety: called by one thread at a time; each call returns promptly.
class Protocol {
  public:
    virtual ~Protocol() = default;

    /// Listens and connects. An error keeps the protocol's streams waiting, losing nothing.
    virtual Status start() = 0;
    /// A stream of this protocol exists from now on. A protocol that listens may ignore it; one
    /// that connects by itself attaches with the given grant.
    virtual Status open(const Grant& grant) = 0;
    virtual void close(std::uint64_t stream, CloseReason reason) = 0;
    /// Stops and starts accepting, sessions live on (swap of a plugin, rollback).
    virtual void quiesce() = 0;
    virtual void resume() = 0;
    /// Ends its sessions politely and joins its threads, within 5 s.
    virtual void stop() = 0;
};

}  // namespace runnel
