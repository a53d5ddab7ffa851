// SPDX-License-Identifier: Apache-2.0
#include "net/tls_context.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <memory>
#include <stdexcept>

namespace runnel::net {

namespace {

using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

[[noreturn]] void fail(const std::string& text) {
    const unsigned long code = ERR_peek_last_error();
    const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
    ERR_clear_error();
    throw std::runtime_error(reason == nullptr ? text : text + " (" + reason + ")");
}

/// No prompt on the terminal for an encrypted key: reading it fails instead.
int noPassword(char*, int, int, void*) {
    return -1;
}

Bio reader(std::string_view pem) {
    return {BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free};
}

Certificate nextCertificate(const Bio& bio) {
    return {PEM_read_bio_X509(bio.get(), nullptr, &noPassword, nullptr), &X509_free};
}

Poco::Net::Context::Ptr makeContext(Poco::Net::Context::Usage usage) {
    Poco::Net::Context::Params params;
    params.verificationMode = Poco::Net::Context::VERIFY_NONE;
    params.cipherList = "ECDHE+AESGCM:ECDHE+CHACHA20";
    params.ecdhCurve = "X25519:P-256:P-384";
    Poco::Net::Context::Ptr context = new Poco::Net::Context(usage, params);
    SSL_CTX* ssl = context->sslContext();
    SSL_CTX_set_min_proto_version(ssl, TLS1_2_VERSION);
    SSL_CTX_set_mode(ssl, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                              SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_options(ssl, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_clear_options(ssl, SSL_OP_NO_TICKET);
    SSL_CTX_set_session_cache_mode(ssl, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_read_ahead(ssl, 0);
    return context;
}

void useIdentity(SSL_CTX* ssl, const TlsIdentity& identity) {
    const Bio certificates = reader(identity.certificatePem);
    const Certificate leaf = nextCertificate(certificates);
    if (!leaf) fail("the certificate is not a PEM certificate");
    if (SSL_CTX_use_certificate(ssl, leaf.get()) != 1) fail("the certificate cannot be used");
    while (Certificate link = nextCertificate(certificates)) {
        SSL_CTX_add1_chain_cert(ssl, link.get());
    }
    ERR_clear_error();  // the end of the text counts as an error
    const Bio keyText = reader(identity.keyPem);
    const Key key{PEM_read_bio_PrivateKey(keyText.get(), nullptr, &noPassword, nullptr),
                  &EVP_PKEY_free};
    if (!key) fail("the private key is not an unencrypted PEM private key");
    if (X509_check_private_key(leaf.get(), key.get()) != 1) {
        fail("the private key does not belong to the certificate");
    }
    if (SSL_CTX_use_PrivateKey(ssl, key.get()) != 1 || SSL_CTX_check_private_key(ssl) != 1) {
        fail("the private key cannot be used");
    }
}

void trustAuthorities(SSL_CTX* ssl, std::string_view pem, bool isServer) {
    const Bio bio = reader(pem);
    int count = 0;
    while (Certificate authority = nextCertificate(bio)) {
        X509_STORE_add_cert(SSL_CTX_get_cert_store(ssl), authority.get());
        if (isServer) SSL_CTX_add_client_CA(ssl, authority.get());
        ++count;
    }
    if (count == 0) fail("the certificate authority is not a PEM certificate");
    ERR_clear_error();
}

/// A server that knows ALPN, but not this protocol, ends the handshake; another one ignores it.
void askFor(SSL_CTX* ssl, const std::string& protocol) {
    if (protocol.size() > 255) fail("the ALPN protocol is longer than 255 bytes");
    const std::string list = static_cast<char>(protocol.size()) + protocol;
    const auto* bytes = reinterpret_cast<const unsigned char*>(list.data());
    if (SSL_CTX_set_alpn_protos(ssl, bytes, static_cast<unsigned>(list.size())) != 0) {
        fail("the ALPN protocol cannot be used");
    }
}

}  // namespace

TlsContext TlsContext::server(const TlsIdentity& identity, std::string_view clientCaPem) {
    ERR_clear_error();
    TlsContext context(makeContext(Poco::Net::Context::TLS_SERVER_USE));
    SSL_CTX* ssl = context.native();
    useIdentity(ssl, identity);
    SSL_CTX_set_options(ssl, SSL_OP_CIPHER_SERVER_PREFERENCE);
    // One ticket is enough for one reconnect, and each costs every handshake about 25 us.
    SSL_CTX_set_num_tickets(ssl, 1);
    constexpr unsigned char kSessionContext[] = "runnel";
    SSL_CTX_set_session_id_context(ssl, kSessionContext, sizeof kSessionContext - 1);
    if (!clientCaPem.empty()) {
        trustAuthorities(ssl, clientCaPem, true);
        SSL_CTX_set_verify(ssl, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    }
    return context;
}

TlsContext TlsContext::client(const TlsTrust& trust) {
    ERR_clear_error();
    TlsContext context(makeContext(Poco::Net::Context::TLS_CLIENT_USE));
    SSL_CTX* ssl = context.native();
    if (!trust.identity.certificatePem.empty() || !trust.identity.keyPem.empty()) {
        useIdentity(ssl, trust.identity);
    }
    if (!trust.alpn.empty()) askFor(ssl, trust.alpn);
    SSL_CTX_set_verify(ssl, trust.isVerifying ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
    if (!trust.isVerifying) return context;
    if (!trust.caPem.empty()) {
        trustAuthorities(ssl, trust.caPem, false);
    } else if (SSL_CTX_set_default_verify_paths(ssl) != 1) {
        fail("the system's certificate authorities cannot be read");
    }
    return context;
}

}  // namespace runnel::net
