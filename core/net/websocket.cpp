// SPDX-License-Identifier: Apache-2.0
#include "net/websocket.h"

#include <Poco/UTF8Encoding.h>
#include <openssl/rand.h>
#include <wslay/wslay.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>

namespace runnel::net {

namespace {

constexpr std::size_t kMaxControl = 125;  // RFC 6455 §5.5
constexpr std::size_t kMaskKey = 4;
constexpr std::size_t kFreeContexts = 32;
constexpr std::uint8_t kFin = 0x80;
constexpr std::uint8_t kMasked = 0x80;

std::string_view asText(const std::uint8_t* bytes, std::size_t size) {
    return {reinterpret_cast<const char*>(bytes), size};
}

void append(std::vector<std::uint8_t>& out, std::string_view bytes) {
    out.insert(out.end(), bytes.begin(), bytes.end());
}

bool isContinuation(char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

/// At most `size` bytes of a UTF-8 text, without half a character at the end.
std::string_view cut(std::string_view text, std::size_t size) {
    if (text.size() <= size) return text;
    while (size > 0 && isContinuation(text[size])) --size;
    return text.substr(0, size);
}

bool isUtf8(std::string_view text) {
    const Poco::UTF8Encoding utf8;
    while (!text.empty()) {
        const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
        const int length = utf8.sequenceLength(bytes, 1);
        if (length < 1 || static_cast<std::size_t>(length) > text.size()) return false;
        if (!Poco::UTF8Encoding::isLegal(bytes, length)) return false;
        text.remove_prefix(static_cast<std::size_t>(length));
    }
    return true;
}

std::string_view explain(WebSocketClose code) {
    switch (code) {
        case WebSocketClose::BadText:
            return "text that is not UTF-8";
        case WebSocketClose::TooBig:
            return "message too long";
        default:
            return "not a frame that RFC 6455 allows here";
    }
}

}  // namespace

const WebSocketMask& WebSocketMasks::next() {
    if (used_ == masks_.size()) {
        if (RAND_bytes(masks_.front().data(), sizeof masks_) != 1) {
            throw std::runtime_error("OpenSSL has no random bytes");
        }
        used_ = 0;
    }
    return masks_.at(used_++);
}

void applyMask(std::span<std::uint8_t> payload, const WebSocketMask& mask) {
    for (std::size_t i = 0; i < payload.size(); ++i) payload[i] ^= mask[i % mask.size()];
}

WebSocketHeader::WebSocketHeader(WebSocketOpcode opcode, std::size_t payloadSize,
                                 const WebSocketMask* mask) {
    bytes_[0] = static_cast<std::uint8_t>(kFin | static_cast<std::uint8_t>(opcode));
    std::size_t lengthBytes = 0;
    if (payloadSize > 0xFFFF) {
        bytes_[1] = 127;
        lengthBytes = 8;
    } else if (payloadSize > kMaxControl) {
        bytes_[1] = 126;
        lengthBytes = 2;
    } else {
        bytes_[1] = static_cast<std::uint8_t>(payloadSize);
    }
    for (std::size_t i = 0; i < lengthBytes; ++i) {
        const std::size_t shift = 8 * (lengthBytes - 1 - i);
        bytes_.at(2 + i) =
            static_cast<std::uint8_t>(static_cast<std::uint64_t>(payloadSize) >> shift);
    }
    size_ = static_cast<std::uint8_t>(2 + lengthBytes);
    if (mask == nullptr) return;
    bytes_[1] |= kMasked;
    std::copy(mask->begin(), mask->end(), bytes_.begin() + size_);
    size_ += kMaskKey;
}

void appendFrame(std::vector<std::uint8_t>& out, WebSocketOpcode opcode, std::string_view payload,
                 const WebSocketMask* mask) {
    if (opcode >= WebSocketOpcode::Close) payload = payload.substr(0, kMaxControl);
    const WebSocketHeader header(opcode, payload.size(), mask);
    out.insert(out.end(), header.bytes().begin(), header.bytes().end());
    append(out, payload);
    if (mask != nullptr) applyMask(std::span(out).last(payload.size()), *mask);
}

void appendClose(std::vector<std::uint8_t>& out, WebSocketClose code, std::string_view reason,
                 const WebSocketMask* mask) {
    if (code == WebSocketClose::NoStatus) return appendFrame(out, WebSocketOpcode::Close, {}, mask);
    const auto number = static_cast<std::uint16_t>(code);
    std::string payload{static_cast<char>(number >> 8U), static_cast<char>(number & 0xFFU)};
    payload += cut(reason, kMaxControl - payload.size());
    appendFrame(out, WebSocketOpcode::Close, payload, mask);
}

/// One wslay parser. It belongs to a receiver for a while, then to the next one, so wslay's
/// callbacks find the present receiver's data here.
class WebSocketContext final {
  public:
    WebSocketContext(std::size_t maxMessageBytes, WebSocketSide side);
    ~WebSocketContext() { wslay_event_context_free(wslay_); }
    WebSocketContext(const WebSocketContext&) = delete;
    WebSocketContext& operator=(const WebSocketContext&) = delete;

