// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mqtt/decoder.h"
#include "mqtt/incoming.h"
#include "mqtt/link.h"
#include "mqtt/outgoing.h"
#include "mqtt/packet.h"
#include "net/event_loop.h"

namespace runnel::mqtt {

/// What a server's user decides and gets, on the loop's thread. Views are valid until the call
/// returns. None of them may destroy the session, except ended().
class ServerEvents {
  public:
    /// The client introduces itself: call accept() or refuse() before returning.
    virtual void connect(const Connect& connect) = 0;
    /// One reason per filter: a granted QoS of at most 1, or why not.
    virtual std::vector<Reason> subscribe(const Subscribe& subscribe) = 0;
    virtual std::vector<Reason> unsubscribe(const Unsubscribe& unsubscribe) = 0;
    /// QoS 1 and 2: not acknowledged but by acknowledge(receipt). QoS 0: `receipt` is 0.
    virtual void message(const Publish& publish, Receipt receipt) = 0;
    /// The client has the publish with this token; `reason` may be a failure (MQTT 5).
    virtual void published(std::uint64_t token, Reason reason) = 0;
    /// All that came at once is worked off: there may be room again, published() may be summed up.
    virtual void turned() = 0;
    /// The connection has ended; the last call.
    virtual void ended(std::string_view why) = 0;

  protected:
    ~ServerEvents() = default;
};

/// The server's side of one MQTT client, from CONNECT to the end of its connection. Receives QoS
/// 0, 1 and 2, sends QoS 0 and 1; what a server may refuse is refused with MQTT 5's reason, and
/// with 3.1.1 by closing the connection, which is all that it offers.
/// Thread safety: the loop's thread.
class ServerSession final : private LinkHandler, private PacketHandler {
  public:
    static constexpr std::uint16_t kReceiveMaximum = 1024;
    static constexpr std::uint16_t kWindow = 1024;
    static constexpr std::size_t kMaxPacketBytes = std::size_t{66} * 1024;
    static constexpr std::chrono::seconds kConnectDeadline{10};

    /// `loop`, `events` and `scratch`, in which packets are put together and which the sessions of
    /// a loop share, outlive it.
    ServerSession(net::EventLoop& loop, std::vector<std::uint8_t>& scratch, ServerEvents& events);
    ~ServerSession();
    ServerSession(const ServerSession&) = delete;
    ServerSession& operator=(const ServerSession&) = delete;

    /// The handler that a link is to be made with.
    LinkHandler& handler() { return *this; }
    /// `unread` came over the link already.
    void begin(std::unique_ptr<Link> link, std::span<const std::uint8_t> unread);

    struct Welcome {
        bool isSessionPresent{};
        /// Given to the client if it has sent none; "" else.
        std::string assignedClientId;
        std::uint32_t sessionExpirySeconds{};  ///< what is granted
        std::chrono::seconds longestKeepAlive{};
    };
    void accept(const Welcome& welcome);
    /// CONNACK with this reason, then the end; `why` goes to a client of MQTT 5, too. A reason that
    /// the packet may not carry becomes a similar one; so it is with end() and subscribe().
    void refuse(Reason reason, std::string_view why);

    Version version() const { return decoder_.version(); }
    bool isOpen() const { return phase_ == Phase::Open; }
    /// How many publishes of QoS 1 may be made now.
    std::size_t room() const { return isOpen() ? outgoing_.room() : 0; }
    std::size_t pendingBytes() const { return link_ ? link_->pendingBytes() : 0; }
    /// What was published with QoS 0 has left: nothing waits, and the connection has not failed.
    bool hasWrittenAll() const;
    void sendNow();
    /// Queues it, with room() for QoS 1 (asserted). Packet id is set here. False: bigger than the
    /// client takes; nothing was sent.
    [[nodiscard]] bool publish(Publish publish, std::uint64_t token);
    void acknowledge(Receipt receipt, Reason reason);

    /// Back-pressure; allowed anywhere.
    void pauseReading();
    void resumeReading();

    /// Was anything heard within one and a half times the client's keep-alive? Ends the session if
    /// not; to be called every few seconds.
    void checkKeepAlive(net::EventLoop::Clock::time_point now);
    /// DISCONNECT with this reason (MQTT 5), then the end.
    void end(Reason reason, std::string_view why);
    void abort();

  private:
    enum class Phase : std::uint8_t { Connecting, Open, Closing };

    void received(std::span<const std::uint8_t> bytes) override;
    void drained() override;
    void closed(std::string_view why) override;
    void packet(const Packet& packet) override;

    void take(const Connect& connect);
    void take(const Publish& publish);
    void take(const Ack& ack);
    void take(const Subscribe& subscribe);
    void take(const Unsubscribe& unsubscribe);
    void take(const Pingreq&);
    void take(const Disconnect& disconnect);
    template <class Other>
    void take(const Other& other);
    Properties inWords(std::string_view why) const;
    void afterInput();
    void sendAcks();
    void close(std::string_view why);
    template <class AnyPacket>
    void send(const AnyPacket& packet);

    net::EventLoop& loop_;
    std::vector<std::uint8_t>& scratch_;
    ServerEvents& events_;
    std::unique_ptr<Link> link_;
    Decoder decoder_;
    Incoming incoming_;
    Outgoing outgoing_;
    std::string why_;                               ///< the first reason for closing
    net::EventLoop::Clock::time_point lastSign_{};  ///< of life
    net::TimerId deadline_ = net::TimerId::None;    ///< for CONNECT
    std::uint32_t maxClientPacket_ = 0;             ///< 0: no limit
    std::uint16_t keepAliveSeconds_ = 0;            ///< 0: none
    Phase phase_ = Phase::Connecting;
};

}  // namespace runnel::mqtt
