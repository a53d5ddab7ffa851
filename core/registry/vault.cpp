// SPDX-License-Identifier: Apache-2.0
#include "registry/vault.h"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/rand.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <stdexcept>
#include <system_error>

#include "base/config_error.h"
#include "registry/secret_file.h"

namespace runnel {

namespace {

constexpr std::size_t kKeySize = 32;
constexpr std::size_t kNonceSize = 12;  // 96 bits, NIST SP 800-38D §8.2.2
constexpr std::size_t kTagSize = 16;
using Key = std::array<std::uint8_t, kKeySize>;

template <auto Free>
struct Freed {
    void operator()(auto* object) const { Free(object); }
};
using Cipher = std::unique_ptr<EVP_CIPHER_CTX, Freed<EVP_CIPHER_CTX_free>>;
using Derivation = std::unique_ptr<EVP_PKEY_CTX, Freed<EVP_PKEY_CTX_free>>;

/// What only fails when there is no memory, or when OpenSSL is not what it should be.
void require(bool isDone, const char* what) {
    if (!isDone) throw std::runtime_error(std::string("OpenSSL cannot ") + what);
}

const std::uint8_t* bytes(std::string_view text) {
    return reinterpret_cast<const std::uint8_t*>(text.data());
}
int size(std::size_t count) {
    return static_cast<int>(count);
}

void drawRandom(std::span<std::uint8_t> out) {
    require(RAND_bytes(out.data(), size(out.size())) == 1, "give random numbers");
}

/// RFC 5869 without salt; `purpose` keeps the two keys apart.
Key derive(const Key& master, std::string_view purpose) {
    const Derivation context(EVP_PKEY_CTX_new_id(EVP_PKEY_HKDF, nullptr));
    EVP_PKEY_CTX* raw = context.get();
    Key out{};
    std::size_t length = out.size();
    require(raw != nullptr && EVP_PKEY_derive_init(raw) == 1 &&
                EVP_PKEY_CTX_set_hkdf_md(raw, EVP_sha256()) == 1 &&
                EVP_PKEY_CTX_set1_hkdf_key(raw, master.data(), size(master.size())) == 1 &&
                EVP_PKEY_CTX_add1_hkdf_info(raw, bytes(purpose), size(purpose.size())) == 1 &&
                EVP_PKEY_derive(raw, out.data(), &length) == 1,
            "derive a key");
    return out;
}

[[noreturn]] void refuse(const std::filesystem::path& file, const std::string& found,
                         const std::string& advice) {
    throw ConfigError("the key file " + file.string() + " " + found + "; " + advice);
}

constexpr const char* kRestore =
    "restore it from a backup; without it the tokens and options kept in the registry cannot be "
    "read";

/// Throws unless the open file is one that only its owner may read, of the right size.
void inspect(int fd, const std::filesystem::path& file) {
    struct stat status {};
    if (::fstat(fd, &status) != 0) {
        refuse(file, "cannot be examined: " + std::generic_category().message(errno), kRestore);
    }
    if (!S_ISREG(status.st_mode)) {
        refuse(file, "is not a regular file", kRestore);
    }
    if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        refuse(file, "may be used by others than its owner",
               "take the rights away (chmod 600) and, if somebody may have read it, make new "
               "tokens and keys");
    }
    if (status.st_size != static_cast<off_t>(kKeySize)) {
        refuse(file,
               "has " + std::to_string(status.st_size) + " bytes, expected " +
                   std::to_string(kKeySize),
               kRestore);
    }
}

Key readKey(int fd, const std::filesystem::path& file) {
    inspect(fd, file);
    Key key{};
    if (::read(fd, key.data(), key.size()) != static_cast<ssize_t>(key.size())) {
        refuse(file, "cannot be read", kRestore);
    }
    return key;
}

Key makeKey(const std::filesystem::path& file) {
    Key key{};
    drawRandom(key);
    try {
        writeSecretFile(file, {reinterpret_cast<const char*>(key.data()), key.size()});
    } catch (const std::runtime_error& error) {
        throw ConfigError(error.what());
    }
    return key;
}

Key keyFrom(const std::filesystem::path& file) {
    const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 && errno == ENOENT) return makeKey(file);
    if (fd < 0) {
        refuse(file, "cannot be opened: " + std::generic_category().message(errno),
               "it has to belong to the user that runneld runs as");
    }
    struct Close {
        int fd;
        ~Close() { ::close(fd); }
    } const close{fd};
    return readKey(fd, file);
}

}  // namespace

