// SPDX-License-Identifier: Apache-2.0
#include "signature.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>

namespace runnel::http {

namespace {

constexpr std::string_view kPrefix = "whsec_";
constexpr std::size_t kShortest = 24, kLongest = 64;  // bytes, as the convention says

std::string base64(const unsigned char* bytes, std::size_t size) {
    std::string text((size + 2) / 3 * 4 + 1, '\0');  // EVP_EncodeBlock ends it with 0
    const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes,
                                       static_cast<int>(size));
    text.resize(static_cast<std::size_t>(length));
    return text;
}

/// Empty: it is none.
Bytes fromBase64(std::string_view text) {
    if (text.empty() || text.size() % 4 != 0) return {};
    Bytes bytes(text.size() / 4 * 3);
    const int length =
        EVP_DecodeBlock(bytes.data(), reinterpret_cast<const unsigned char*>(text.data()),
                        static_cast<int>(text.size()));
    if (length < 0) return {};
    const auto padding = static_cast<std::size_t>(std::count(text.end() - 2, text.end(), '='));
    bytes.resize(static_cast<std::size_t>(length) - padding);
    return bytes;
}

}  // namespace

Result<Signer> Signer::make(std::string_view secret) {
    Signer signer;
    if (secret.empty()) return signer;
    if (secret.size() < kLongest * 2 && secret.substr(0, kPrefix.size()) == kPrefix) {
        signer.key_ = fromBase64(secret.substr(kPrefix.size()));
    }
    if (signer.key_.size() >= kShortest && signer.key_.size() <= kLongest) return signer;
    return Error{"",
                 "must be whsec_ and 24 to 64 bytes in base64, such as what "
                 "\"openssl rand -base64 32\" prints"};
}

std::string Signer::sign(std::string_view id, std::int64_t timestamp, std::string_view body) const {
    std::string content(id);
    content.append(".").append(std::to_string(timestamp)).append(".").append(body);
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()),
         reinterpret_cast<const unsigned char*>(content.data()), content.size(), digest.data(),
         &size);
    return "v1," + base64(digest.data(), size);
}

}  // namespace runnel::http
