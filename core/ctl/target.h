// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Poco/Net/HTTPClientSession.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace runnel::ctl {

/// What the command line says about the broker; "" = not said.
struct TargetOptions {
    std::string socket, url, keyFile, ca;
    int timeoutSeconds = 30;
};

/// The broker to talk to: one of several Unix sockets, or HTTPS. Thread safety: a plain value.
struct Target {
    std::vector<std::string> sockets;  ///< tried in this order; empty: HTTPS
    std::string host;
    std::uint16_t port{};
    std::string key;  ///< secret
    std::string ca;   ///< file with the certificates to trust besides the system's
    std::chrono::seconds timeout{};
};

/// Sockets: --socket, else $RUNNEL_SOCKET, else /run/runnel/admin.sock, /var/lib/runnel/admin.sock.
/// HTTPS: --url with the key from --key-file, else $RUNNEL_KEY. Throws Failure(WrongUse).
Target findTarget(const TargetOptions& options);

/// A connection, ready for requests, with time-outs; of HTTPS the certificate has been verified.
/// Blocks. Throws Failure(Unreachable or NotAuthorised).
std::unique_ptr<Poco::Net::HTTPClientSession> connect(const Target& target);

}  // namespace runnel::ctl
