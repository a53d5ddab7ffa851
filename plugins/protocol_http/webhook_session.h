// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "delivery.h"
#include "lanes.h"
#include "net/event_loop.h"
#include "runnel/plugin.h"
#include "runnel/protocol.h"
#include "sessions/session_loop.h"
#include "settings.h"
#include "transfers.h"
#include "verdict.h"

namespace runnel::http {

/// One stream's session as long as the stream exists, however long the other side is away. A parcel
/// is settled by a 2xx answer. What is to be tried again waits with its device's later messages;
/// while nothing at all arrives, one request at a time finds out whether that has changed.
///
/// Thread safety: the overrides of Session from any thread, the rest on the loop's. May be
/// destroyed on any thread once it has left its loop.
class WebhookSession final : public sessions::LoopSession,
                             public std::enable_shared_from_this<WebhookSession> {
  public:
    /// What the sessions of one loop share; outlives them.
    struct Parts {
        Host& host;
        ProtocolHost& core;
        sessions::SessionLoop& sessions;
        Transfers& transfers;
    };
    /// Taken and not settled: enough that a few messages that fail for hours stop nobody else.
    static constexpr std::size_t kMaxHeld = 4096;
    static constexpr std::size_t kMaxBytes = std::size_t{8} << 20U;
    /// Lists of receipts that wait for the other side.
    static constexpr std::size_t kMaxReceipts = 256;
    /// After so many failures or refusals with nothing between them the stream is failing.
    static constexpr unsigned kFailing = 3;
    /// What fails for so long while others arrive becomes a dead letter.
    static constexpr std::chrono::hours kGiveUp{24};

    WebhookSession(Parts& parts, Grant grant, WebhookOptions options);

    /// Attaches and takes; lives until end().
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
    using Clock = Delivery::Clock;
    using DeliveryPtr = std::shared_ptr<Delivery>;

    void pump();
    void takeSome();
    DeliveryPtr next(Clock::time_point now);
    void send(const DeliveryPtr& delivery);
    void finished(Transfers::Id id, const DeliveryPtr& delivery, Answer&& answer);
    void tell(const Delivery& delivery, const Answer& answer);
    void arrived(Delivery& delivery, const Answer& answer);
    void later(const DeliveryPtr& delivery, const Verdict& verdict);
    void retryAllAt(Clock::time_point when);
    void never(Delivery& delivery, const std::string& why);
    void settle(const std::vector<Item>& items, const std::string& refusal);
    void read(const Delivery& delivery, const Answer& answer);
    void sendReceipts(const std::vector<std::string>& receipts);
    void wakeAt(Clock::time_point when);
    void say(Health health, const std::string& text);
    void leave(std::string_view why);

    Parts& parts_;
    const std::shared_ptr<sessions::Inbox> inbox_;
    const Grant grant_;
    const std::shared_ptr<const StreamConfig> stream_;
    const WebhookOptions options_;
    sessions::Membership membership_;
    std::shared_ptr<SessionHost> host_;

    Lanes lanes_;
    bool hasMore_ = true;  ///< there may be something to take
    bool isEnding_ = false;
    std::string why_;                                        ///< it ends
    std::set<Transfers::Id> flying_;                         ///< requests on their way
    std::multimap<Clock::time_point, DeliveryPtr> retries_;  ///< by when they are tried again
    bool isWorking_ = false;                                 ///< that was said last
    // In a row, with nothing that arrived between them:
    unsigned failures_ = 0;
    unsigned refusals_ = 0;
    unsigned pauses_ = 0;              ///< since something arrived
    Clock::time_point pausedUntil_{};  ///< nothing is sent before
    Clock::time_point lastArrival_{};
    net::TimerId waking_ = net::TimerId::None;
    std::minstd_rand random_;
    Ticket lastTicket_ = 0;
    std::size_t receipts_ = 0;  ///< deliveries of receipts under way
    std::uint64_t lastReceipts_ = 0;
};

}  // namespace runnel::http
