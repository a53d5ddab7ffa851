// SPDX-License-Identifier: Apache-2.0
#include "net/websocket_upgrade.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <utility>

#include "net/websocket_handshake.h"

namespace runnel::net {

namespace http = boost::beast::http;

namespace {

constexpr std::uint32_t kMaxHead = 16 * 1024;
constexpr std::size_t kMaxBody = std::size_t{64} * 1024;
constexpr std::size_t kMaxLine = 200;  // of what is shown of a body
constexpr std::string_view kStart = "HTTP/1.";
constexpr std::string_view kNotHttp =
    "sent what is not an HTTP response: is this a WebSocket port?";
constexpr std::string_view kBlank = " \t\r\n";

/// A line that is not blank, to its end.
bool hasLine(std::string_view body) {
    const std::size_t first = body.find_first_not_of(kBlank);
    return first != std::string_view::npos && body.find('\n', first) != std::string_view::npos;
}

}  // namespace

class WebSocketUpgrade::Beast final {
  public:
    std::string_view header(std::string_view name) const {
        const auto value = parser.get()[{name.data(), name.size()}];
        return {value.data(), value.size()};
    }

    http::response_parser<http::string_body> parser;
};

WebSocketUpgrade::WebSocketUpgrade(std::string_view host, std::string_view path,
                                   std::string_view protocol)
    : key_(newWebSocketKey()),
      protocol_(protocol),
      request_(upgradeRequest(host, path, key_, protocol)),
      beast_(std::make_unique<Beast>()) {
    beast_->parser.header_limit(kMaxHead);
    beast_->parser.body_limit(kMaxBody);
}

WebSocketUpgrade::~WebSocketUpgrade() = default;

WebSocketUpgrade::State WebSocketUpgrade::feed(std::string_view bytes) {
    buffer_ += bytes;
    // Beast would wait for the end of a line, which another protocol may not have.
    const std::size_t known = std::min(buffer_.size(), kStart.size());
    if (!beast_->parser.got_some() && buffer_.substr(0, known) != kStart.substr(0, known)) {
        refuse(kNotHttp);
    }
    while (state_ == State::Waiting && !buffer_.empty()) {
        const std::size_t count = put();
        buffer_.erase(0, count);
        if (count == 0) break;
    }
    if (state_ == State::Waiting && buffer_.size() > kMaxHead)
        refuse("sent a line that is too long");
    return state_;
}

/// Gives Beast the bytes once; it takes what is complete of them.
std::size_t WebSocketUpgrade::put() {
    auto& parser = beast_->parser;
    boost::beast::error_code error;
    const std::size_t count =
        parser.put(boost::asio::const_buffer(buffer_.data(), buffer_.size()), error);
    if (problem_.empty() && parser.is_header_done()) headDone();
    if (state_ != State::Waiting) return count;
    if (error && error != http::error::need_more) {
        refuse(kNotHttp);
    } else if (parser.is_header_done() && (parser.is_done() || hasLine(parser.get().body()))) {
        state_ = State::Refused;
    }
    return count;
}

void WebSocketUpgrade::headDone() {
    problem_ = findProblem({.status = beast_->parser.get().result_int(),
                            .upgrade = beast_->header("Upgrade"),
                            .connection = beast_->header("Connection"),
                            .accept = beast_->header("Sec-WebSocket-Accept"),
                            .protocol = beast_->header("Sec-WebSocket-Protocol")},
                           key_, protocol_);
    if (problem_.empty()) state_ = State::Accepted;
}

/// The first problem is the one that counts: what was wrong with the head, not with the text.
void WebSocketUpgrade::refuse(std::string_view problem) {
    if (problem_.empty()) problem_ = problem;
    state_ = State::Refused;
}

std::string WebSocketUpgrade::problem() const {
    if (problem_.empty()) return {};
    const std::string line = printableLine(beast_->parser.get().body(), kMaxLine);
    return "the server " + problem_ + (line.empty() ? "" : ": " + line);
}

std::string printableLine(std::string_view text, std::size_t size) {
    const std::size_t first = std::min(text.find_first_not_of(kBlank), text.size());
    text.remove_prefix(first);
    std::string line(text.substr(0, std::min(text.find_first_of("\r\n"), size)));
    std::replace_if(
        line.begin(), line.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
    return line;
}

}  // namespace runnel::net
