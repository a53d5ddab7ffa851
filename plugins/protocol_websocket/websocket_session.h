// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "net/connection.h"
#include "net/http_server.h"
#include "net/websocket.h"
#include "ping_ledger.h"
#include "runnel/protocol.h"
#include "settings.h"
#include "write_ledger.h"

namespace runnel::websocket {

class Inbox;
class SessionLoop;

/// One WebSocket client. Takes parcels while the other side keeps up, writes their documents as
/// frames, and settles them as the stream's option `acknowledge` says.
///
/// At most about 64 KiB wait for the socket, and with `pong` at most 4,096 frames or 1 MiB for a
/// PONG. Reading rests while 1,024 requests are unanswered or the client does not read its answers.
///
/// Thread safety: the overrides of Session from any thread, the rest on the loop's. May be
/// destroyed on any thread once its connection has ended.
class WebSocketSession final : public Session,
                               public std::enable_shared_from_this<WebSocketSession>,
                               private net::ConnectionHandler,
                               private net::WebSocketEvents {
  public:
    static constexpr std::size_t kMaxUnanswered = 1024;
    static constexpr std::size_t kOutputBudget = std::size_t{64} * 1024;

    WebSocketSession(SessionLoop& loop, std::shared_ptr<const StreamConfig> stream);
    ~WebSocketSession() override;

    void ready() override;
    void answer(Ticket ticket, std::vector<std::string> receipts, bool isAccepted) override;
    void close(CloseReason reason, std::string_view text) override;

    /// Answers the upgrade with `head` and lives until the connection ends; then calls
    /// SessionHost::closed and leaves the loop.
    void begin(net::TakenConnection taken, std::shared_ptr<SessionHost> host,
               std::string_view head);
    /// Sends a close frame, waits a little for the client's, and hangs up. Once.
    void end(net::WebSocketClose code, std::string_view text);
    /// Hangs up at once.
    void abort();

    /// What the loop calls: the inbox named this session; a quarter of a second has passed (false:
    /// no need to look again); is the client still there?
    void takeReady();
    bool tick();
    void checkSilence();

    std::uint64_t stream() const { return stream_->stream; }
    std::size_t place() const { return place_; }
    void setPlace(std::size_t place) { place_ = static_cast<std::uint32_t>(place); }
    bool isWatched() const { return isWatched_; }
    void setWatched(bool isWatched) { isWatched_ = isWatched; }

  private:
    enum class Phase : std::uint8_t {
        Open,
        Closing,  // our close frame is out, the client's is not here
        Ended     // the core knows; the connection is saying good-bye
    };
    struct Room {
        std::size_t frames;
        std::size_t bytes;
    };

    void received(std::span<const std::uint8_t> bytes) override;
    void drained() override;
    void closed(net::CloseReason reason, std::string_view detail) override;
    void message(bool isText, std::string_view payload) override;
    void ping(std::string_view payload) override;
    void pong(std::string_view payload) override;
    void peerClosed(std::uint16_t code, std::string_view reason) override;
    void failed(net::WebSocketClose code, std::string_view text) override;

    void deliver();
    Room room() const;
    std::size_t takeSome(Room room);
    std::size_t sendParcel(const Parcel& parcel);
    void sendFrame(net::WebSocketOpcode opcode, std::string_view payload);
    void sendClose(net::WebSocketClose code, std::string_view text);
    void sendPing();
    void sendAnswer(const std::vector<std::string>& documents);
    void settleWritten();
    bool hasUnsettled() const { return ledger_.hasUnsettled() || writes_.hasUnsettled(); }
    bool isPastLimit() const;
    void updateReading();
    void finish(std::string_view why);

    SessionLoop& loop_;
    const std::shared_ptr<Inbox> inbox_;
    const std::shared_ptr<const StreamConfig> stream_;
    std::shared_ptr<SessionHost> host_;  // null before begin and after closed()
    net::Connection::Ptr connection_;
    std::optional<net::WebSocketReceiver> receiver_;
    PingLedger ledger_;
    WriteLedger writes_;
    std::uint64_t queued_ = 0;  // bytes ever given to the connection
    Ticket lastTicket_ = 0;
    PingLedger::Time lastSign_{};  // of life
    net::TimerId closing_ = net::TimerId::None;
    std::uint32_t place_ = 0;
    std::uint32_t unanswered_ = 0;
    Settling settling_;
    Phase phase_ = Phase::Open;
    std::atomic<bool> isListed_ = false;  // in the inbox
    bool hasMore_ = false;                // the last take was not a short one
    bool isWatched_ = false;
    bool isPaused_ = false;
};

}  // namespace runnel::websocket
