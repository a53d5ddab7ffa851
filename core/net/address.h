// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

struct addrinfo;

namespace runnel::net {

/// An IP address and port, small enough to keep per connection. IPv4 is kept as ::ffff:a.b.c.d.
struct PeerAddress {
    std::array<std::uint8_t, 16> ip{};
    std::uint16_t port = 0;

    /// "192.0.2.1:443" or "[2001:db8::1]:443"; empty when the port is 0 (unknown, a Unix socket).
    std::string text() const;
    /// The address without the port: "192.0.2.1" or "2001:db8::1".
    std::string host() const;
    /// The peer of a connected TCP socket; all zero when the socket is not connected (any more).
    static PeerAddress of(int fd);
    /// Of what a name was resolved to.
    static PeerAddress of(const addrinfo& info);
};

/// Not loopback, link-local, private, shared, unique local, multicast, reserved or unspecified
/// (RFC 6890), also as an IPv4 address inside an IPv6 one.
bool isPublic(const PeerAddress& address);

/// "broker.example:1883" or "[::1]:1883", taken apart; without the brackets.
struct HostPort {
    std::string host;
    std::string port;
};

/// Throws std::runtime_error that says what was expected instead.
HostPort splitAddress(std::string_view address);

/// A listening, non-blocking, close-on-exec TCP socket for "127.0.0.1:8443", "[::1]:0",
/// "localhost:80" or "*:8443" (every address, IPv4 and IPv6). Port 0 lets the kernel choose.
/// The caller owns the descriptor. Throws std::runtime_error whose text names address and reason.
int listenOn(std::string_view address);

/// A non-blocking TCP socket whose connect to "host:port" has been started; Connection::open
/// finishes it. Blocks only to resolve a name that is not a numeric address. The caller owns the
/// descriptor. Throws std::runtime_error whose text names address and reason.
int connectTo(std::string_view address);
/// The same for one resolved address. -1: it failed at once, errno says why.
int startConnect(const addrinfo& info);

/// What a socket is bound to, as text: "127.0.0.1:40113", or a Unix socket's path. Empty when it is
/// not bound.
std::string boundAddress(int fd);

}  // namespace runnel::net
