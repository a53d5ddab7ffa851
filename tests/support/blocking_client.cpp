// SPDX-License-Identifier: Apache-2.0
#include "tests/support/blocking_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace runnel::test {

namespace {

sockaddr_storage parse(std::string_view address, socklen_t& length) {
    if (address.front() == '/') {
        sockaddr_un local{};
        local.sun_family = AF_UNIX;
        address.copy(local.sun_path, sizeof local.sun_path - 1);
        sockaddr_storage storage{};
        std::memcpy(&storage, &local, sizeof local);
        length = sizeof local;
        return storage;
    }
    const std::size_t colon = address.rfind(':');
    std::string host(address.substr(0, colon));
    const auto port = static_cast<std::uint16_t>(std::stoi(std::string(address.substr(colon + 1))));
    sockaddr_storage storage{};
    if (host.front() == '[') {
        sockaddr_in6 v6{};
        host = host.substr(1, host.size() - 2);
        v6.sin6_family = AF_INET6;
        v6.sin6_port = htons(port);
        ::inet_pton(AF_INET6, host.c_str(), &v6.sin6_addr);
        std::memcpy(&storage, &v6, sizeof v6);
        length = sizeof v6;
    } else {
        sockaddr_in v4{};
        v4.sin_family = AF_INET;
        v4.sin_port = htons(port);
        ::inet_pton(AF_INET, host.c_str(), &v4.sin_addr);
        std::memcpy(&storage, &v4, sizeof v4);
        length = sizeof v4;
    }
    return storage;
}

std::size_t contentLength(std::string head) {
    std::transform(head.begin(), head.end(), head.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    constexpr std::string_view kName = "\r\ncontent-length:";
    const std::size_t at = head.find(kName);
    return at == std::string::npos ? 0 : std::stoul(head.substr(at + kName.size()));
}

}  // namespace

BlockingClient::BlockingClient(std::string_view address, Mode mode,
                               std::chrono::milliseconds timeout, int receiveBuffer) {
    ::signal(SIGPIPE, SIG_IGN);
    const char first = address.front();
    const int family = first == '/' ? AF_UNIX : first == '[' ? AF_INET6 : AF_INET;
    fd_ = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd_ < 0) throw std::runtime_error("no socket");
    if (receiveBuffer > 0) {
        ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, sizeof receiveBuffer);
    }
    timeval limit{};
    limit.tv_sec = timeout.count() / 1000;
    limit.tv_usec = timeout.count() % 1000 * 1000;
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    try {
        connect(address);
        if (mode == Mode::Tls) startTls();
    } catch (...) {
        closeAbruptly();
        throw;
    }
}

BlockingClient::~BlockingClient() {
    closeAbruptly();
}

void BlockingClient::connect(std::string_view address) {
    socklen_t length = 0;
    const sockaddr_storage target = parse(address, length);
    if (::connect(fd_, reinterpret_cast<const sockaddr*>(&target), length) != 0) {
        throw std::runtime_error(std::string("connect: ") + std::strerror(errno));
    }
}

void BlockingClient::startTls() {
    context_ = SSL_CTX_new(TLS_client_method());
    ssl_ = SSL_new(context_);
    SSL_set_fd(ssl_, fd_);
    ERR_clear_error();
    if (SSL_connect(ssl_) != 1) throw std::runtime_error("TLS handshake failed");
}

bool BlockingClient::write(std::string_view bytes) {
    while (!bytes.empty()) {
        ssize_t count = 0;
        if (ssl_ != nullptr) {
            ERR_clear_error();
            count = SSL_write(ssl_, bytes.data(),
                              static_cast<int>(std::min<std::size_t>(bytes.size(), 1U << 20U)));
        } else {
            count = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        }
        if (count <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

std::string BlockingClient::readSome(std::size_t max) {
    if (!buffer_.empty()) {
        std::string taken = buffer_.substr(0, max);
        buffer_.erase(0, taken.size());
        return taken;
    }
    if (fd_ < 0) return {};
    max = std::min<std::size_t>(max, 65536);
    std::string bytes(max, '\0');
    ssize_t count = 0;
    errno = 0;
    if (ssl_ != nullptr) {
        ERR_clear_error();
        count = SSL_read(ssl_, bytes.data(), static_cast<int>(max));
        const int systemError = errno;
        if (count <= 0) {
            hasEndedCleanly_ =
                SSL_get_error(ssl_, static_cast<int>(count)) == SSL_ERROR_ZERO_RETURN;
        }
        errno = systemError;
    } else {
        count = ::recv(fd_, bytes.data(), max, 0);
        hasEndedCleanly_ = count == 0;
    }
    if (count < 0 && errno == ECONNRESET) wasReset_ = true;
    bytes.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    return bytes;
}

std::string BlockingClient::readUntil(std::string_view end) {
    std::string all;
    std::size_t searched = 0;
    while (true) {
        const std::size_t at = all.find(end, searched);
        if (at != std::string::npos) {
            buffer_.insert(0, all.substr(at + end.size()));
            return all.substr(0, at + end.size());
        }
        searched = all.size() < end.size() ? 0 : all.size() - end.size() + 1;
        const std::string more = readSome();
        if (more.empty()) return all;
        all += more;
    }
}

std::string BlockingClient::readExactly(std::size_t count) {
    std::string all;
    while (all.size() < count) {
        const std::string more = readSome(count - all.size());
        if (more.empty()) break;
        all += more;
    }
    return all;
}

std::string BlockingClient::readAll() {
    std::string all;
    while (true) {
        const std::string more = readSome();
        if (more.empty()) return all;
        all += more;
    }
}

std::string BlockingClient::readHttpResponse(bool hasBody) {
    const std::string head = readUntil("\r\n\r\n");
    return hasBody ? head + readExactly(contentLength(head)) : head;
}

void BlockingClient::finishWriting() {
    if (ssl_ != nullptr) SSL_shutdown(ssl_);
    ::shutdown(fd_, SHUT_WR);
}

void BlockingClient::closeAbruptly() {
    if (ssl_ != nullptr) SSL_free(std::exchange(ssl_, nullptr));
    if (context_ != nullptr) SSL_CTX_free(std::exchange(context_, nullptr));
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

void BlockingClient::reset() {
    const linger now{1, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    closeAbruptly();
}

}  // namespace runnel::test
