// SPDX-License-Identifier: Apache-2.0
#include "net/transport.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

namespace runnel::net {

namespace {

bool isPeerGone(int error) {
    return error == ECONNRESET || error == EPIPE || error == ECONNABORTED || error == ETIMEDOUT ||
           error == ENOTCONN;
}

IoResult fromErrno(int error, IoStatus whenBlocked) {
    if (error == EAGAIN || error == EWOULDBLOCK || error == EINTR) return {whenBlocked, 0, {}};
    if (isPeerGone(error)) return {IoStatus::Ended, 0, {}};
    return {IoStatus::Failed, 0, std::generic_category().message(error)};
}

std::string tlsReason(const SSL* ssl) {
    const unsigned long code = ERR_peek_error();
    const long verify = SSL_get_verify_result(ssl);
    std::string text;
    if (ERR_GET_REASON(code) == SSL_R_HTTP_REQUEST) {
        text = "the client speaks plain HTTP, not TLS";
    } else if (const char* reason = ERR_reason_error_string(code); reason != nullptr) {
        text = reason;
    } else {
        text = "TLS failed";
    }
    if (verify != X509_V_OK) {
        text += std::string(": ") + X509_verify_cert_error_string(verify);
    }
    return text;
}

bool isNumericAddress(const std::string& name) {
    std::array<std::uint8_t, 16> address{};
    return ::inet_pton(AF_INET, name.c_str(), address.data()) == 1 ||
           ::inet_pton(AF_INET6, name.c_str(), address.data()) == 1;
}

}  // namespace

bool Transport::startTls(const TlsContext& context, bool isClient, const std::string& serverName) {
    ERR_clear_error();
    ssl_ = SSL_new(context.native());
    if (ssl_ == nullptr || SSL_set_fd(ssl_, fd_) != 1) return false;
    if (!isClient) {
        SSL_set_accept_state(ssl_);
        return true;
    }
    SSL_set_connect_state(ssl_);
    if (serverName.empty()) return true;
    if (isNumericAddress(serverName)) {
        return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl_), serverName.c_str()) == 1;
    }
    return SSL_set_tlsext_host_name(ssl_, serverName.c_str()) == 1 &&
           SSL_set1_host(ssl_, serverName.c_str()) == 1;
}

IoResult Transport::tlsResult(int returned) {
    const int error = errno;
    switch (SSL_get_error(ssl_, returned)) {
        case SSL_ERROR_WANT_READ:
            return {IoStatus::WantRead, 0, {}};
        case SSL_ERROR_WANT_WRITE:
            return {IoStatus::WantWrite, 0, {}};
        case SSL_ERROR_ZERO_RETURN:
            return {IoStatus::Ended, 0, {}};
        case SSL_ERROR_SYSCALL:
            return error == 0 ? IoResult{IoStatus::Ended, 0, {}}
                              : fromErrno(error, IoStatus::Ended);
        default:
            if (ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING) {
                ERR_clear_error();
                return {IoStatus::Ended, 0, {}};
            }
            IoResult failed{IoStatus::Failed, 0, tlsReason(ssl_)};
            ERR_clear_error();
            return failed;
    }
}

IoResult Transport::handshake() {
    if (ssl_ == nullptr) return {IoStatus::Done, 0, {}};
    ERR_clear_error();
    errno = 0;
    const int result = SSL_do_handshake(ssl_);
    return result == 1 ? IoResult{IoStatus::Done, 0, {}} : tlsResult(result);
}

IoResult Transport::read(std::span<std::uint8_t> into) {
    if (ssl_ == nullptr) return readRaw(into);
    ERR_clear_error();
    errno = 0;
    std::size_t bytes = 0;
    const int result = SSL_read_ex(ssl_, into.data(), into.size(), &bytes);
    return result == 1 ? IoResult{IoStatus::Done, bytes, {}} : tlsResult(result);
}

IoResult Transport::readRaw(std::span<std::uint8_t> into) {
    const ssize_t count = ::recv(fd_, into.data(), into.size(), 0);
    if (count > 0) return {IoStatus::Done, static_cast<std::size_t>(count), {}};
    return count == 0 ? IoResult{IoStatus::Ended, 0, {}} : fromErrno(errno, IoStatus::WantRead);
}

IoResult Transport::write(std::span<const std::uint8_t> from) {
    if (ssl_ == nullptr) {
        const ssize_t count = ::send(fd_, from.data(), from.size(), MSG_NOSIGNAL);
        if (count > 0) return {IoStatus::Done, static_cast<std::size_t>(count), {}};
        return fromErrno(errno, IoStatus::WantWrite);
    }
    ERR_clear_error();
    errno = 0;
    std::size_t bytes = 0;
    const int result = SSL_write_ex(ssl_, from.data(), from.size(), &bytes);
    return result == 1 ? IoResult{IoStatus::Done, bytes, {}} : tlsResult(result);
}

IoResult Transport::finishWriting() {
    if (ssl_ != nullptr) {
        ERR_clear_error();
        errno = 0;
        const int result = SSL_shutdown(ssl_);
        if (result < 0) {
            IoResult blocked = tlsResult(result);
            if (blocked.status != IoStatus::WantRead) return blocked;
        }
    }
    ::shutdown(fd_, SHUT_WR);
    return {IoStatus::Done, 0, {}};
}

void Transport::close() {
    if (ssl_ != nullptr) {
        ERR_clear_error();
        // The peer has said good-bye properly: answer in kind, as far as that goes without waiting.
        if (SSL_get_shutdown(ssl_) == SSL_RECEIVED_SHUTDOWN) SSL_shutdown(ssl_);
        SSL_free(std::exchange(ssl_, nullptr));
    }
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

}  // namespace runnel::net
