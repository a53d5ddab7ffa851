// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/guarded.h"

namespace runnel {

/// Finds the stream that a token opens. Only keyed hashes (HMAC-SHA-256, key drawn at start) are
/// kept, so that a look-up's time tells nothing about tokens. Thread safety: any thread.
class Tokens {
  public:
    struct Holder {
        std::uint64_t token{};  ///< names the token
        std::uint64_t stream{};
    };

    Tokens();

    /// False if the token opens another stream.
    bool add(std::string_view token, std::uint64_t stream);
    /// The stream's tokens open nothing any more.
    void remove(std::uint64_t stream);
    /// The tokens of stream `from` open stream `to` from now on.
    void move(std::uint64_t from, std::uint64_t to);
    std::optional<Holder> find(std::string_view token) const;

    /// 32 random bytes, base64url without padding: 43 characters.
    static std::string make();

  private:
    using Digest = std::array<std::uint8_t, 32>;
    Digest digest(std::string_view token) const;

    struct State {
        std::map<Digest, Holder> holders;
        std::uint64_t last = 0;  ///< number of a token
    };

    Digest key_{};
    mutable Guarded<State> state_;
};

}  // namespace runnel
