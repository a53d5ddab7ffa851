// SPDX-License-Identifier: Apache-2.0
#include "net/address.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
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

std::string errnoText(int error) {
    return std::generic_category().message(error);
}

struct HostPort {
    std::string host;
    std::string port;
};

HostPort split(std::string_view address, std::string_view what) {
    const std::size_t colon = address.rfind(':');
    constexpr std::string_view kExpected = "expected HOST:PORT, such as 127.0.0.1:8443 or *:8443";
    if (colon == std::string_view::npos || colon == 0) fail(what, address, kExpected);
    std::string_view host = address.substr(0, colon);
    const std::string_view port = address.substr(colon + 1);
    const bool isNumber = !port.empty() && port.size() <= 5 &&
                          port.find_first_not_of("0123456789") == std::string_view::npos;
    if (!isNumber || std::stoi(std::string(port)) > 65535) {
        fail(what, address, "the port must be a number from 0 to 65535");
    }
    if (host.front() == '[' && host.back() == ']') {
        host = host.substr(1, host.size() - 2);
    } else if (host.find(':') != std::string_view::npos) {
        fail(what, address, "an IPv6 address needs brackets, such as [::1]:8443");
    }
    return {std::string(host), std::string(port)};
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

PeerAddress fromSockaddr(const sockaddr_storage& storage) {
    PeerAddress address;
    if (storage.ss_family == AF_INET6) {
        sockaddr_in6 v6{};
        std::memcpy(&v6, &storage, sizeof v6);
        std::memcpy(address.ip.data(), &v6.sin6_addr, 16);
        address.port = ntohs(v6.sin6_port);
    } else if (storage.ss_family == AF_INET) {
        sockaddr_in v4{};
        std::memcpy(&v4, &storage, sizeof v4);
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

}  // namespace

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
    return fromSockaddr(storage);
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
    int error = 0;
    for (const addrinfo* info = list.get(); info != nullptr; info = info->ai_next) {
        const int fd = ::socket(info->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (fd >= 0) {
            if (::connect(fd, info->ai_addr, info->ai_addrlen) == 0 || errno == EINPROGRESS) {
                return fd;
            }
        }
        error = errno;
        if (fd >= 0) ::close(fd);
    }
    fail(kWhat, address, errnoText(error));
}

std::string boundAddress(int fd) {
    sockaddr_storage storage{};
    socklen_t length = sizeof storage;
    if (::getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &length) != 0) return {};
    return fromSockaddr(storage).text();
}

}  // namespace runnel::net
