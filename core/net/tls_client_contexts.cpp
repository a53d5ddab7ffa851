// SPDX-License-Identifier: Apache-2.0
#include "net/tls_client_contexts.h"

#include <utility>

namespace runnel::net {

TlsContext TlsClientContexts::get(const TlsTrust& trust) {
    std::string key = trust.isVerifying ? "verifying" : "trusting";
    for (const std::string* text :
         {&trust.caPem, &trust.identity.certificatePem, &trust.identity.keyPem, &trust.alpn}) {
        key.append(1, '\0').append(*text);
    }
    const std::lock_guard lock(mutex_);
    const auto known = contexts_.find(key);
    if (known != contexts_.end()) return known->second;
    return contexts_.emplace(std::move(key), TlsContext::client(trust)).first->second;
}

}  // namespace runnel::net
