// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <mutex>
#include <string>

#include "net/tls_context.h"

namespace runnel::net {

/// TLS contexts of clients, one for all that trust alike: the system's authorities alone take 25 ms
/// to read and 0.7 MB to keep. Contexts are kept as long as this object.
/// Thread safety: any thread.
class TlsClientContexts final {
  public:
    /// The context for `trust`. Throws like TlsContext::client.
    TlsContext get(const TlsTrust& trust);

  private:
    std::mutex mutex_;
    std::map<std::string, TlsContext> contexts_;  // guarded by mutex_; by all of TlsTrust
};

}  // namespace runnel::net
