// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "net/http_message.h"

namespace runnel::net {

/// The parts of an HTTP request that RFC 6455 §4.2.1 looks at: the method and these headers'
/// values, empty where the header is missing, joined by commas where it is repeated.
struct WebSocketOffer {
    std::string_view method;
    std::string_view upgrade;     ///< Upgrade
    std::string_view connection;  ///< Connection
    std::string_view version;     ///< Sec-WebSocket-Version
    std::string_view key;         ///< Sec-WebSocket-Key
    std::string_view protocols;   ///< Sec-WebSocket-Protocol
};

/// The views point into the request.
WebSocketOffer offerOf(const HttpRequest& request);

struct WebSocketAnswer {
    /// Empty: accepted. Else one sentence for the response's body: 426 with the headers
    /// `Upgrade: websocket` and `Sec-WebSocket-Version: 13`.
    std::string problem;
    std::string accept;    ///< Sec-WebSocket-Accept
    std::string protocol;  ///< the sub-protocol agreed on; empty: none, the header is left out
};

/// Judges an offer. With `protocols` the client has to offer one of them, and gets the first of its
/// own list that is among them (such as "mqtt"); without, sub-protocols are ignored.
/// Thread safety: any thread.
WebSocketAnswer answerOffer(const WebSocketOffer& offer,
                            std::span<const std::string_view> protocols = {});

/// The head of the 101 response to an accepted offer, with its empty line.
std::string switchingProtocols(const WebSocketAnswer& answer);

/// Sixteen random bytes in base64, for a client's Sec-WebSocket-Key.
std::string newWebSocketKey();

/// A client's request with its empty line. `host` is "broker.example" or "[::1]:8080", `path` may
/// have a query; none of the texts holds spaces or control characters.
std::string upgradeRequest(std::string_view host, std::string_view path, std::string_view key,
                           std::string_view protocol);

/// The parts of a server's response that RFC 6455 §4.1 looks at, as in WebSocketOffer.
struct WebSocketReply {
    unsigned status = 0;
    std::string_view upgrade;
    std::string_view connection;
    std::string_view accept;    ///< Sec-WebSocket-Accept
    std::string_view protocol;  ///< Sec-WebSocket-Protocol
};

/// Empty: the server has agreed, frames follow. Else a sentence's end that says what is wrong.
std::string findProblem(const WebSocketReply& reply, std::string_view key,
                        std::string_view protocol);

}  // namespace runnel::net