    /// Lets wslay eat all of `bytes`, unless the connection ends.
    void feed(std::span<const std::uint8_t> bytes, WebSocketEvents& events, const bool& isStopped);
    /// Everything fed belonged to complete frames, and the last message is complete.
    bool isIdle() const { return fed_ == framed_ && !isFragmented_; }
    bool isOver() const { return wslay_event_get_read_enabled(wslay_) == 0; }

  private:
    static ssize_t give(wslay_event_context_ptr wslay, std::uint8_t* into, std::size_t size, int,
                        void* self);
    static ssize_t swallow(wslay_event_context_ptr, const std::uint8_t*, std::size_t size, int,
                           void*);
    static int mask(wslay_event_context_ptr, std::uint8_t* into, std::size_t size, void*);
    static void frameStarts(wslay_event_context_ptr,
                            const wslay_event_on_frame_recv_start_arg* frame, void* self);
    static void messageEnds(wslay_event_context_ptr, const wslay_event_on_msg_recv_arg* message,
                            void* self);
    void tell(const wslay_event_on_msg_recv_arg& message);
    void tellClose(std::uint16_t code, std::string_view payload);
    void fail(WebSocketClose code) { events_->failed(code, explain(code)); }
    void reportFailure();

    const WebSocketSide side_;
    wslay_event_context_ptr wslay_ = nullptr;
    std::span<const std::uint8_t> input_;
    WebSocketEvents* events_ = nullptr;
    const bool* isStopped_ = nullptr;
    std::uint64_t fed_ = 0;     // bytes given to wslay
    std::uint64_t framed_ = 0;  // bytes of all frames that it has begun
    bool isFragmented_ = false;
};

WebSocketContext::WebSocketContext(std::size_t maxMessageBytes, WebSocketSide side) : side_(side) {
    const wslay_event_callbacks callbacks{&give,   &swallow, &mask,       &frameStarts,
                                          nullptr, nullptr,  &messageEnds};
    const auto init = side == WebSocketSide::Client ? &wslay_event_context_client_init
                                                    : &wslay_event_context_server_init;
    if (init(&wslay_, &callbacks, this) != 0) throw std::bad_alloc();
    wslay_event_config_set_max_recv_msg_length(wslay_, maxMessageBytes);
}

void WebSocketContext::feed(std::span<const std::uint8_t> bytes, WebSocketEvents& events,
                            const bool& isStopped) {
    input_ = bytes;
    events_ = &events;
    isStopped_ = &isStopped;
    const int result = wslay_event_recv(wslay_);
    // wslay answers Pings and Closes by itself into a queue; the owner does so instead. Emptying
    // the queue also makes wslay tell with which code it would have closed.
    wslay_event_send(wslay_);
    if ((result != 0 || isOver()) && wslay_event_get_close_received(wslay_) == 0) reportFailure();
}

ssize_t WebSocketContext::give(wslay_event_context_ptr wslay, std::uint8_t* into, std::size_t size,
                               int, void* self) {
    auto& context = *static_cast<WebSocketContext*>(self);
    const std::size_t count = std::min(size, context.input_.size());
    if (count == 0 || *context.isStopped_) {
        wslay_event_set_error(wslay, WSLAY_ERR_WOULDBLOCK);
        return -1;
    }
    std::memcpy(into, context.input_.data(), count);
    context.input_ = context.input_.subspan(count);
    context.fed_ += count;
    return static_cast<ssize_t>(count);
}

ssize_t WebSocketContext::swallow(wslay_event_context_ptr, const std::uint8_t*, std::size_t size,
                                  int, void*) {
    return static_cast<ssize_t>(size);
}

/// For what is swallowed: it need not be random.
int WebSocketContext::mask(wslay_event_context_ptr, std::uint8_t* into, std::size_t size, void*) {
    std::memset(into, 0, size);
    return 0;
}

/// Frames are masked exactly when a client sends them, and wslay insists on the shortest form of a
/// length.
void WebSocketContext::frameStarts(wslay_event_context_ptr,
                                   const wslay_event_on_frame_recv_start_arg* frame, void* self) {
    auto& context = *static_cast<WebSocketContext*>(self);
    const std::uint64_t payload = frame->payload_length;
    const std::uint64_t length = payload > 0xFFFF ? 8 : payload > kMaxControl ? 2 : 0;
    const std::uint64_t mask = context.side_ == WebSocketSide::Server ? kMaskKey : 0;
    context.framed_ += 2 + length + mask + payload;
    if (!wslay_is_ctrl_frame(frame->opcode)) context.isFragmented_ = frame->fin == 0;
}

void WebSocketContext::messageEnds(wslay_event_context_ptr,
                                   const wslay_event_on_msg_recv_arg* message, void* self) {
    auto& context = *static_cast<WebSocketContext*>(self);
    if (!*context.isStopped_) context.tell(*message);
}

void WebSocketContext::tell(const wslay_event_on_msg_recv_arg& message) {
    const std::string_view payload = asText(message.msg, message.msg_length);
    switch (message.opcode) {
        case WSLAY_PING:
            return events_->ping(payload);
        case WSLAY_PONG:
            return events_->pong(payload);
        case WSLAY_CONNECTION_CLOSE:
            return tellClose(message.status_code, payload);
        default:
            return events_->message(message.opcode == WSLAY_TEXT_FRAME, payload);
    }
}

/// wslay takes a code of one byte for none, and skips two bytes of every piece of a frame that
/// arrives in pieces when it checks the reason.
void WebSocketContext::tellClose(std::uint16_t code, std::string_view payload) {
    if (payload.empty()) {
        return events_->peerClosed(static_cast<std::uint16_t>(WebSocketClose::NoStatus), {});
    }
    if (payload.size() == 1) return fail(WebSocketClose::ProtocolError);
    const std::string_view reason = payload.substr(2);
    if (!isUtf8(reason)) return fail(WebSocketClose::BadText);
    events_->peerClosed(code, reason);
}

void WebSocketContext::reportFailure() {
    if (*isStopped_) return;
    // wslay leaves the code out where the frame itself is malformed.
    auto code = static_cast<WebSocketClose>(wslay_event_get_status_code_sent(wslay_));
    if (code != WebSocketClose::BadText && code != WebSocketClose::TooBig) {
        code = WebSocketClose::ProtocolError;
    }
    fail(code);
}

WebSocketPool::WebSocketPool(std::size_t maxMessageBytes, WebSocketSide side)
    : maxMessageBytes_(maxMessageBytes), side_(side) {
    free_.reserve(kFreeContexts);
}

WebSocketPool::~WebSocketPool() = default;

std::unique_ptr<WebSocketContext> WebSocketPool::borrow() {
    ++borrowed_;
    if (free_.empty()) return std::make_unique<WebSocketContext>(maxMessageBytes_, side_);
    std::unique_ptr<WebSocketContext> context = std::move(free_.back());
    free_.pop_back();
    return context;
}

void WebSocketPool::giveBack(std::unique_ptr<WebSocketContext> context, bool isReusable) {
    --borrowed_;
    if (isReusable && free_.size() < kFreeContexts) free_.push_back(std::move(context));
}

WebSocketReceiver::WebSocketReceiver(WebSocketPool& pool) : pool_(&pool) {}

WebSocketReceiver::~WebSocketReceiver() {
    if (context_) pool_->giveBack(std::move(context_), false);
}

void WebSocketReceiver::feed(std::span<const std::uint8_t> bytes, WebSocketEvents& events) {
    while (!isStopped_ && !bytes.empty() && !context_) {
        const std::size_t taken = takePlainControl(bytes, events);
        if (taken == 0) context_ = pool_->borrow();
        bytes = bytes.subspan(taken);
    }
    if (isStopped_ || bytes.empty()) return;
    context_->feed(bytes, events, isStopped_);
    if (context_->isOver()) isStopped_ = true;
    if (isStopped_ || context_->isIdle()) pool_->giveBack(std::move(context_), !isStopped_);
}

/// The commonest frames of all, a Ping or Pong in one piece, need no parser's memory. Returns how
/// many bytes they took; 0: something else, whatever it is, is wslay's to judge.
std::size_t WebSocketReceiver::takePlainControl(std::span<const std::uint8_t> bytes,
                                                WebSocketEvents& events) {
    constexpr std::uint8_t kPing = kFin | static_cast<std::uint8_t>(WebSocketOpcode::Ping);
    constexpr std::uint8_t kPong = kFin | static_cast<std::uint8_t>(WebSocketOpcode::Pong);
    const bool isMasked = pool_->side_ == WebSocketSide::Server;
    const std::size_t header = 2 + (isMasked ? kMaskKey : 0);
    if (bytes.size() < header || (bytes[0] != kPing && bytes[0] != kPong)) return 0;
    if (((bytes[1] & kMasked) != 0) != isMasked) return 0;
    const std::size_t size = bytes[1] & 0x7FU;
    if (size > kMaxControl || bytes.size() < header + size) return 0;
    std::array<std::uint8_t, kMaxControl> payload;
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(header), size, payload.begin());
    if (isMasked)
        applyMask(std::span(payload).first(size), {bytes[2], bytes[3], bytes[4], bytes[5]});
    const std::string_view text = asText(payload.data(), size);
    bytes[0] == kPing ? events.ping(text) : events.pong(text);
    return header + size;
}

}  // namespace runnel::net
