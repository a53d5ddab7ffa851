// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Poco/Net/Context.h>

#include <string>
#include <string_view>

namespace runnel::net {

/// A certificate with its private key, both PEM text. The certificate may be followed by its chain.
struct TlsIdentity {
    std::string certificatePem;
    std::string keyPem;
};

/// How a TLS client judges the server.
struct TlsTrust {
    bool isVerifying = true;
    std::string caPem;     // empty: the system's certificate authorities
    TlsIdentity identity;  // client certificate; both texts empty: none
    std::string alpn{};    // the one protocol to ask for (RFC 7301), 1 to 255 bytes; empty: none
};

/// The TLS policy for many connections: a cheap copyable handle on a Poco::Net::Context, whose
/// SSL_CTX the connections use directly. New connections get the context that is set when they are
/// accepted, so a reloaded certificate does not disturb the open ones.
///
/// Policy: TLS 1.2 and 1.3 with forward secrecy and authenticated encryption only; tickets, no
/// session cache, no renegotiation, no compression; OpenSSL's buffers are released when idle.
///
/// Thread safety: immutable once made; copies may be used from any thread. Making one parses PEM,
/// so do it away from loop threads when there is a choice.
class TlsContext final {
  public:
    /// With `clientCaPem` clients must present a certificate issued by one of these authorities.
    /// Throws std::runtime_error that says in words what is wrong with which of the texts,
    /// also when the key does not belong to the certificate.
    static TlsContext server(const TlsIdentity& identity, std::string_view clientCaPem = {});
    /// Throws like server().
    static TlsContext client(const TlsTrust& trust);

    SSL_CTX* native() const { return context_->sslContext(); }
    const Poco::Net::Context::Ptr& poco() const { return context_; }

  private:
    explicit TlsContext(Poco::Net::Context::Ptr context) : context_(std::move(context)) {}

    Poco::Net::Context::Ptr context_;
};

/// A new ECDSA P-256 key and a certificate for it, valid from yesterday for `days` days, for
/// localhost, 127.0.0.1, ::1, this machine's host name and `commonName`.
/// Throws std::runtime_error when OpenSSL refuses.
TlsIdentity makeSelfSigned(const std::string& commonName, int days);

}  // namespace runnel::net
