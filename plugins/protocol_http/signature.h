// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "runnel/values.h"

namespace runnel::http {

/// Signs requests by the Standard Webhooks convention: HMAC-SHA256 over "id.timestamp.body", so
/// that the other side knows that they are ours, unchanged and not old. Thread safety: const.
class Signer final {
  public:
    /// Signs nothing.
    Signer() = default;
    /// "whsec_" and at least 24 bytes in base64. An error completes "<option> …".
    static Result<Signer> make(std::string_view secret);

    bool isEmpty() const { return key_.empty(); }
    /// The value of header webhook-signature; `timestamp` is Unix time in seconds.
    std::string sign(std::string_view id, std::int64_t timestamp, std::string_view body) const;

  private:
    Bytes key_;
};

}  // namespace runnel::http
