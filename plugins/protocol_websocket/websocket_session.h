// SPDX-License-Identifier: Apache-2.0
#pragma once

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
#include "sessions/session_loop.h"
#include "settings.h"
#include "write_ledger.h"

namespace runnel::websocket {

/// One WebSocket client. Takes parcels while the other side keeps up, writes their documents as
/// frames, and settles them as the stream's option `acknowledge` says.
///
/// At most about 64 KiB wait for the socket, and with `pong` at most 4,096 frames or 1 MiB for a
/// PONG. Reading rests while 1,024 requests are unanswered or the client does not read its answers.
///
/// Thread safety: the overrides of Session from any thread, the rest on the loop's. May be
/// destroyed on any thread once its connection has ended.
class WebSocketSession final : public sessions::LoopSession,
                               public std::enable_shared_from_this<WebSocketSession>,
                               private net::ConnectionHandler,
                               private net::WebSocketEvents {
  public:
    static constexpr std::size_t kMaxUnanswered = 1024;
    static constexpr std::size_t kOutputBudget = std::size_t{64} * 1024;

    /// What the sessions of one loop share; outlives them.
    struct Parts {
        sessions::SessionLoop& sessions;
        net::WebSocketPool& pool;
        const Settings& settings;
    };

    WebSocketSession(Parts& parts, std::shared_ptr<const StreamConfig> stream);
    ~WebSocketSession() override;

    void ready() override;
    void answer(Ticket ticket, std::vector<std::string> receipts, bool isAccepted) override;
    void close(CloseReason reason, std::string_view text) override;

    /// Answers the upgrade with `head` and lives until the connection ends; then calls
    /// SessionHost::closed and leaves the loop.
    void begin(net::TakenConnection taken, std::shared_ptr<SessionHost> host,
               std::string_view head);
    /// Sends a close frame, waits a little for the client's, and hangs up. Once.
    void end(CloseReason reason, std::string_view text) override { end(closeCode(reason), text); }
    void abort() override;
    void takeReady() override;
    bool tick() override;
    void checkSilence() override;
    sessions::Membership& membership() override { return membership_; }
    std::uint64_t stream() const override { return stream_->stream; }

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
    void end(net::WebSocketClose code, std::string_view text);
    void finish(std::string_view why);

    Parts& parts_;
    sessions::SessionLoop& loop_;
    const std::shared_ptr<sessions::Inbox> inbox_;
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
    sessions::Membership membership_;
    std::uint32_t unanswered_ = 0;
    Settling settling_;
    Phase phase_ = Phase::Open;
    bool hasMore_ = false;  // the last take was not a short one
    bool isPaused_ = false;
};

}  // namespace runnel::websocket
