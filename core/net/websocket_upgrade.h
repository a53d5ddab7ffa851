// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace runnel::net {

/// A client's side of the way from HTTP to WebSocket (RFC 6455 §4.1), without any input or output
/// of its own: send request(), feed what comes back.
/// Thread safety: none; one thread at a time.
class WebSocketUpgrade final {
  public:
    enum class State : std::uint8_t { Waiting, Accepted, Refused };

    /// As upgradeRequest().
    WebSocketUpgrade(std::string_view host, std::string_view path, std::string_view protocol);
    ~WebSocketUpgrade();
    WebSocketUpgrade(const WebSocketUpgrade&) = delete;
    WebSocketUpgrade& operator=(const WebSocketUpgrade&) = delete;

    const std::string& request() const { return request_; }
    /// What came next; only while Waiting.
    State feed(std::string_view bytes);
    State state() const { return state_; }
    /// Why not, for people: "the server answered 403 Forbidden …: <first line of its text>". Also
    /// while Waiting, when the head has come, but not all of the text: the connection may end
    /// there. Empty: nothing is known yet.
    std::string problem() const;
    /// Accepted: what came behind the response, frames.
    std::string takeUnread() { return std::move(buffer_); }

  private:
    class Beast;

    std::size_t put();
    void headDone();
    void refuse(std::string_view problem);

    std::string key_;
    std::string protocol_;
    std::string request_;
    std::unique_ptr<Beast> beast_;
    std::string buffer_;
    std::string problem_;
    State state_ = State::Waiting;
};

/// What a stranger wrote, for a log: its first line that is not blank, without control and
/// non-ASCII characters, at most `size` long.
std::string printableLine(std::string_view text, std::size_t size);

}  // namespace runnel::net
