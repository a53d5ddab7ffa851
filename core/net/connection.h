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

#include "net/address.h"
#include "net/admission.h"
#include "net/event_loop.h"
#include "net/tls_context.h"
#include "net/transport.h"

namespace runnel::net {

class Connection;

enum class CloseReason : std::uint8_t {
    ByPeer,           // close_notify, FIN or RST: a normal end, not worth more than a debug line
    ByUs,             // close() has finished, or abort()
    ConnectFailed,    // client: refused, unreachable
    HandshakeFailed,  // not TLS, no common version or cipher, certificate refused
    TimedOut,         // connect and handshake took longer than the deadline
    PeerTooSlow,      // more bytes were to be sent than maxPendingBytes
    Failed,           // TLS or system error on an open connection
};

/// A fixed text for a reason, such as "closed by peer".
std::string_view text(CloseReason reason);

/// What a connection tells its user; always on the loop's thread, never from inside one of the
/// user's own calls to the connection. Every callback may destroy the connection.
class ConnectionHandler {
  public:
    /// The connection can be used: connected, handshake done. The first callback, unless it failed.
    virtual void opened() {}
    /// At least one byte; valid until the callback returns.
    virtual void received(std::span<const std::uint8_t> bytes) = 0;
    /// pendingBytes() was above the low watermark and now no longer is.
    virtual void drained() {}
    /// The last callback. `detail` says more in words, or is empty; no secrets in it.
    virtual void closed(CloseReason reason, std::string_view detail) = 0;

  protected:
    ~ConnectionHandler() = default;
};

struct ConnectionOptions {
    std::optional<TlsContext> tls;  // none: plain TCP
    bool isClient = false;
    std::string serverName;  // client: SNI, and what the certificate must name
    std::chrono::milliseconds handshakeDeadline{10'000};  // connecting included
    std::chrono::milliseconds closeDeadline{2'000};       // without progress while closing
    std::size_t maxPendingBytes = 4U << 20U;
    std::size_t lowWatermark = 64U << 10U;
};

/// One non-blocking TCP connection, TLS or plain, server or client side, driven by an EventLoop.
///
/// Sending: send() appends to an output buffer; what is sent during a turn leaves at the end of the
/// turn, with sendNow(), or as soon as it fills a TLS record (16 KiB). An idle connection holds no
/// buffer.
/// Receiving: through the loop's shared buffer, at most about 128 KiB per turn.
///
/// Thread safety: none; the loop's thread only (open() too).
class Connection final : private EventHandler, private TurnHook {
  public:
    /// Closes without further callbacks and frees the object at the end of the turn, so a
    /// connection may be dropped inside its own callbacks.
    struct Dropper {
        void operator()(Connection* connection) const;
    };
    using Ptr = std::unique_ptr<Connection, Dropper>;

    /// Takes over a connected or connecting (address.h: connectTo) descriptor in any case. Call
    /// setHandler before the turn ends. No callback comes from inside open(); failures come later
    /// through closed(). `admission` (may be null) is told when handshake and connection end.
    static Ptr open(EventLoop& loop, int fd, const ConnectionOptions& options,
                    std::shared_ptr<Admission> admission = nullptr);

    ~Connection() override;

    /// Also in the middle of `received`: the next callback goes to the new handler. The handler
    /// must outlive the connection or be replaced.
    void setHandler(ConnectionHandler& handler) { handler_ = &handler; }

    /// Queues the bytes. False when the connection is not open (before opened(), after close()) or
    /// when it would hold more than maxPendingBytes: then nothing of this call is taken and the
    /// connection is given up with PeerTooSlow. Watch pendingBytes() and drained() to stay below.
    bool send(std::span<const std::uint8_t> bytes);
    bool send(std::string_view bytes);
    /// Writes what is pending now, as far as that goes, instead of at the end of the turn: for who
    /// serves thousands of connections in one turn and knows that nothing more comes for this one.
    /// Their buffers would otherwise all exist at once. No callback comes from inside.
    void sendNow();
    std::size_t pendingBytes() const { return output_.size() - head_; }

    /// Back-pressure: what the peer sends stays in the kernel. Whether the peer has gone may only
    /// be seen after resuming (or by a failing write).
    void pauseReading();
    void resumeReading();

    /// Sends what is pending, says good-bye (close_notify, FIN), reads and discards until the peer
    /// closes or closeDeadline passes without progress, then calls closed(ByUs): the peer gets the
    /// last bytes. received() is not called any more.
    void close();
    /// Drops everything at once; closed(ByUs) comes at the end of the turn.
    void abort();

    bool isOpen() const { return state_ == State::Open; }
    bool isTls() const { return isTls_; }
    /// "192.0.2.1:50123"; still there after the end.
    std::string peer() const { return peer_.text(); }
    const PeerAddress& peerAddress() const { return peer_; }
    EventLoop& loop() const { return loop_; }

  private:
    /// Bytes per connection, direction and turn.
    static constexpr std::size_t kTurnBudget = std::size_t{128} * 1024;

    enum class State : std::uint8_t {
        Connecting,
        Handshaking,
        Open,
        Flushing,       // close(): sending what is pending and the good-bye
        Discarding,     // close(): waiting for the peer's end
        ClosedQuietly,  // over, but closed() has still to be called
        Closed,
    };

    Connection(EventLoop& loop, int fd, const ConnectionOptions& options,
               std::shared_ptr<Admission> admission);

    void ready(std::uint32_t events) override;
    void endOfTurn() override;
    void finishConnect();
    void advanceHandshake();
    void becomeOpen();
    void receive();
    void discard();
    void writeRecords(std::size_t least);
    void dropOutput();
    void flush();
    bool writeSome(std::size_t& budget);
    void afterFlush();
    void sayGoodbye();
    void armDeadline(std::chrono::milliseconds delay);
    void deadlinePassed();
    void updateInterest();
    void endedByPeer();
    void release();
    void finish(CloseReason reason, std::string_view detail);
    bool isOver() const { return state_ >= State::ClosedQuietly; }

    EventLoop& loop_;
    ConnectionHandler* handler_ = nullptr;
    Transport transport_;
    std::vector<std::uint8_t> output_;
    std::uint32_t head_ = 0;   // first byte of output_ that is not sent yet
    std::uint32_t retry_ = 0;  // size of the write that must be repeated as it was; 0: none
    std::uint32_t maxPendingBytes_;
    std::uint32_t lowWatermark_;
    std::uint32_t closeDeadlineMs_;
    std::uint32_t interest_ = 0;
    TimerId deadline_ = TimerId::None;
    std::shared_ptr<Admission> admission_;
    PeerAddress peer_;
    State state_ = State::Connecting;
    CloseReason reason_ = CloseReason::ByUs;
    std::uint8_t extensions_ = 0;  // how often closeDeadline was prolonged
    bool isTls_ = false;
    bool isPaused_ = false;
    bool isWriteBlocked_ = false;  // wait for EPOLLOUT before writing again
    bool isReadWaiting_ = false;   // TLS must write before it can read on
    bool isWriteWaiting_ = false;  // TLS must read before it can write on
    bool isAboveWatermark_ = false;
    bool hasProgressed_ = false;
    bool isHandshakeCounted_ = false;
};

}  // namespace runnel::net
