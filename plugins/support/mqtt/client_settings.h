// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mqtt/packet.h"
#include "net/tls_client_contexts.h"
#include "net/tls_context.h"
#include "runnel/plugin.h"

/// How a plugin that is an MQTT client is configured: the same options for all of them.
namespace runnel::mqtt {

/// "mqtts://broker.example:8883", taken apart.
struct Address {
    std::string host;  ///< name or numeric address, without brackets; what the certificate names
    std::uint16_t port{};
    std::string path;  ///< WebSocket only: "/mqtt"
    bool isTls{};
    bool isWebSocket{};

    /// For net::Dialer: "host:port", an IPv6 address in brackets.
    std::string target() const;
    /// For people; the same as the URL without user, password and query.
    std::string text() const;
};

/// mqtt:// (port 1883), mqtts:// (8883), ws:// (80, path /mqtt), wss:// (443, path /mqtt). An error
/// says what was found and what was expected, without a password that stood in it.
Result<Address> parseAddress(std::string_view url);

struct ClientSettings {
    Address address;
    std::optional<net::TlsContext> tls;  ///< set when address.isTls
    Version version = Version::V5;
    std::string clientId;  ///< never empty: a server keeps the session under this name
    std::string userName;  ///< "": none
    std::string password;  ///< secret
    std::chrono::seconds keepAlive{30};
    /// How long the server keeps subscriptions and QoS 1 messages for us while we are away. 3.1.1
    /// knows for ever only; 0: a clean start each time.
    std::chrono::seconds sessionExpiry{7 * 24 * 3600};
    /// Messages of QoS 1 and 2 that may come in without an acknowledgement (MQTT 5).
    std::uint16_t receiveMaximum = 4096;
    /// Messages of QoS 1 that we send ahead of their acknowledgements; a server's own limit counts
    /// too.
    std::uint16_t window = 1024;
    std::size_t maxPacketBytes = std::size_t{1} << 20U;  ///< incoming
    std::chrono::milliseconds firstRetry{500};           ///< doubles up to `lastRetry`, with jitter
    std::chrono::milliseconds lastRetry{15'000};
    bool isPublicOnly = false;  ///< refuse loopback, link-local and private addresses
};

/// For the option tables of plugins: `joined(kOwn, mqtt::kClientOptions)`.
inline constexpr std::array kClientOptions{
    Option{"url", "text", nullptr,
           "The broker: mqtts://HOST:8883, mqtt://HOST:1883, wss://HOST/mqtt or ws://HOST/mqtt.",
           true, false},
    Option{"user", "text", nullptr, "User name.", false, false},
    Option{"password", "text", nullptr, "Password.", false, true},
    Option{"clientId", "text", nullptr,
           "Client identifier; the default is made from the name and stays the same.", false,
           false},
    Option{"version", "choice 5|3.1.1", "5", "MQTT version.", false, false},
    Option{"keepAlive", "integer 5..3600", "30", "Seconds between two signs of life.", false,
           false},
    Option{"sessionExpiry", "integer 0..4294967294", "604800",
           "Seconds for which the broker keeps what comes while runnel is away; 0: not at all.",
           false, false},
    Option{"ca", "text", nullptr,
           "PEM file of the authorities that the broker's certificate must come from; the "
           "default is the system's.",
           false, false},
    Option{"certificate", "text", nullptr, "PEM file of a client certificate.", false, false},
    Option{"key", "text", nullptr, "PEM file of the client certificate's key.", false, false},
    Option{"tlsVerify", "boolean", "true", "Check the broker's certificate.", false, false},
    Option{"alpn", "text", nullptr,
           "Protocol to ask for in the TLS handshake, such as x-amzn-mqtt-ca.", false, false},
};

/// The settings that the options describe, or the first option that is wrong. Reads the PEM files.
/// `defaultClientId` is used when there is no `clientId`.
Result<ClientSettings> readClientSettings(const Fields& options, std::string defaultClientId);
/// The same for who has many clients: those that trust alike share a context of `contexts`.
Result<ClientSettings> readClientSettings(const Fields& options, std::string defaultClientId,
                                          net::TlsClientContexts& contexts);

/// The tables one behind the other, for a Plugin's `options`.
template <std::size_t N, std::size_t M>
constexpr std::array<Option, N + M> joined(const std::array<Option, N>& first,
                                           const std::array<Option, M>& second) {
    std::array<Option, N + M> all{};
    for (std::size_t i = 0; i < N; ++i) all[i] = first[i];
    for (std::size_t i = 0; i < M; ++i) all[N + i] = second[i];
    return all;
}

/// The table with this option changed; an unknown name does not compile.
template <std::size_t N, class Change>
consteval std::array<Option, N> changed(std::array<Option, N> table, std::string_view name,
                                        Change change) {
    for (Option& option : table) {
        if (option.name != name) continue;
        change(option);
        return table;
    }
    throw "no option of this name";
}

/// The same options, this one with another default.
template <std::size_t N>
consteval std::array<Option, N> withFallback(const std::array<Option, N>& table,
                                             std::string_view name, const char* fallback) {
    return changed(table, name, [fallback](Option& option) { option.fallback = fallback; });
}

/// The same options, this one not required.
template <std::size_t N>
consteval std::array<Option, N> withoutRequired(const std::array<Option, N>& table,
                                                std::string_view name) {
    return changed(table, name, [](Option& option) { option.isRequired = false; });
}

}  // namespace runnel::mqtt
