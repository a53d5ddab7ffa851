// SPDX-License-Identifier: Apache-2.0
#include "ctl/target.h"

#include <Poco/Exception.h>
#include <Poco/Net/Context.h>
#include <Poco/Net/IPAddress.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/SSLException.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/Net/X509Certificate.h>
#include <Poco/URI.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include "ctl/failure.h"

namespace runnel::ctl {
namespace {

using Poco::Net::Context;
using Poco::Net::HTTPClientSession;
using Poco::Net::SecureStreamSocket;
using Poco::Net::StreamSocket;

constexpr std::uint16_t kDefaultPort = 8444;

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

std::string readKey(const std::string& file) {
    if (file.empty()) return environment("RUNNEL_KEY");
    std::ifstream in(file);
    std::string key;
    if (!in || !std::getline(in, key) || key.empty()) {
        throw Failure(
            ExitCode::WrongUse,
            "--key-file " + file +
                " has no first line with a key; expected what 'runnelctl key add' printed");
    }
    if (key.back() == '\r') key.pop_back();
    return key;
}

void readUrl(const std::string& text, Target& target) {
    const Failure wrong(ExitCode::WrongUse,
                        "--url must be https://HOST or https://HOST:PORT, found '" + text + "'");
    try {
        const Poco::URI url(text);
        const bool isPlain = url.getPathEtc().empty() || url.getPathEtc() == "/";
        if (url.getScheme() != "https" || url.getHost().empty() || !isPlain) throw wrong;
        target.host = url.getHost();
        target.port = url.getSpecifiedPort() == 0 ? kDefaultPort : url.getSpecifiedPort();
    } catch (const Poco::Exception&) {
        throw wrong;
    }
}

void setTimeouts(StreamSocket& socket, const Target& target) {
    const Poco::Timespan wait(target.timeout.count(), 0);
    socket.setReceiveTimeout(wait);
    socket.setSendTimeout(wait);
}

std::string hint(const Target& target) {
    return target.sockets.size() == 1
               ? "expected the socket that runnel.yaml names with 'admin: {socket: PATH}'"
               : "is runneld running? Use --socket PATH for another socket, or --url "
                 "https://HOST:8444";
}

std::unique_ptr<HTTPClientSession> connectSocket(const Target& target) {
    std::string tried;
    for (const std::string& path : target.sockets) {
        if (path.size() >= sizeof(sockaddr_un::sun_path)) {
            throw Failure(ExitCode::WrongUse, "the socket's path '" + path + "' is too long");
        }
        StreamSocket socket;
        try {
            socket.connect(Poco::Net::SocketAddress(Poco::Net::SocketAddress::UNIX_LOCAL, path));
            setTimeouts(socket, target);
            return std::make_unique<HTTPClientSession>(socket);
        } catch (const Poco::Exception& error) {
            const int reason = error.code();
            if (reason == EACCES || reason == EPERM) {
                throw Failure(ExitCode::NotAuthorised,
                              path + " may not be opened: " + std::strerror(reason) +
                                  "; use sudo, or join the group that owns it");
            }
            tried += (tried.empty() ? "" : ", ") + path + " (" +
                     (reason != 0 ? std::strerror(reason) : error.displayText()) + ")";
        }
    }
    throw Failure(ExitCode::Unreachable, "no broker answers at " + tried + "; " + hint(target));
}

/// Our own look at the name: Poco 1.11 asks DNS for the certificate's names to compare addresses.
bool hasName(const SecureStreamSocket& socket, const std::string& host) {
    const Poco::Net::X509Certificate certificate = socket.peerCertificate();
    auto* x509 = const_cast<X509*>(certificate.certificate());
    Poco::Net::IPAddress address;
    if (Poco::Net::IPAddress::tryParse(host, address)) {
        return X509_check_ip_asc(x509, host.c_str(), 0) == 1;
    }
    return X509_check_host(x509, host.c_str(), host.size(), 0, nullptr) == 1;
}

[[noreturn]] void refuseCertificate(const Target& target, const std::string& reason) {
    const std::string place = target.host + ":" + std::to_string(target.port);
    throw Failure(ExitCode::Unreachable,
                  "the certificate of " + place + " was refused: " + reason +
                      "; if it is the one that runnel made for itself, copy "
                      "DATA/tls/certificate.pem from the broker and use --ca certificate.pem");
}

Context::Ptr contextFor(const Target& target) {
    try {
        return new Context(Context::TLS_CLIENT_USE, "", "", target.ca, Context::VERIFY_STRICT, 9,
                           true);
    } catch (const Poco::Exception& error) {
        throw Failure(ExitCode::WrongUse,
                      "--ca " + target.ca +
                          " must be a file with certificates (PEM): " + error.displayText());
    }
}

SecureStreamSocket shakeHands(const Target& target) {
    Context::Ptr context = contextFor(target);
    context->requireMinimumProtocol(Context::PROTO_TLSV1_2);
    context->enableExtendedCertificateVerification(false);
    SecureStreamSocket socket(context);
    Poco::Net::IPAddress address;
    if (!Poco::Net::IPAddress::tryParse(target.host, address)) {
        socket.setPeerHostName(target.host);
    }
    socket.connect(Poco::Net::SocketAddress(target.host, target.port),
                   Poco::Timespan(target.timeout.count(), 0));
    setTimeouts(socket, target);
    return socket;
}

std::unique_ptr<HTTPClientSession> connectHttps(const Target& target) {
    const std::string place = target.host + ":" + std::to_string(target.port);
    try {
        const SecureStreamSocket socket = shakeHands(target);
        if (!hasName(socket, target.host)) {
            refuseCertificate(target, "it is not for '" + target.host + "'");
        }
        return std::make_unique<HTTPClientSession>(socket);
    } catch (const Poco::Net::SSLException& error) {
        const std::string reason = error.displayText();
        if (reason.find("certificate") != std::string::npos) refuseCertificate(target, reason);
        throw Failure(ExitCode::Unreachable, "no TLS with " + place + ": " + reason);
    } catch (const Poco::Exception& error) {
        throw Failure(ExitCode::Unreachable, "no broker answers at " + place + ": " +
                                                 error.displayText() +
                                                 "; expected runneld's 'admin: {listen: …}'");
    }
}

}  // namespace

Target findTarget(const TargetOptions& options) {
    Target target;
    target.timeout = std::chrono::seconds(options.timeoutSeconds);
    if (!options.url.empty()) {
        readUrl(options.url, target);
        target.key = readKey(options.keyFile);
        target.ca = options.ca;
        if (!target.ca.empty() && !std::ifstream(target.ca)) {
            throw Failure(ExitCode::WrongUse, "--ca " + target.ca +
                                                  " cannot be read: " + std::strerror(errno) +
                                                  "; expected a file with certificates (PEM)");
        }
        return target;
    }
    const std::string named =
        options.socket.empty() ? environment("RUNNEL_SOCKET") : options.socket;
    if (named.empty()) {
        target.sockets = {"/run/runnel/admin.sock", "/var/lib/runnel/admin.sock"};
    } else {
        target.sockets = {named};
    }
    return target;
}

std::unique_ptr<HTTPClientSession> connect(const Target& target) {
    return target.sockets.empty() ? connectHttps(target) : connectSocket(target);
}

}  // namespace runnel::ctl
