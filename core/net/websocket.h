// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

/// RFC 6455 framing without any input or output of its own. Incoming frames are parsed by wslay;
/// outgoing ones are never fragmented. A client masks all its frames, a server none (§5.3).
namespace runnel::net {

enum class WebSocketSide : std::uint8_t { Server, Client };

enum class WebSocketOpcode : std::uint8_t { Text = 1, Binary = 2, Close = 8, Ping = 9, Pong = 10 };

/// Status codes of a Close frame (RFC 6455 §7.4.1 and its IANA registry).
enum class WebSocketClose : std::uint16_t {
    Normal = 1000,
    GoingAway = 1001,
    ProtocolError = 1002,
    UnsupportedData = 1003,
    NoStatus = 1005,  ///< the peer's frame carried none; never sent
    BadText = 1007,
    PolicyViolation = 1008,
    TooBig = 1009,
    InternalError = 1011,
    ServiceRestart = 1012,
    TryAgainLater = 1013
};

using WebSocketMask = std::array<std::uint8_t, 4>;

/// The masks of one client's frames: unpredictable, fetched from OpenSSL a few at a time.
class WebSocketMasks final {
  public:
    /// Valid until the next call.
    const WebSocketMask& next();

  private:
    std::array<WebSocketMask, 16> masks_{};
    std::size_t used_ = masks_.size();
};

/// In place; a second time undoes it.
void applyMask(std::span<std::uint8_t> payload, const WebSocketMask& mask);

/// What stands before a frame's payload: 2, 4 or 10 bytes, and a client's mask.
class WebSocketHeader final {
  public:
    WebSocketHeader(WebSocketOpcode opcode, std::size_t payloadSize,
                    const WebSocketMask* mask = nullptr);
    std::span<const std::uint8_t> bytes() const { return {bytes_.data(), size_}; }

  private:
    std::array<std::uint8_t, 14> bytes_{};
    std::uint8_t size_ = 2;
};

/// Appends a whole frame. A control frame's payload is cut at 125 bytes.
void appendFrame(std::vector<std::uint8_t>& out, WebSocketOpcode opcode, std::string_view payload,
                 const WebSocketMask* mask = nullptr);
/// Appends a Close frame; `reason` is UTF-8 and is cut, between characters, at 123 bytes.
/// NoStatus appends one without code and reason.
void appendClose(std::vector<std::uint8_t>& out, WebSocketClose code, std::string_view reason,
                 const WebSocketMask* mask = nullptr);

/// What a receiver found. The views are valid until the callback returns. None of them may destroy
/// the receiver. Nothing comes after peerClosed, failed, or WebSocketReceiver::stop.
class WebSocketEvents {
  public:
    /// A whole message; a text is valid UTF-8.
    virtual void message(bool isText, std::string_view payload) = 0;
    /// To be answered by a Pong with the same payload.
    virtual void ping(std::string_view payload) = 0;
    virtual void pong(std::string_view payload) = 0;
    /// To be answered by a Close frame with this code, unless one was sent already.
    virtual void peerClosed(std::uint16_t code, std::string_view reason) = 0;
    /// The peer broke the protocol or sent too much: send a Close frame with this and hang up.
    virtual void failed(WebSocketClose code, std::string_view text) = 0;

  protected:
    ~WebSocketEvents() = default;
};

class WebSocketContext;

/// Parsers for many connections of one side. One takes about 9 KB, so a connection borrows one only
/// from the first byte of an incomplete frame or message to its last. Thread safety: none; one per
/// loop. Outlives its receivers.
class WebSocketPool final {
  public:
    explicit WebSocketPool(std::size_t maxMessageBytes = std::size_t{64} * 1024,
                           WebSocketSide side = WebSocketSide::Server);
    ~WebSocketPool();
    WebSocketPool(const WebSocketPool&) = delete;
    WebSocketPool& operator=(const WebSocketPool&) = delete;

    std::size_t maxMessageBytes() const { return maxMessageBytes_; }
    std::size_t borrowed() const { return borrowed_; }

  private:
    friend class WebSocketReceiver;
    std::unique_ptr<WebSocketContext> borrow();
    void giveBack(std::unique_ptr<WebSocketContext> context, bool isReusable);

    std::size_t maxMessageBytes_;
    WebSocketSide side_;
    std::size_t borrowed_ = 0;
    std::vector<std::unique_ptr<WebSocketContext>> free_;
};

/// One connection's incoming direction: bytes in, events out.
/// Thread safety: none; the pool's thread.
class WebSocketReceiver final {
  public:
    explicit WebSocketReceiver(WebSocketPool& pool);
    ~WebSocketReceiver();
    WebSocketReceiver(const WebSocketReceiver&) = delete;
    WebSocketReceiver& operator=(const WebSocketReceiver&) = delete;

    /// Parses what came next; bytes of an incomplete frame are kept. Not to be called from within
    /// an event.
    void feed(std::span<const std::uint8_t> bytes, WebSocketEvents& events);
    /// No more events; also from within one. What is fed from now on is ignored.
    void stop() { isStopped_ = true; }
    /// A frame or message is incomplete.
    bool isBusy() const { return context_ != nullptr; }

  private:
    std::size_t takePlainControl(std::span<const std::uint8_t> bytes, WebSocketEvents& events);

    WebSocketPool* pool_;
    std::unique_ptr<WebSocketContext> context_;
    bool isStopped_ = false;
};

}  // namespace runnel::net
