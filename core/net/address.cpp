// SPDX-License-Identifier: Apache-2.0
#include "net/address.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <system_error>

namespace runnel::net {

namespace {

using Resolved = std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>;

[[noreturn]] void fail(std::string_view what, std::string_view address, std::string_view reason) {
    throw std::runtime_error(std::string(what) + " " + std::string(address) + ": " +
                             std::string(reason));
}

HostPort split(std::string_view address, std::string_view what) try {
    return splitAddress(address);
} catch (const std::runtime_error& error) {
    fail(what, address, error.what());
}

std::string errnoText(int error) {
    return std::generic_category().message(error);
}

Resolved resolve(const HostPort& target, int family, std::string_view what,
                 std::string_view address) {
    addrinfo hints{};
    hints.ai_family = family;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
    addrinfo* result = nullptr;
    const char* host = target.host == "*" ? nullptr : target.host.c_str();
    const int error = ::getaddrinfo(host, target.port.c_str(), &hints, &result);
    if (error != 0) fail(what, address, ::gai_strerror(error));
    return {result, &::freeaddrinfo};
}

int openListener(const addrinfo& info, bool isDualStack) {
    const int fd = ::socket(info.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    const int on = 1;
    const int v6Only = isDualStack ? 0 : 1;
    ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (info.ai_family == AF_INET6) {
        ::setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &v6Only, sizeof v6Only);
    }
    if (::bind(fd, info.ai_addr, info.ai_addrlen) == 0 && ::listen(fd, SOMAXCONN) == 0) return fd;
    const int error = errno;
    ::close(fd);
    errno = error;
    return -1;
}

PeerAddress fromSockaddr(const void* sockaddr, sa_family_t family) {
    PeerAddress address;
    if (family == AF_INET6) {
        sockaddr_in6 v6{};
        std::memcpy(&v6, sockaddr, sizeof v6);
        std::memcpy(address.ip.data(), &v6.sin6_addr, 16);
        address.port = ntohs(v6.sin6_port);
    } else if (family == AF_INET) {
        sockaddr_in v4{};
        std::memcpy(&v4, sockaddr, sizeof v4);
        address.ip[10] = address.ip[11] = 0xFF;
        std::memcpy(&address.ip[12], &v4.sin_addr, 4);
        address.port = ntohs(v4.sin_port);
    }
    return address;
}

bool isV4(const PeerAddress& address) {
    return std::all_of(address.ip.begin(), address.ip.begin() + 10,
                       [](std::uint8_t byte) { return byte == 0; }) &&
           address.ip[10] == 0xFF && address.ip[11] == 0xFF;
}

struct Block {
    std::array<std::uint8_t, 16> prefix;
    unsigned bits;
    bool holds(const PeerAddress& address) const {
        for (unsigned bit = 0; bit < bits; ++bit) {
            const unsigned mask = 0x80U >> bit % 8;
            if (((prefix.at(bit / 8) ^ address.ip.at(bit / 8)) & mask) != 0) return false;
        }
        return true;
    }
};

constexpr Block v4(std::array<std::uint8_t, 4> prefix, unsigned bits) {
    return {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, prefix[0], prefix[1], prefix[2], prefix[3]},
            96 + bits};
}

/// What is not the public internet, of IPv4: IANA's special-purpose registry.
constexpr std::array kPrivateV4{
    v4({0}, 8),         v4({10}, 8),       v4({100, 64}, 10),      v4({127}, 8),
    v4({169, 254}, 16), v4({172, 16}, 12), v4({192, 0, 0}, 24),    v4({192, 0, 2}, 24),
    v4({192, 168}, 16), v4({198, 18}, 15), v4({198, 51, 100}, 24), v4({203, 0, 113}, 24),
    v4({224}, 3),
};
constexpr Block kGlobalV6{{0x20}, 3};
constexpr Block kDocumentationV6{{0x20, 0x01, 0x0D, 0xB8}, 32};
constexpr Block kTranslatedV6{{0x00, 0x64, 0xFF, 0x9B}, 96};  // NAT64: the IPv4 address is behind
constexpr Block kSixToFour{{0x20, 0x02}, 16};                 // 6to4: likewise, at byte 2
constexpr Block kTeredo{{0x20, 0x01}, 32};

PeerAddress embeddedV4(const PeerAddress& address, std::size_t at) {
    PeerAddress inner;
    inner.ip[10] = inner.ip[11] = 0xFF;
    std::copy_n(address.ip.begin() + static_cast<std::ptrdiff_t>(at), 4, inner.ip.begin() + 12);
    return inner;
}

}  // namespace

