// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "net/websocket.h"
#include "runnel/protocol.h"

namespace runnel::websocket {

/// `protocols: {websocket: {…}}` of runnel.yaml.
struct Settings {
    std::string listen = "*:8443";
    std::size_t threads = 1;
    std::chrono::seconds idleTimeout{120};
    std::size_t maxConnections = 20'000;
};
inline Settings readSettings(const Fields& fields) {
    Settings settings;
    settings.listen = valueOr<std::string>(fields, "listen", settings.listen);
    const auto integer = [&](std::string_view name, std::int64_t fallback) {
        return valueOr<std::int64_t>(fields, name, fallback);
    };
    settings.threads = static_cast<std::size_t>(integer("threads", 1));
    settings.idleTimeout = std::chrono::seconds(integer("idleTimeout", 120));
    settings.maxConnections = static_cast<std::size_t>(integer("maxConnections", 20'000));
    return settings;
}

/// When a parcel counts as delivered; a stream's option `acknowledge`.
enum class Settling : std::uint8_t {
    Pong,    ///< a PING behind it was answered
    Client,  ///< the application says so in a document, which the core understands
    None     ///< it was written to the socket
};
inline Settling settlingOf(const Fields& options) {
    const std::string choice = valueOr<std::string>(options, "acknowledge", "pong");
    if (choice == "client") return Settling::Client;
    return choice == "none" ? Settling::None : Settling::Pong;
}

constexpr std::size_t kMaxMessageBytes = std::size_t{64} * 1024;  ///< of an incoming message

constexpr net::WebSocketClose closeCode(CloseReason reason) {
    switch (reason) {
        case CloseReason::Shutdown:
            return net::WebSocketClose::GoingAway;
        case CloseReason::Revoked:
        case CloseReason::Removed:
        case CloseReason::TakenOver:
            return net::WebSocketClose::PolicyViolation;
        case CloseReason::Changed:
        case CloseReason::PluginReplaced:
            return net::WebSocketClose::ServiceRestart;
        case CloseReason::Overloaded:
            return net::WebSocketClose::TryAgainLater;
    }
    return net::WebSocketClose::InternalError;
}

}  // namespace runnel::websocket
