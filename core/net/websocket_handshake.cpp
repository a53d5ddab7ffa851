// SPDX-License-Identifier: Apache-2.0
#include "net/websocket_handshake.h"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <stdexcept>

namespace runnel::net {

namespace {

constexpr std::string_view kSpace = " \t";

std::string_view trim(std::string_view text) {
    const std::size_t first = text.find_first_not_of(kSpace);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

/// Takes the first element off a comma-separated header value.
std::string_view nextElement(std::string_view& list) {
    const std::size_t comma = std::min(list.find(','), list.size());
    const std::string_view element = trim(list.substr(0, comma));
    list.remove_prefix(std::min(comma + 1, list.size()));
    return element;
}

bool isSameToken(std::string_view left, std::string_view right) {
    return std::ranges::equal(left, right, [](unsigned char a, unsigned char b) {
        return std::tolower(a) == std::tolower(b);
    });
}

bool hasToken(std::string_view list, std::string_view token) {
    while (!list.empty()) {
        if (isSameToken(nextElement(list), token)) return true;
    }
    return false;
}

/// Sixteen bytes in base64 (RFC 6455 §4.1).
bool isKey(std::string_view key) {
    const auto isDigit = [](unsigned char c) { return std::isalnum(c) || c == '+' || c == '/'; };
    return key.size() == 24 && key.ends_with("==") &&
           std::all_of(key.begin(), key.end() - 2, isDigit);
}

template <std::size_t N>
std::string base64Of(const std::array<unsigned char, N>& bytes) {
    std::array<unsigned char, (N + 2) / 3 * 4 + 1> base64{};
    const int size = EVP_EncodeBlock(base64.data(), bytes.data(), N);
    return {reinterpret_cast<const char*>(base64.data()), static_cast<std::size_t>(size)};
}

std::string acceptFor(std::string_view key) {
    const std::string text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    std::array<unsigned char, SHA_DIGEST_LENGTH> digest{};
    SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
    return base64Of(digest);
}

std::string_view choose(std::string_view offered, std::span<const std::string_view> known) {
    while (!offered.empty()) {
        const std::string_view name = nextElement(offered);
        if (std::ranges::find(known, name) != known.end()) return name;
    }
    return {};
}

std::string findProblem(const WebSocketOffer& offer) {
    if (offer.method != "GET" || !hasToken(offer.upgrade, "websocket")) {
        return "This is a WebSocket address: connect with a WebSocket client, to wss://.";
    }
    if (!hasToken(offer.connection, "upgrade")) {
        return "The header \"Connection: Upgrade\" is missing; a proxy in between may have taken "
               "it "
               "out.";
    }
    if (trim(offer.version) != "13") return "Only Sec-WebSocket-Version 13 is spoken here.";
    if (!isKey(trim(offer.key))) {
        return "The header Sec-WebSocket-Key must be 16 bytes in base64.";
    }
    return {};
}

}  // namespace

WebSocketOffer offerOf(const HttpRequest& request) {
    return {.method = request.method,
            .upgrade = request.header("Upgrade"),
            .connection = request.header("Connection"),
            .version = request.header("Sec-WebSocket-Version"),
            .key = request.header("Sec-WebSocket-Key"),
            .protocols = request.header("Sec-WebSocket-Protocol")};
}

WebSocketAnswer answerOffer(const WebSocketOffer& offer,
                            std::span<const std::string_view> protocols) {
    WebSocketAnswer answer;
    answer.problem = findProblem(offer);
    if (!answer.problem.empty()) return answer;
    if (!protocols.empty()) {
        answer.protocol = choose(offer.protocols, protocols);
        if (answer.protocol.empty()) {
            answer.problem = "Offer the sub-protocol " + std::string(protocols.front()) +
                             " in Sec-WebSocket-Protocol.";
            return answer;
        }
    }
    answer.accept = acceptFor(trim(offer.key));
    return answer;
}

std::string switchingProtocols(const WebSocketAnswer& answer) {
    std::string head =
        "HTTP/1.1 101 Switching Protocols\r\n"
        "Upgrade: websocket\r\n"
        "Connection: Upgrade\r\n"
        "Sec-WebSocket-Accept: " +
        answer.accept + "\r\n";
    if (!answer.protocol.empty()) head += "Sec-WebSocket-Protocol: " + answer.protocol + "\r\n";
    return head + "\r\n";
}

std::string newWebSocketKey() {
    std::array<unsigned char, 16> bytes{};
    if (RAND_bytes(bytes.data(), bytes.size()) != 1) {
        throw std::runtime_error("OpenSSL has no random bytes");
    }
    return base64Of(bytes);
}

std::string upgradeRequest(std::string_view host, std::string_view path, std::string_view key,
                           std::string_view protocol) {
    std::string head;
    for (const std::string_view part :
         {std::string_view("GET "), path, std::string_view(" HTTP/1.1\r\nHost: "), host,
          std::string_view("\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                           "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "),
          key, std::string_view("\r\nSec-WebSocket-Protocol: "), protocol,
          std::string_view("\r\n\r\n")}) {
        head += part;
    }
    return head;
}

std::string findProblem(const WebSocketReply& reply, std::string_view key,
                        std::string_view protocol) {
    if (reply.status != 101) {
        return "answered " + statusLine(static_cast<int>(reply.status)) +
               " instead of 101 Switching Protocols";
    }
    if (!hasToken(reply.upgrade, "websocket") || !hasToken(reply.connection, "upgrade")) {
        return "answered 101 without the headers Upgrade: websocket and Connection: Upgrade";
    }
    if (trim(reply.accept) != acceptFor(key)) {
        return "answered with a Sec-WebSocket-Accept that does not belong to this request: a cache "
               "in between may have answered";
    }
    if (trim(reply.protocol) != protocol) {
        return "did not choose the sub-protocol " + std::string(protocol) +
               ": the path may be another service's";
    }
    return {};
}

}  // namespace runnel::net