HostPort splitAddress(std::string_view address) {
    const std::size_t colon = address.rfind(':');
    if (colon == std::string_view::npos || colon == 0) {
        throw std::runtime_error("expected HOST:PORT, such as 127.0.0.1:8443 or *:8443");
    }
    std::string_view host = address.substr(0, colon);
    const std::string_view port = address.substr(colon + 1);
    const bool isNumber = !port.empty() && port.size() <= 5 &&
                          port.find_first_not_of("0123456789") == std::string_view::npos;
    if (!isNumber || std::stoi(std::string(port)) > 65535) {
        throw std::runtime_error("the port must be a number from 0 to 65535");
    }
    if (host.front() == '[' && host.back() == ']') {
        host = host.substr(1, host.size() - 2);
    } else if (host.find(':') != std::string_view::npos) {
        throw std::runtime_error("an IPv6 address needs brackets, such as [::1]:8443");
    }
    return {std::string(host), std::string(port)};
}

std::string PeerAddress::host() const {
    char buffer[INET6_ADDRSTRLEN] = {};
    const bool v4 = isV4(*this);
    ::inet_ntop(v4 ? AF_INET : AF_INET6, v4 ? &ip[12] : &ip[0], buffer, sizeof buffer);
    return buffer;
}

std::string PeerAddress::text() const {
    if (port == 0) return {};
    const std::string number = std::to_string(port);
    return isV4(*this) ? host() + ":" + number : "[" + host() + "]:" + number;
}

PeerAddress PeerAddress::of(int fd) {
    sockaddr_storage storage{};
    socklen_t length = sizeof storage;
    if (::getpeername(fd, reinterpret_cast<sockaddr*>(&storage), &length) != 0) return {};
    return fromSockaddr(&storage, storage.ss_family);
}

PeerAddress PeerAddress::of(const addrinfo& info) {
    return fromSockaddr(info.ai_addr, static_cast<sa_family_t>(info.ai_family));
}

bool isPublic(const PeerAddress& address) {
    if (isV4(address)) {
        return std::none_of(kPrivateV4.begin(), kPrivateV4.end(),
                            [&](const Block& block) { return block.holds(address); });
    }
    if (kTranslatedV6.holds(address)) return isPublic(embeddedV4(address, 12));
    if (kSixToFour.holds(address)) return isPublic(embeddedV4(address, 2));
    return kGlobalV6.holds(address) && !kDocumentationV6.holds(address) && !kTeredo.holds(address);
}

int listenOn(std::string_view address) {
    constexpr std::string_view kWhat = "cannot listen on";
    const HostPort target = split(address, kWhat);
    const bool isAny = target.host == "*";
    Resolved list = resolve(target, AF_UNSPEC, kWhat, address);
    if (isAny) {
        // One dual-stack socket when the machine has IPv6, else IPv4 alone.
        for (const addrinfo* info = list.get(); info != nullptr; info = info->ai_next) {
            if (info->ai_family != AF_INET6) continue;
            const int fd = openListener(*info, true);
            if (fd >= 0) return fd;
            if (errno == EADDRINUSE || errno == EACCES) fail(kWhat, address, errnoText(errno));
        }
        list = resolve(target, AF_INET, kWhat, address);
    }
    int error = 0;
    for (const addrinfo* info = list.get(); info != nullptr; info = info->ai_next) {
        const int fd = openListener(*info, false);
        if (fd >= 0) return fd;
        error = errno;
    }
    fail(kWhat, address, errnoText(error));
}

int connectTo(std::string_view address) {
    constexpr std::string_view kWhat = "cannot connect to";
    const HostPort target = split(address, kWhat);
    const Resolved list = resolve(target, AF_UNSPEC, kWhat, address);
    for (const addrinfo* info = list.get(); info != nullptr; info = info->ai_next) {
        const int fd = startConnect(*info);
        if (fd >= 0) return fd;
    }
    fail(kWhat, address, errnoText(errno));
}

int startConnect(const addrinfo& info) {
    const int fd = ::socket(info.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    if (::connect(fd, info.ai_addr, info.ai_addrlen) == 0 || errno == EINPROGRESS) return fd;
    const int error = errno;
    ::close(fd);
    errno = error;
    return -1;
}

std::string boundAddress(int fd) {
    sockaddr_storage storage{};
    socklen_t length = sizeof storage;
    if (::getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &length) != 0) return {};
    if (storage.ss_family == AF_UNIX) {
        const char* const path = reinterpret_cast<const sockaddr_un&>(storage).sun_path;
        return {path, ::strnlen(path, length - offsetof(sockaddr_un, sun_path))};
    }
    return fromSockaddr(&storage, storage.ss_family).text();
}

}  // namespace runnel::net
