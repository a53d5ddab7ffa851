// SPDX-License-Identifier: Apache-2.0
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <memory>
#include <set>
#include <stdexcept>

#include "net/tls_context.h"

namespace runnel::net {

namespace {

using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using Extension = std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)>;
using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

void require(bool isGood, const char* step) {
    if (isGood) return;
    ERR_clear_error();
    throw std::runtime_error(std::string("cannot make a self-signed certificate: ") + step);
}

/// Names go into OpenSSL's extension syntax, so only the characters of a host name may pass.
bool isHostName(const std::string& name) {
    return !name.empty() && name.find_first_not_of(
                                "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "0123456789.-") == std::string::npos;
}

std::string alternativeNames(const std::string& commonName) {
    char hostName[256] = {};
    ::gethostname(hostName, sizeof hostName - 1);
    std::set<std::string> names{"localhost"};
    for (const std::string& name : {commonName, std::string(hostName)}) {
        if (isHostName(name)) names.insert(name);
    }
    std::string text = "IP:127.0.0.1,IP:::1";
    for (const std::string& name : names) text += ",DNS:" + name;
    return text;
}

void addExtension(X509* certificate, int nid, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
    const Extension extension{X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()),
                              &X509_EXTENSION_free};
    require(extension && X509_add_ext(certificate, extension.get(), -1) == 1, "extension");
}

void setIdentity(X509* certificate, const std::string& commonName) {
    std::uint64_t serial = 0;
    require(RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) == 1, "serial");
    ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial >> 1U);
    X509_NAME* name = X509_get_subject_name(certificate);
    require(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                                       reinterpret_cast<const unsigned char*>(commonName.c_str()),
                                       -1, -1, 0) == 1,
            "common name (1 to 64 characters)");
    X509_set_issuer_name(certificate, name);
}

template <typename Write>
std::string toPem(Write write) {
    const Bio bio{BIO_new(BIO_s_mem()), &BIO_free};
    require(bio && write(bio.get()) == 1, "PEM");
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &data);
    return {data, static_cast<std::size_t>(size)};
}

}  // namespace

TlsIdentity makeSelfSigned(const std::string& commonName, int days) {
    const Key key{EVP_EC_gen("P-256"), &EVP_PKEY_free};
    require(key != nullptr, "key");
    const Certificate certificate{X509_new(), &X509_free};
    require(certificate != nullptr, "certificate");
    X509_set_version(certificate.get(), X509_VERSION_3);
    // From yesterday: clients' clocks may be behind.
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -24L * 3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 24L * 3600 * days);
    setIdentity(certificate.get(), commonName);
    X509_set_pubkey(certificate.get(), key.get());
    addExtension(certificate.get(), NID_subject_alt_name, alternativeNames(commonName));
    addExtension(certificate.get(), NID_basic_constraints, "critical,CA:TRUE");
    addExtension(certificate.get(), NID_subject_key_identifier, "hash");
    require(X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0, "signature");
    return {toPem([&](BIO* bio) { return PEM_write_bio_X509(bio, certificate.get()); }),
            toPem([&](BIO* bio) {
                return PEM_write_bio_PKCS8PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr,
                                                     nullptr);
            })};
}

}  // namespace runnel::net