Vault::Vault(const std::filesystem::path& keyFile) {
    Key master = keyFrom(keyFile);
    sealing_ = derive(master, "runnel sealing 1");
    hashing_ = derive(master, "runnel hashing 1");
    OPENSSL_cleanse(master.data(), master.size());
}

Vault::Sealed Vault::seal(std::string_view text, std::string_view context) const {
    Sealed out(kNonceSize + text.size() + kTagSize);
    std::uint8_t* const nonce = out.data();
    std::uint8_t* const body = nonce + kNonceSize;
    drawRandom({nonce, kNonceSize});
    const Cipher cipher(EVP_CIPHER_CTX_new());
    EVP_CIPHER_CTX* raw = cipher.get();
    int count = 0;
    int rest = 0;
    require(
        raw != nullptr &&
            EVP_EncryptInit_ex(raw, EVP_aes_256_gcm(), nullptr, sealing_.data(), nonce) == 1 &&
            EVP_EncryptUpdate(raw, nullptr, &count, bytes(context), size(context.size())) == 1 &&
            EVP_EncryptUpdate(raw, body, &count, bytes(text), size(text.size())) == 1 &&
            EVP_EncryptFinal_ex(raw, body + count, &rest) == 1 &&
            EVP_CIPHER_CTX_ctrl(raw, EVP_CTRL_GCM_GET_TAG, size(kTagSize), body + text.size()) == 1,
        "encrypt");
    return out;
}

std::optional<std::string> Vault::open(std::span<const std::uint8_t> sealed,
                                       std::string_view context) const {
    if (sealed.size() < kNonceSize + kTagSize) return std::nullopt;
    const auto body = sealed.subspan(kNonceSize, sealed.size() - kNonceSize - kTagSize);
    std::array<std::uint8_t, kTagSize> tag{};
    std::ranges::copy(sealed.last(kTagSize), tag.begin());
    std::string text(body.size(), '\0');
    auto* const out = reinterpret_cast<std::uint8_t*>(text.data());
    const Cipher cipher(EVP_CIPHER_CTX_new());
    EVP_CIPHER_CTX* raw = cipher.get();
    int count = 0;
    int rest = 0;
    require(raw != nullptr && EVP_DecryptInit_ex(raw, EVP_aes_256_gcm(), nullptr, sealing_.data(),
                                                 sealed.data()) == 1,
            "decrypt");
    const bool isGenuine =
        EVP_DecryptUpdate(raw, nullptr, &count, bytes(context), size(context.size())) == 1 &&
        EVP_DecryptUpdate(raw, out, &count, body.data(), size(body.size())) == 1 &&
        EVP_CIPHER_CTX_ctrl(raw, EVP_CTRL_GCM_SET_TAG, size(kTagSize), tag.data()) == 1 &&
        EVP_DecryptFinal_ex(raw, out + count, &rest) == 1;
    if (!isGenuine) {
        OPENSSL_cleanse(text.data(), text.size());
        return std::nullopt;
    }
    return text;
}

Vault::Digest Vault::digest(std::string_view secret) const {
    Digest out{};
    unsigned int length = out.size();
    const auto* made = HMAC(EVP_sha256(), hashing_.data(), size(hashing_.size()), bytes(secret),
                            secret.size(), out.data(), &length);
    require(made != nullptr, "hash");
    return out;
}

std::string makeSecret() {
    constexpr std::string_view kAlphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    // 43 draws of 6 bits carry more than 32 bytes do.
    std::array<std::uint8_t, 43> random{};
    drawRandom(random);
    std::string secret;
    for (const std::uint8_t byte : random) secret += kAlphabet[byte % kAlphabet.size()];
    return secret;
}

}  // namespace runnel
