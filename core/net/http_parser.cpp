// SPDX-License-Identifier: Apache-2.0
// Includes Beast, as websocket_upgrade.cpp does: it costs seconds to compile.
#include "net/http_parser.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

namespace runnel::net {

namespace http = boost::beast::http;

class HttpRequestParser::Beast final {
  public:
    http::request_parser<http::string_body> parser;
};

HttpRequestParser::HttpRequestParser(const HttpLimits& limits)
    : limits_(limits), beast_(std::make_unique<Beast>()) {
    beast_->parser.header_limit(static_cast<std::uint32_t>(limits.maxHeadBytes));
    beast_->parser.body_limit(limits.maxBodyBytes);
}

HttpRequestParser::~HttpRequestParser() = default;

void HttpRequestParser::fail(int status, std::string_view text) {
    state_ = State::Failed;
    status_ = status;
    problem_ = text;
}

std::size_t HttpRequestParser::feed(std::string_view bytes) {
    std::size_t skipped = 0;
    if (!isStarted_) {
        // RFC 9112 section 2.2: empty lines before a request are ignored.
        while (skipped < bytes.size() && (bytes[skipped] == '\r' || bytes[skipped] == '\n')) {
            ++skipped;
        }
        bytes.remove_prefix(skipped);
        if (bytes.empty()) return skipped;
        if (bytes[0] == '\x16') {
            fail(400, "this port speaks plain HTTP, but you sent TLS");
        } else if (bytes[0] <= ' ' || bytes[0] == '\x7F') {
            fail(400, "this is not an HTTP request");
        }
    }
    return skipped + run(bytes);
}

std::size_t HttpRequestParser::run(std::string_view bytes) {
    std::size_t used = 0;
    while (state_ < State::Done && used < bytes.size()) {
        const std::size_t count = put(bytes.substr(used));
        if (count == 0) break;
        used += count;
    }
    if (state_ < State::Done && bytes.size() - used > limits_.maxHeadBytes) {
        fail(400, "a line of the chunked body is too long");
    }
    return used;
}

/// Gives Beast the bytes once; it takes the start line, the fields or a part of the body, or
/// nothing while these are incomplete.
std::size_t HttpRequestParser::put(std::string_view bytes) {
    boost::beast::error_code error;
    const std::size_t count =
        beast_->parser.put(boost::asio::const_buffer(bytes.data(), bytes.size()), error);
    if (error && error != http::error::need_more) {
        failFrom(error.value(), bytes);
        return count;
    }
    isStarted_ = isStarted_ || count > 0;
    if (state_ == State::Head && beast_->parser.is_header_done()) headDone();
    if (state_ == State::Body && beast_->parser.is_done()) state_ = State::Done;
    return count;
}

void HttpRequestParser::failFrom(int error, std::string_view bytes) {
    switch (static_cast<http::error>(error)) {
        case http::error::header_limit:
            if (!isStarted_ && bytes.find('\n') > limits_.maxTargetBytes) {
                return fail(414, "the request line is too long");
            }
            return fail(431, "the request's head is too long");
        case http::error::body_limit:
            return fail(413, "the request's body is too long");
        case http::error::bad_version:
            return fail(505, "only HTTP/1.1 and HTTP/1.0 are spoken here");
        case http::error::bad_method:
            return fail(400, "the method is malformed");
        case http::error::bad_target:
            return fail(400, "the request target is malformed");
        case http::error::bad_field:
        case http::error::bad_value:
        case http::error::bad_obs_fold:
        case http::error::bad_line_ending:
            return fail(400, "a header is malformed");
        case http::error::bad_content_length:
        case http::error::multiple_content_length:
            return fail(400, "Content-Length is malformed or contradicts another header");
        case http::error::bad_transfer_encoding:
            return fail(400, "Transfer-Encoding is malformed or contradicts another header");
        case http::error::bad_chunk:
        case http::error::bad_chunk_extension:
            return fail(400, "the chunked body is malformed");
        default:
            return fail(400, "this is not an HTTP request");
    }
}

void HttpRequestParser::headDone() {
    const auto& message = beast_->parser.get();
    request_.method = std::string(message.method_string());
    request_.isKeepAlive = message.keep_alive();
    for (const auto& field : message) {
        request_.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
    }
    if (!checkHead() || !readTarget({message.target().data(), message.target().size()})) return;
    state_ = beast_->parser.is_done() ? State::Done : State::Body;
}

bool HttpRequestParser::checkHead() {
    const auto& message = beast_->parser.get();
    const std::string_view expectation = request_.header("Expect");
    isContinueExpected_ = request_.hasHeaderToken("Expect", "100-continue");
    if (!expectation.empty() && !isContinueExpected_) {
        fail(417, "only the expectation 100-continue is understood");
    } else if (message.method() == http::verb::unknown || message.method() == http::verb::connect ||
               message.method() == http::verb::trace) {
        fail(501, "this method is not supported");
    } else if (message.version() >= 11 && message.count(http::field::host) != 1) {
        fail(400, "exactly one Host header is needed");
    } else if (message.count(http::field::transfer_encoding) > 0 &&
               !boost::beast::iequals(message[http::field::transfer_encoding], "chunked")) {
        // Beast would take a body in any other coding for no body at all.
        fail(501, "the only supported Transfer-Encoding is chunked");
    }
    return state_ != State::Failed;
}

/// origin-form "/path?query", absolute-form "http://host/path" or "*" (RFC 9112 section 3.2).
bool HttpRequestParser::readTarget(std::string_view target) {
    if (target.size() > limits_.maxTargetBytes) {
        fail(414, "the request target is too long");
        return false;
    }
    if (const std::size_t scheme = target.find("://");
        !target.starts_with('/') && scheme != std::string_view::npos) {
        target.remove_prefix(scheme + 3);
        target.remove_prefix(std::min(target.find_first_of("/?"), target.size()));
    }
    const std::size_t mark = target.find('?');
    const std::string_view path = target.substr(0, mark);
    auto decoded = percentDecode(path.empty() ? "/" : path);
    auto query = parseQuery(mark == std::string_view::npos ? "" : target.substr(mark + 1));
    if (!decoded || !query) {
        fail(400, "a percent escape in the request target is malformed");
        return false;
    }
    if (!decoded->starts_with('/') && *decoded != "*") {
        fail(400, "the request target must begin with /");
        return false;
    }
    request_.path = std::move(*decoded);
    request_.query = std::move(*query);
    return true;
}

HttpRequest HttpRequestParser::take() {
    request_.body = std::move(beast_->parser.get().body());
    return std::move(request_);
}

}  // namespace runnel::net
