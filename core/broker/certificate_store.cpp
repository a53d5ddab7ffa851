// SPDX-License-Identifier: Apache-2.0
#include "broker/certificate_store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <iterator>
#include <system_error>

#include "base/config_error.h"
#include "net/tls_context.h"

namespace runnel {

namespace {

constexpr int kSelfSignedDays = 3650;

std::string readFile(const std::filesystem::path& file, const char* what) {
    std::ifstream in(file, std::ios::binary);
    if (!in) {
        throw ConfigError("cannot read the " + std::string(what) + " " + file.string() + ": " +
                          std::generic_category().message(errno));
    }
    return {std::istreambuf_iterator<char>(in), {}};
}

void writePrivately(const std::filesystem::path& file, const std::string& text) {
    const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    const bool isWritten =
        fd >= 0 && ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
        ::fsync(fd) == 0;
    const int reason = errno;
    if (fd >= 0) ::close(fd);
    if (!isWritten) {
        throw ConfigError("cannot write " + file.string() + ": " +
                          std::generic_category().message(reason));
    }
}

void makeFiles(const std::filesystem::path& certificate, const std::filesystem::path& key,
               Log& log) {
    const net::TlsIdentity made = net::makeSelfSigned("runnel", kSelfSignedDays);
    std::filesystem::create_directories(certificate.parent_path());
    writePrivately(key, made.keyPem);
    writePrivately(certificate, made.certificatePem);
    log.write(Level::Warning, "tls",
              "no certificate is configured: made a self-signed one, " + certificate.string() +
                  "; clients have to trust it by hand (set tls: {certificate: …, key: …})");
}

}  // namespace

CertificateStore::CertificateStore(const Config& config, Log& log) : log_(log) {
    set(read(config));
}

std::shared_ptr<const Tls> CertificateStore::read(const Config& config) const {
    std::filesystem::path certificate = config.certificate;
    std::filesystem::path key = config.key;
    if (certificate.empty()) {
        certificate = config.data / "tls" / "certificate.pem";
        key = config.data / "tls" / "key.pem";
        if (!std::filesystem::exists(certificate) || !std::filesystem::exists(key)) {
            makeFiles(certificate, key, log_);
        }
    }
    auto tls = std::make_shared<Tls>();
    tls->certificatePem = readFile(certificate, "certificate");
    tls->keyPem = readFile(key, "private key");
    std::shared_ptr<const Tls> known = current();
    if (known && known->certificatePem == tls->certificatePem && known->keyPem == tls->keyPem) {
        return known;
    }
    tls->generation = known ? known->generation + 1 : 1;
    try {
        static_cast<void>(net::TlsContext::server({tls->certificatePem, tls->keyPem}));
    } catch (const std::exception& error) {
        throw ConfigError("certificate " + certificate.string() + " with key " + key.string() +
                          ": " + error.what());
    }
    return tls;
}

}  // namespace runnel
