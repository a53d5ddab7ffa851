// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace runnel {

/// Keeps secrets that have to be shown again: what lies on the disk is of no use without DATA/key,
/// 32 random bytes readable by the broker's user only (0600), made at the first start. Two keys are
/// derived from it (HKDF-SHA-256): one for AES-256-GCM, one for keyed hashes.
/// Thread safety: immutable once made; any thread.
class Vault final {
  public:
    using Digest = std::array<std::uint8_t, 32>;
    using Sealed = std::vector<std::uint8_t>;

    /// Reads the key file, or makes it. Throws ConfigError naming the file and what is wrong: it
    /// cannot be read or written, has another size, or others may read it.
    explicit Vault(const std::filesystem::path& keyFile);

    /// A fresh nonce, the encrypted text and its tag. `context` is bound to it and has to be the
    /// same for open(): what belongs to one stream cannot be put in another one's place.
    Sealed seal(std::string_view text, std::string_view context) const;
    /// Nullopt if it was sealed with another key or for another context, or has been changed.
    std::optional<std::string> open(std::span<const std::uint8_t> sealed,
                                    std::string_view context) const;
    /// HMAC-SHA-256: finds a secret without keeping it. A look-up's time tells nothing about it.
    Digest digest(std::string_view secret) const;

  private:
    std::array<std::uint8_t, 32> sealing_{};
    std::array<std::uint8_t, 32> hashing_{};
};

/// 32 random bytes, base64url without padding: 43 characters.
std::string makeSecret();

}  // namespace runnel
