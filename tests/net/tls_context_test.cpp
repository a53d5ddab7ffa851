// SPDX-License-Identifier: Apache-2.0
#include "net/tls_context.h"

#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <memory>

namespace runnel::net {
namespace {

std::string refusal(const TlsIdentity& identity, std::string_view ca = {}) {
    try {
        TlsContext::server(identity, ca);
    } catch (const std::runtime_error& error) {
        return error.what();
    }
    return "accepted";
}

std::shared_ptr<X509> parse(const std::string& pem) {
    BIO* bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
    X509* certificate = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr);
    BIO_free(bio);
    return {certificate, &X509_free};
}

TEST(TlsContextTest, SelfSignedCertificateNamesThisMachine) {
    const TlsIdentity identity = makeSelfSigned("broker.example", 30);
    const auto certificate = parse(identity.certificatePem);
    ASSERT_NE(certificate, nullptr);
    for (const char* name : {"localhost", "broker.example"}) {
        EXPECT_EQ(X509_check_host(certificate.get(), name, 0, 0, nullptr), 1) << name;
    }
    for (const char* address : {"127.0.0.1", "::1"}) {
        EXPECT_EQ(X509_check_ip_asc(certificate.get(), address, 0), 1) << address;
    }
    EXPECT_EQ(X509_check_host(certificate.get(), "other.example", 0, 0, nullptr), 0);
    EXPECT_EQ(EVP_PKEY_get_bits(X509_get0_pubkey(certificate.get())), 256);
    EXPECT_EQ(refusal(identity), "accepted");
}

TEST(TlsContextTest, OddCommonNameDoesNotGetIntoTheExtensionSyntax) {
    const TlsIdentity identity = makeSelfSigned("evil,DNS:bank.example", 30);
    const auto certificate = parse(identity.certificatePem);
    EXPECT_EQ(X509_check_host(certificate.get(), "bank.example", 0, 0, nullptr), 0);
}

TEST(TlsContextTest, TextsSayWhatIsWrong) {
    const TlsIdentity one = makeSelfSigned("one", 30);
    const TlsIdentity two = makeSelfSigned("two", 30);
    EXPECT_EQ(refusal({one.certificatePem, two.keyPem}).substr(0, 50),
              "the private key does not belong to the certificate");
    EXPECT_NE(refusal({"rubbish", one.keyPem}).find("the certificate is not a PEM certificate"),
              std::string::npos);
    EXPECT_NE(refusal({one.certificatePem, "rubbish"}).find("not an unencrypted PEM private key"),
              std::string::npos);
    EXPECT_NE(refusal({"", ""}).find("the certificate is not"), std::string::npos);
    EXPECT_NE(refusal(one, "rubbish").find("certificate authority is not"), std::string::npos);
    EXPECT_EQ(ERR_peek_error(), 0U);
}

TEST(TlsContextTest, ChainIsSentAlong) {
    const TlsIdentity one = makeSelfSigned("one", 30);
    const TlsIdentity two = makeSelfSigned("two", 30);
    const TlsContext context =
        TlsContext::server({one.certificatePem + two.certificatePem, one.keyPem});
    STACK_OF(X509)* chain = nullptr;
    SSL_CTX_get0_chain_certs(context.native(), &chain);
    EXPECT_EQ(sk_X509_num(chain), 1);
}

TEST(TlsContextTest, PolicyIsSet) {
    const TlsContext context = TlsContext::server(makeSelfSigned("one", 30));
    EXPECT_EQ(SSL_CTX_get_min_proto_version(context.native()), TLS1_2_VERSION);
    const long wanted = SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                        SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER;
    EXPECT_EQ(SSL_CTX_get_mode(context.native()) & wanted, wanted);
    EXPECT_NE(SSL_CTX_get_options(context.native()) & SSL_OP_NO_RENEGOTIATION, 0U);
    EXPECT_EQ(SSL_CTX_get_options(context.native()) & SSL_OP_NO_TICKET, 0U);
    EXPECT_EQ(SSL_CTX_get_read_ahead(context.native()), 0);
}

}  // namespace
}  // namespace runnel::net
