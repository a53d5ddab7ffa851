// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mqtt/client_settings.h"
#include "mqtt/decoder.h"
#include "mqtt/encoder.h"
#include "mqtt/incoming.h"
#include "mqtt/link.h"
#include "mqtt/outgoing.h"
#include "mqtt/packet.h"
#include "net/dialer.h"
#include "net/event_loop.h"

namespace runnel::mqtt {

/// What a Client tells its owner, on the loop's thread. None of them may destroy the client.
class ClientEvents {
  public:
    /// The server has accepted the connection; subscriptions are under way. What was published and
    /// not acknowledged goes out again by resend() calls right behind this one.
    virtual void connected(bool isSessionPresent) = 0;
    /// A message of a subscription; views are valid until the call returns. With QoS 1 or 2 the
    /// server keeps it until acknowledge(receipt). With QoS 0 `receipt` is 0.
    virtual void message(const Publish& publish, Receipt receipt) = 0;
    /// The server has this publish (QoS 1), or refuses it (MQTT 5), and says why in `text`. False,
    /// only for a refusal: keep it, the connection is given up and resend() comes with the next.
    virtual bool published(std::uint64_t token, Reason reason, std::string_view text) = 0;
    /// Not acknowledged by the connection before: call publish() with this token again, or
    /// forget() it.
    virtual void resend(std::uint64_t token) = 0;
    /// There is room again after room() was 0 or pendingBytes() high.
    virtual void writable() = 0;
    /// The connection has ended or could not be made; a next attempt follows in `retry`. Said at
    /// each attempt.
    virtual void disconnected(std::string_view why, std::chrono::milliseconds retry) = 0;
    /// The server refuses this filter; asked again at the next connect.
    virtual void refused(std::string_view filter, Reason reason) = 0;

  protected:
    ~ClientEvents() = default;
};

/// An MQTT client that is connected or trying to be, for ever: TLS or plain, TCP or WebSocket;
/// back-off with jitter, persistent session, keep-alive, re-subscribing.
///
/// Receiving: QoS 0, 1 and 2. Nothing is acknowledged but by acknowledge(), in any order; the
/// packets go out in the order in which the messages came, as the standard demands. A receipt of an
/// earlier connection is ignored: the server sends that message again.
/// Sending: QoS 0 and 1. The client keeps no messages: who publishes keeps them until published().
///
/// Thread safety: the loop's thread, or any one thread while the loop does not run.
class Client final : private LinkHandler, private PacketHandler {
  public:
    /// `loop`, `dialer` and `events` outlive it.
    Client(net::EventLoop& loop, net::Dialer& dialer, ClientSettings settings,
           ClientEvents& events);
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    /// Connects. Subscriptions are made with every connection.
    void start(std::vector<std::pair<std::string, Qos>> subscriptions);
    /// Says good-bye, then calls `done`, at the latest after two seconds; no other events come. A
    /// persistent session stays with the server.
    void stop(std::function<void()> done);
    /// Hangs up at once and is stopped; no more calls come, not even stop()'s. Not from within an
    /// event.
    void abort();

    bool isConnected() const { return state_ == State::Connected; }
    /// How many publishes of QoS 1 may be made now; 0 while not connected.
    std::size_t room() const;
    /// Bytes that wait for the socket: who publishes QoS 0 stops at a few 64 KiB.
    std::size_t pendingBytes() const;
    /// What was published with QoS 0 has left: nothing waits, and the connection has not failed.
    bool hasWrittenAll() const;
    /// Queues it, connected and with room() for QoS 1 (asserted). `token` is the owner's name for
    /// it, not 0; packet id and duplicate flag are set here. False, and published() is not called,
    /// when the server has said that packets may not be that big.
    [[nodiscard]] bool publish(Publish publish, std::uint64_t token);
    /// Only in resend(): the publish is not wanted any more.
    void forget(std::uint64_t token);

    /// The message of this receipt is safe (or wrong for ever): the server may forget it.
    void acknowledge(Receipt receipt, Reason reason = Reason::Success);
    /// No more message() until resume(); also from within message().
    void pause();
    void resume();

    const ClientSettings& settings() const { return settings_; }

  private:
    using Time = net::EventLoop::Clock::time_point;
    enum class State : std::uint8_t {
        Stopped,
        Waiting,    ///< for the next attempt
        Dialing,    ///< a socket is under way
        Opening,    ///< TCP, TLS, WebSocket, CONNECT
        Connected,  ///< CONNACK has come
        Closing,    ///< the link has been told to close
    };

    void opened() override;
    void received(std::span<const std::uint8_t> bytes) override;
    void drained() override;
    void closed(std::string_view why) override;
    void packet(const Packet& packet) override;

    void dial();
    void dialed(const net::Dialed& dialed);
    void take(const Connack& connack);
    void take(const Publish& publish);
    void take(const Ack& ack);
    void take(const SubscribeAck& ack);
    void take(const Pingresp&) {}
    void take(const Disconnect& disconnect);
    template <class Other>
    void take(const Other& other);
    std::string limitsOf(const Connack& connack);
    void begin(bool isSessionPresent);
    void subscribe();
    void resendSome();
    void sendAcks();
    void afterInput();
    void giveUp(std::string why);
    void fail(Reason reason, std::string why);
    void lost(std::string_view why);
    std::chrono::milliseconds nextRetry(bool hasLasted);
    void beat();
    void finish();
    template <class AnyPacket>
    void send(const AnyPacket& packet);

    net::EventLoop& loop_;
    net::Dialer& dialer_;
    const ClientSettings settings_;
    ClientEvents& events_;
    std::vector<std::pair<std::string, Qos>> subscriptions_;
    std::unique_ptr<Link> link_;
    std::optional<Decoder> decoder_;
    Incoming incoming_;
    Outgoing outgoing_;
    std::vector<Outgoing::Entry> resends_;  ///< [nextResend_, end) are still to be sent again
    std::size_t nextResend_ = 0;
    std::size_t onWire_ = 0;            ///< of the entries of `resends_`: sent and not acknowledged
    std::uint16_t resendId_ = 0;        ///< while resend() is called
    std::vector<std::uint8_t> output_;  ///< reused by send()
    std::mt19937_64 dice_;
    std::function<void()> stopped_;
    std::string why_;  ///< the first reason for closing
    net::Dialer::Call call_ = net::Dialer::Call::None;
    net::TimerId timer_ = net::TimerId::None;  ///< retry, or the deadline of CONNACK or of stop()
    net::TimerId beat_ = net::TimerId::None;
    Time connectedAt_{};
    std::size_t maxServerPacket_ = 0;  ///< 0: no limit
    std::uint16_t limit_ = 1;          ///< of publishes on their way over this connection
    unsigned failures_ = 0;            ///< in a row
    unsigned attempts_ = 0;            ///< which of a name's addresses is next
    unsigned silentBeats_ = 0;
    State state_ = State::Stopped;
    bool isSessionPresent_ = false;
    bool isPaused_ = false;
    bool hasHeard_ = false;  ///< since the last beat
    bool hasSent_ = false;   ///< since the last beat
    bool hasRoom_ = false;   ///< acknowledgements came: say writable()
};

template <class AnyPacket>
void Client::send(const AnyPacket& packet) {
    output_.clear();
    if constexpr (requires { append(output_, packet); }) {
        append(output_, packet);
    } else {
        append(output_, packet, settings_.version);
    }
    link_->send(output_);
    hasSent_ = true;
}

}  // namespace runnel::mqtt
