// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mqtt/client.h"
#include "net/dialer.h"
#include "outbox.h"
#include "runnel/plugin.h"
#include "runnel/protocol.h"
#include "sessions/session_loop.h"
#include "settings.h"

namespace runnel::mqtt {

/// One stream of role client: the stream's session as long as the stream exists, however often its
/// broker goes away. QoS 1: a parcel is settled by the broker's PUBACK, and what was not
/// acknowledged when a connection ended is published again first. Downlinks are acknowledged to the
/// broker when their receipt is there.
///
/// Thread safety: the overrides of Session from any thread, the rest on the loop's. May be
/// destroyed on any thread once it has left its loop.
class PublisherSession final : public sessions::LoopSession,
                               public std::enable_shared_from_this<PublisherSession>,
                               private ClientEvents {
  public:
    /// What the sessions of one loop share; outlives them.
    struct Parts {
        Host& host;
        ProtocolHost& core;
        sessions::SessionLoop& sessions;
        net::Dialer& dialer;
    };
    static constexpr std::size_t kMaxUnanswered = 1024;
    static constexpr std::size_t kOutputBudget = std::size_t{256} * 1024;

    PublisherSession(Parts& parts, Grant grant, PublisherOptions options);
    ~PublisherSession() override;

    /// Attaches and connects; lives until end().
    void begin();

    void ready() override;
    void answer(Ticket ticket, std::vector<std::string> receipts, bool isAccepted) override;
    void close(CloseReason reason, std::string_view text) override;

    sessions::Membership& membership() override { return membership_; }
    std::uint64_t stream() const override { return stream_->stream; }
    void takeReady() override;
    bool tick() override { return false; }
    void checkSilence() override {}
    void end(CloseReason reason, std::string_view text) override;
    void abort() override;

  private:
    struct Unanswered {
        Ticket ticket{};
        Receipt receipt{};
        std::optional<Eui> device;
    };

    void connected(bool isSessionPresent) override;
    void message(const Publish& publish, Receipt receipt) override;
    bool published(std::uint64_t token, Reason reason, std::string_view text) override;
    void resend(std::uint64_t token) override;
    void writable() override;
    void disconnected(std::string_view why, std::chrono::milliseconds retry) override;
    void refused(std::string_view filter, Reason reason) override;

    void deliver();
    void sendUnsent();
    bool publish(const Outbox::Document& document);
    std::size_t takeSome();
    void reject(Outbox::Token token, std::string_view why);
    void settleWritten();
    void settle();
    void sendAnswer(Ticket ticket, std::vector<std::string> receipts);
    void leave(std::string_view why);
    void note(Level level, std::string_view text);
    void say(Health health, const std::string& text);

    Parts& parts_;
    const std::shared_ptr<sessions::Inbox> inbox_;
    const Grant grant_;
    const std::shared_ptr<const StreamConfig> stream_;
    const PublisherOptions options_;
    std::shared_ptr<SessionHost> host_;  ///< null before begin() and after the end
    Outbox outbox_{true};
    std::vector<Outbox::Token> unwritten_;  ///< QoS 0, waiting for the socket
    std::vector<Unanswered> unanswered_;
    std::string lastRejection_;
    Ticket lastTicket_ = 0;
    sessions::Membership membership_;
    bool hasMore_ = false;  ///< the last take was not a short one
    bool isEnding_ = false;
    Client client_;
};

}  // namespace runnel::mqtt
