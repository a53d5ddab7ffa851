// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mqtt/link.h"
#include "mqtt/server_session.h"
#include "outbox.h"
#include "runnel/protocol.h"
#include "sessions/session_loop.h"
#include "subscribers.h"

namespace runnel::mqtt {

/// One client of role listener, from CONNECT to its end. With its first subscription to messages it
/// becomes a session of its stream; to send downlinks needs none. QoS 1: a parcel is settled by the
/// client's PUBACK; QoS 0: when it is written; what no filter matches is filtered. A client that
/// publishes gets its PUBACK when the downlink's receipt is there.
///
/// At most about 64 KiB wait for the socket and 1,024 messages for a PUBACK. Reading rests while
/// 1,024 downlinks are unanswered. Who lets 256 KiB wait and subscribes to receipts is shown out
/// with the next one.
///
/// Thread safety: the overrides of Session from any thread, the rest on the loop's. May be
/// destroyed on any thread once its connection has ended.
class SubscriberSession final : public sessions::LoopSession,
                                public std::enable_shared_from_this<SubscriberSession>,
                                private ServerEvents {
  public:
    /// What the sessions of one loop share; outlives them.
    struct Parts {
        ProtocolHost& core;
        sessions::SessionLoop& sessions;
        Subscribers& subscribers;
        std::vector<std::uint8_t> scratch;
    };
    static constexpr std::size_t kMaxFilters = 64;
    static constexpr std::size_t kMaxClientId = 256;  ///< bytes; absent ones are remembered
    static constexpr std::size_t kMaxUnanswered = 1024;
    static constexpr std::size_t kOutputBudget = std::size_t{64} * 1024;

    /// `peer`: the client's address with its port.
    SubscriberSession(Parts& parts, std::string peer);
    ~SubscriberSession() override;

    /// The handler that its link is made with.
    LinkHandler& handler() { return session_.handler(); }
    /// Lives until the connection ends, then leaves the loop. `unread` came over the link already.
    void begin(std::unique_ptr<Link> link, std::span<const std::uint8_t> unread);

    void ready() override;
    void answer(Ticket ticket, std::vector<std::string> receipts, bool isAccepted) override;
    void close(CloseReason reason, std::string_view text) override;

    sessions::Membership& membership() override { return membership_; }
    std::uint64_t stream() const override;
    void takeReady() override;
    bool tick() override { return false; }
    void checkSilence() override;
    void end(CloseReason reason, std::string_view text) override;
    void abort() override;

    /// Receipts for a downlink of this stream, whoever sent it: published if a filter matches. Any
    /// thread.
    void show(const std::shared_ptr<const std::vector<std::string>>& receipts,
              const std::string& topic);

  private:
    struct Unanswered {
        Ticket ticket{};
        Receipt receipt{};  ///< 0: QoS 0, nothing to acknowledge
        std::string receiptTopic;
    };

    void connect(const Connect& connect) override;
    std::vector<Reason> subscribe(const Subscribe& subscribe) override;
    std::vector<Reason> unsubscribe(const Unsubscribe& unsubscribe) override;
    void message(const Publish& publish, Receipt receipt) override;
    void published(std::uint64_t token, Reason reason) override;
    void turned() override;
    void ended(std::string_view why) override;

    std::optional<Denial> authenticate(const Connect& connect);
    void welcome(const Connect& connect);
    Reason add(const Subscription& subscription);
    bool wantsParcels() const;
    std::optional<Denial> attach();
    std::optional<Qos> wanted(std::string_view topic) const;
    Result<SessionHost*, Denial> sender();
    void refuseDownlink(Receipt receipt, std::string_view why);
    void sendAnswer(Ticket ticket, std::vector<std::string> receipts, bool isAccepted);
    void publishReceipts(const std::vector<std::string>& receipts, const std::string& topic);
    void deliver();
    void sendUnsent();
    void sendOne(const Outbox::Document& document);
    std::size_t takeSome();
    void finished(Outbox::Token token, Reason reason);
    void settleWritten();
    void settle();
    void updateReading();

    Parts& parts_;
    const std::shared_ptr<sessions::Inbox> inbox_;
    std::shared_ptr<const StreamConfig> stream_;  ///< null before CONNECT
    std::optional<Grant> grant_;
    std::shared_ptr<SessionHost> host_;    ///< while it subscribes to messages
    std::shared_ptr<SessionHost> sender_;  ///< for downlinks, from the first one on
    Filters filters_;
    Outbox outbox_{false};
    std::vector<Outbox::Token> unwritten_;  ///< QoS 0, waiting for the socket
    std::vector<Unanswered> unanswered_;
    std::string peer_;
    std::string clientId_;
    Ticket lastTicket_ = 0;
    std::chrono::seconds expiry_{0};  ///< of what is remembered when it ends
    sessions::Membership membership_;
    bool hasMore_ = false;  ///< the last take was not a short one
    bool isPaused_ = false;
    net::EventLoop::Clock::time_point pausedSince_{};
    ServerSession session_;
};

}  // namespace runnel::mqtt
