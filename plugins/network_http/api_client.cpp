// SPDX-License-Identifier: Apache-2.0
#include "api_client.h"

#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/SSLException.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <exception>
#include <utility>

#include "net/tls_context.h"

namespace runnel::http {

namespace {

using Poco::Net::Context;

// abort() cannot end a pending connect, and a plugin has to stop within 5 s.
constexpr std::chrono::seconds kLongestConnect{3};
constexpr std::size_t kLongestBody = 64 * 1024;

Poco::Timespan timespan(std::chrono::seconds time) {
    return {static_cast<long>(time.count()), 0};
}

Context::Ptr makeContext(const ApiSettings& settings) {
    net::TlsTrust trust;
    trust.isVerifying = settings.isVerifying;
    return net::TlsContext::client(trust).poco();
}

/// OpenSSL has checked the chain during the handshake; whose certificate it is, nobody has.
void checkName(const Poco::Net::SecureStreamSocket& socket, const std::string& host) {
    const Poco::Net::X509Certificate certificate = socket.peerCertificate();
    X509* raw = const_cast<X509*>(certificate.certificate());
    if (X509_check_host(raw, host.data(), host.size(), 0, nullptr) == 1 ||
        X509_check_ip_asc(raw, host.c_str(), 0) == 1) {
        return;
    }
    throw Poco::Net::SSLException("the certificate is not for", host);
}

std::string readBody(std::istream& in, std::chrono::steady_clock::time_point deadline) {
    std::string body;
    std::array<char, 4096> part{};
    while (body.size() < kLongestBody && std::chrono::steady_clock::now() < deadline) {
        in.read(part.data(), part.size());
        body.append(part.data(), static_cast<std::size_t>(in.gcount()));
        if (!in) break;
    }
    return body;
}

}  // namespace

ApiClient::ApiClient(const ApiSettings& settings) : settings_(settings), uri_(settings.url) {
    if (uri_.getScheme() == "https") context_ = makeContext(settings_);
}

ApiClient::~ApiClient() {
    unwatch();
}

Result<ApiAnswer> ApiClient::post(const ApiCall& call) {
    std::string why;
    try {
        ApiAnswer answer = exchange(connect(), call);
        unwatch();
        return answer;
    } catch (const Poco::Exception& exception) {
        why = exception.displayText();
    } catch (const std::exception& exception) {
        why = exception.what();
    }
    unwatch();
    return Error{"", settings_.url + " cannot be reached: " + why};
}

void ApiClient::abort() {
    const std::lock_guard lock(mutex_);
    isAborted_ = true;
    if (fd_ >= 0) ::shutdown(fd_, SHUT_RDWR);
}

Poco::Net::StreamSocket ApiClient::connect() {
    Poco::Net::StreamSocket socket;
    socket.connect(Poco::Net::SocketAddress(uri_.getHost(), uri_.getPort()),
                   timespan(std::min(settings_.timeout, kLongestConnect)));
    socket.setSendTimeout(timespan(settings_.timeout));
    socket.setReceiveTimeout(timespan(settings_.timeout));
    watch(socket.impl()->sockfd());
    if (!context_) return socket;
    auto secure = Poco::Net::SecureStreamSocket::attach(socket, uri_.getHost(), context_);
    if (settings_.isVerifying) checkName(secure, uri_.getHost());
    return secure;
}

ApiAnswer ApiClient::exchange(const Poco::Net::StreamSocket& socket, const ApiCall& call) {
    const auto deadline = std::chrono::steady_clock::now() + settings_.timeout;
    Poco::Net::HTTPClientSession session(socket);
    // Without it, sendRequest would close the connected socket and open another one.
    session.setKeepAlive(true);
    Poco::Net::HTTPRequest request(Poco::Net::HTTPRequest::HTTP_POST, uri_.getPath() + call.path,
                                   Poco::Net::HTTPMessage::HTTP_1_1);
    request.setHost(uri_.getHost(), uri_.getPort());
    request.setKeepAlive(false);
    request.setContentType("application/json");
    request.setContentLength(static_cast<int>(call.body.size()));
    request.set(call.authorizationName, "Bearer " + settings_.key);
    session.sendRequest(request) << call.body;
    Poco::Net::HTTPResponse response;
    std::istream& in = session.receiveResponse(response);
    return {response.getStatus(), readBody(in, deadline)};
}

/// Makes the call known to abort(). A duplicate, since Poco closes the socket when it likes.
void ApiClient::watch(int fd) {
    const std::lock_guard lock(mutex_);
    if (isAborted_) throw Poco::Net::ConnectionAbortedException("stopping");
    fd_ = ::dup(fd);
}

void ApiClient::unwatch() {
    const std::lock_guard lock(mutex_);
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
}

}  // namespace runnel::http
